"""OpenSkill's Plackett-Luce model (Weng and Lin, JMLR 12, 2011), by the `openskill` package."""

from collections.abc import Mapping
from typing import ClassVar

from arena.core.values import AgentName
from arena.rating.results import SetResult
from arena.rating.system import Rating, RatingSystem


class OpenSkill(RatingSystem):
    """`value` is mu and `uncertainty` sigma, starting at (25, 25/3); each agent is a team of one."""

    name: ClassVar[str] = "openskill"

    def __init__(self, tau: float = 25 / 300) -> None:
        from openskill.models import PlackettLuce

        self._model = PlackettLuce(tau=tau)
        self._beliefs: dict[AgentName, tuple[float, float]] = {}

    def add(self, result: SetResult) -> None:
        """Update the beliefs of all agents of the set from their ranks."""
        start = self._model.mu, self._model.sigma
        before = [self._beliefs.get(line.agent, start) for line in result.standings]
        teams = [[self._model.rating(mu=mu, sigma=sigma)] for mu, sigma in before]
        if len(teams) > 1:
            teams = self._model.rate(teams, ranks=[float(line.rank) for line in result.standings])
        for line, (rating,) in zip(result.standings, teams, strict=True):
            self._beliefs[line.agent] = rating.mu, rating.sigma

    def ratings(self) -> Mapping[AgentName, Rating]:
        """Mu and sigma of every agent."""
        return {agent: Rating(*belief) for agent, belief in self._beliefs.items()}
