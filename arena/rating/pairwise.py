"""Rating systems whose two-agent update is one loop over columns, fast enough for a million results."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Self

import numpy as np

from arena.core.errors import BadRequest
from arena.core.options import Option
from arena.core.values import AgentName, Json
from arena.rating.bradley_terry_pairs import Comparisons
from arena.rating.results import SetResult, Side, sides
from arena.rating.system import RatingSystem

FROZEN: Final = Option(
    name="frozen", default="", help="Names of agents that never change (checkpoints), by comma: no drift."
)
"""An option of systems in which skills drift."""


class PairwiseSystem(RatingSystem):
    """A rating system whose state is numbers by agent, and whose update of two agents is one loop over columns.

    The loop is the only place of the two-agent formula: a single set is a column of one row. An agent's numbers stand
    at its position in lists, so that the loop touches neither names nor objects.
    """

    def __init__(self, **settings: Json) -> None:
        super().__init__(**settings)
        self._positions: dict[AgentName, int] = {}
        self._frozen = frozenset(filter(None, str(self._settings.get("frozen", "")).split(",")))

    def add(self, result: SetResult) -> None:
        """Update every agent of the set; one that met nobody gets its starting rating."""
        lines = result.standings
        if len(lines) == 2 and result.plain:
            one, two = lines
            score = 0.5 if one.rank == two.rank else float(one.rank < two.rank)
            self._rate_pairs((self._position(one.agent),), (self._position(two.agent),), (score,))
            return
        for line in lines:
            self._position(line.agent)
        parts = sides(result)
        if len(parts) > 1:
            self._rate_sides(parts)

    def add_pairs(self, pairs: Comparisons) -> Self:
        """Take many sets of two agents into account, in their order; equal to adding each.

        Raises:
            BadRequest: when results have weights, for which online ratings have no meaning.
        """
        if pairs.weight is not None:
            raise BadRequest("online ratings count every result once; leave the weights of results out")
        played = np.zeros(len(pairs.agents), dtype=np.bool_)
        played[pairs.first] = played[pairs.second] = True
        places = np.zeros(len(pairs.agents), dtype=np.int64)
        for here in np.flatnonzero(played).tolist():
            places[here] = self._position(pairs.agents[here])
        self._rate_pairs(places[pairs.first].tolist(), places[pairs.second].tolist(), pairs.score.tolist())
        return self

    def state(self) -> dict[str, list[float]]:
        """The numbers at each agent's position."""
        return {agent: list(self._numbers(at)) for agent, at in self._positions.items()}

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Put them there again."""
        for agent, numbers in state.items():
            self._place(self._position(AgentName(agent)), list(map(float, numbers)))

    def _is_frozen(self, agent: AgentName) -> bool:
        return agent in self._frozen

    def _position(self, agent: AgentName) -> int:
        at = self._positions.get(agent)
        if at is None:
            at = self._positions[agent] = len(self._positions)
            self._enter(agent)
        return at

    @abstractmethod
    def _enter(self, agent: AgentName) -> None:
        """Append the starting numbers of an agent that was not seen before."""

    @abstractmethod
    def _numbers(self, at: int) -> Sequence[float]:
        """All that changes of the agent at a position."""

    @abstractmethod
    def _place(self, at: int, numbers: Sequence[float]) -> None:
        """Put what `_numbers` gave at a position."""

    @abstractmethod
    def _rate_pairs(self, first: Iterable[int], second: Iterable[int], score: Iterable[float]) -> None:
        """Update two agents a row, given by position; `score` is the first one's."""

    @abstractmethod
    def _rate_sides(self, parts: Sequence[Side]) -> None:
        """Update the agents of a set of two or more sides; all of them have a position."""
