"""Normal beliefs about skills, which drift between sets: what TrueSkill and the models of Weng and Lin share."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from arena.core.values import AgentName, Json
from arena.rating.pairwise import PairwiseSystem
from arena.rating.results import Side
from arena.rating.system import Rating


class NormalBeliefs(PairwiseSystem):
    """A system that believes each skill to be normal, and lets it drift between sets by `tau`.

    Options are `mu`, `sigma`, `tau` and `frozen`: agents that never change, such as checkpoints, for which tau is 0.
    """

    def __init__(self, **settings: Json) -> None:
        super().__init__(**settings)
        self._start = self._number("mu"), self._number("sigma")
        self._mu: list[float] = []
        self._variance: list[float] = []
        self._drift: list[float] = []

    def ratings(self) -> Mapping[AgentName, Rating]:
        """Mu and sigma of every agent."""
        return {agent: Rating(*self._belief(at)) for agent, at in self._positions.items()}

    def _belief(self, at: int, drift: float = 0.0) -> tuple[float, float]:
        return self._mu[at], (self._variance[at] + drift) ** 0.5

    def _enter(self, agent: AgentName) -> None:
        mu, sigma = self._start
        self._mu.append(mu)
        self._variance.append(sigma * sigma)
        self._drift.append(0.0 if self._is_frozen(agent) else self._number("tau") ** 2)

    def _numbers(self, at: int) -> Sequence[float]:
        return self._mu[at], self._variance[at]

    def _place(self, at: int, numbers: Sequence[float]) -> None:
        self._mu[at], self._variance[at] = numbers

    def _rate_sides(self, parts: Sequence[Side]) -> None:
        """Hand the beliefs after their drift to the model, and keep what it says."""
        at = [[self._positions[agent] for agent in side.agents] for side in parts]
        before = [[self._belief(one, self._drift[one]) for one in side] for side in at]
        for side, after in zip(at, self._rate_beliefs(parts, before), strict=True):
            for one, (mu, sigma) in zip(side, after, strict=True):
                self._mu[one], self._variance[one] = mu, sigma * sigma

    @abstractmethod
    def _rate_beliefs(
        self, parts: Sequence[Side], beliefs: Sequence[Sequence[tuple[float, float]]]
    ) -> Iterable[Iterable[tuple[float, float]]]:
        """New (mu, sigma) by side and agent, without drift."""
