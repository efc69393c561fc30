"""The ladder of one game: every agent's raw and clean rating with its record, best first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.elo import Elo
from arena.rating.mean_score import MeanScore
from arena.rating.openskill import OpenSkill
from arena.rating.results import SetResult, Standing
from arena.rating.system import RatingSystem
from arena.rating.trueskill import TrueSkill

SYSTEMS: Final[dict[str, Callable[[], RatingSystem]]] = {
    system.name: system for system in (TrueSkill, Elo, OpenSkill, MeanScore)
}
"""Every rating system by its name, each call a fresh state."""
DEFAULT: Final = TrueSkill.name


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One agent's line. `rank` is by `rating`, equal ratings share it; `error_share` is of matches, 0 to 1.

    `rating` counts every finished set; `clean_rating` leaves out whole sets with a fault, and is None without any
    clean set.
    """

    rank: int
    agent: AgentName
    rating: float
    uncertainty: float | None
    elo: float
    matches: int
    wins: int
    draws: int
    losses: int
    error_share: float
    clean_rating: float | None


class Ladder:
    """A ladder that grows set by set.

    Raises:
        BadRequest: when there is no rating system of this name.
    """

    def __init__(self, system: str = DEFAULT) -> None:
        if system not in SYSTEMS:
            raise BadRequest(f"unknown rating system {system!r}; there is {', '.join(sorted(SYSTEMS))}")
        self._raw, self._clean, self._elo = SYSTEMS[system](), SYSTEMS[system](), Elo()
        self._records: dict[AgentName, list[int]] = {}

    def add(self, result: SetResult) -> None:
        """Count one finished set."""
        self._raw.add(result)
        self._elo.add(result)
        if result.clean:
            self._clean.add(result)
        for line in result.standings:
            self._count(line)

    def update(self, results: Iterable[SetResult]) -> "Ladder":
        """Count a stream of finished sets, in their order."""
        for result in results:
            self.add(result)
        return self

    def rows(self) -> list[LadderRow]:
        """The lines, best rating first and names in order among equals."""
        raw, clean, elo = self._raw.ratings(), self._clean.ratings(), self._elo.ratings()
        order = sorted(raw, key=lambda agent: (-raw[agent].value, agent))
        rows: list[LadderRow] = []
        for place, agent in enumerate(order, start=1):
            value, uncertainty = raw[agent]
            matches, wins, draws, losses, errors = self._records[agent]
            rows.append(
                LadderRow(
                    rank=rows[-1].rank if rows and rows[-1].rating == value else place,
                    agent=agent,
                    rating=value,
                    uncertainty=uncertainty,
                    elo=elo[agent].value,
                    matches=matches,
                    wins=wins,
                    draws=draws,
                    losses=losses,
                    error_share=errors / matches,
                    clean_rating=clean[agent].value if agent in clean else None,
                )
            )
        return rows

    def _count(self, line: Standing) -> None:
        record = self._records.setdefault(line.agent, [0, 0, 0, 0, 0])
        for at, number in enumerate((line.matches, line.wins, line.draws, line.losses, line.errors)):
            record[at] += number


def ladder(results: Iterable[SetResult], system: str = DEFAULT) -> list[LadderRow]:
    """The ladder that a stream of finished sets amounts to.

    Raises:
        BadRequest: when there is no rating system of this name.
    """
    return Ladder(system).update(results).rows()
