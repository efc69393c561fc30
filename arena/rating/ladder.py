"""The ladder of one game: every agent's raw and clean rating with its record, best first."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from operator import add
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.bradley_terry_pairs import Comparisons
from arena.rating.elo import Elo
from arena.rating.pairwise import PairwiseSystem
from arena.rating.results import SetResult
from arena.rating.system import RatingSystem
from arena.rating.systems import DEFAULT, make_system


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


class Record(NamedTuple):
    """How an agent fared in matches; `errors` counts those in which it was at fault."""

    matches: int
    wins: int
    draws: int
    losses: int
    errors: int


class Ladder:
    """A ladder that grows set by set, or by columns; `settings` are `key=value` texts for the rating system.

    Raises:
        BadRequest: when there is no rating system of this name, or it has no such setting.
    """

    def __init__(self, system: str = DEFAULT, settings: Iterable[str] = ()) -> None:
        given = list(settings)
        self._raw = make_system(system, given)
        self._elo = self._raw if isinstance(self._raw, Elo) and not given else Elo()
        self._clean: RatingSystem | None = None  # the same as raw, until the first set with a fault
        self._records: dict[AgentName, Record] = {}

    @property
    def columnar(self) -> bool:
        """Whether the system can take columns; a mean cannot, which is of scores rather than of results."""
        return isinstance(self._raw, PairwiseSystem)

    def add(self, result: SetResult) -> None:
        """Count one finished set."""
        if not result.clean and self._clean is None:
            self._clean = deepcopy(self._raw)
        self._raw.add(result)
        if self._elo is not self._raw:
            self._elo.add(result)
        if result.clean and self._clean is not None:
            self._clean.add(result)
        for line in result.standings:
            self._count(line.agent, line[3:8])

    def add_pairs(
        self, pairs: Comparisons, clean: NDArray[np.bool_], records: Mapping[AgentName, Iterable[int]]
    ) -> "Ladder":
        """Count many finished sets of two agents, in their order: equal to `add` for each, and many times faster.

        `clean` says of each set whether it had no fault; `records` sums up every agent's matches, as `Record` has them.

        Raises:
            BadRequest: when the system takes no columns (see `columnar`), or results have weights.
        """
        if self._clean is None and not clean.all():
            self._clean = deepcopy(self._raw)
        _columnar(self._raw).add_pairs(pairs)
        if self._clean is not None and (chosen := _only(pairs, clean)):
            _columnar(self._clean).add_pairs(chosen)
        if self._elo is not self._raw:
            _columnar(self._elo).add_pairs(pairs)
        for agent, record in records.items():
            self._count(agent, record)
        return self

    def update(self, results: Iterable[SetResult]) -> "Ladder":
        """Count a stream of finished sets, in their order."""
        for result in results:
            self.add(result)
        return self

    def rows(self) -> list[LadderRow]:
        """The lines, best rating first and names in order among equals."""
        raw, elo = self._raw.ratings(), self._elo.ratings()
        clean = raw if self._clean is None else self._clean.ratings()
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

    def intervals(self) -> dict[AgentName, tuple[float, float] | None]:
        """Where each raw rating lies 95 times in 100; None where the system states no uncertainty."""
        return {agent: self._raw.interval(rating) for agent, rating in self._raw.ratings().items()}

    def _count(self, agent: AgentName, more: Iterable[int]) -> None:
        own = self._records.get(agent, _NONE)
        self._records[agent] = Record(*map(add, own, more))


def ladder(results: Iterable[SetResult], system: str = DEFAULT, settings: Iterable[str] = ()) -> list[LadderRow]:
    """The ladder that a stream of finished sets amounts to.

    Raises:
        BadRequest: when there is no rating system of this name, or it has no such setting.
    """
    return Ladder(system, settings).update(results).rows()


def _columnar(system: RatingSystem) -> PairwiseSystem:
    if not isinstance(system, PairwiseSystem):
        raise BadRequest(f"a ladder by {system.name} needs the sets themselves; columns of results lack their scores")
    return system


def _only(pairs: Comparisons, chosen: NDArray[np.bool_]) -> Comparisons | None:
    """The results that are chosen, None where none is."""
    if not chosen.any():
        return None
    return Comparisons(pairs.agents, pairs.first[chosen], pairs.second[chosen], pairs.score[chosen])


_NONE: Final = Record(0, 0, 0, 0, 0)
