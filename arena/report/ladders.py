"""The ladder of a game from a ledger, by any system: whole, or with a line for each role or seat of an agent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.columns import Columns, read_columns
from arena.ledger.selection import PlayedMatch, SeatPart, Selection, selected_matches, selected_sets
from arena.rating import DEFAULT, Ladder, LadderRow, SeatLine, SetResult, standings
from arena.rating.bradley_terry import BRADLEY_TERRY, Comparisons, Entrant, PairResult, pairs, pairs_of_set
from arena.rating.elo import Elo
from arena.rating.mean_score import MeanScore
from arena.rating.rate import NAMES
from arena.report.fitted import fitted, require_pairs

By = Literal["role", "seat"]
_SEAM: Final = "\0"
"""Between an agent and its role in the name of a unit: no name in a ledger holds it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ladder. `level` is the role or seat it is about, "" for all; `interval` covers 95 in 100."""

    row: LadderRow
    level: str = ""
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class FoundLadder:
    """Lines best first, by the rating `system`; `notes` are sentences on what to beware of."""

    system: str
    lines: Sequence[Line]
    notes: Sequence[str] = ()


def find_ladder(
    ledger: Ledger,
    chosen: Selection,
    system: str | None = None,
    settings: Iterable[str] = (),
    *,
    by: By | None = None,
    recompute: bool = False,
) -> FoundLadder:
    """The ladder that the selected sets amount to; without a `system` TrueSkill, or the mean score where nobody met.

    `by` rates each agent apart in each role or seat, match by match, as sets mix them. `recompute` takes set after set
    where sets of two agents would else go through columns.

    Raises:
        BadRequest: there is no such rating system or setting, or the model cannot be fitted.
    """
    if system is not None and system not in NAMES:
        raise BadRequest(f"unknown rating system {system!r}; there is {', '.join(NAMES)}")
    given = list(settings)
    if by is not None:
        return _by_level([*selected_matches(ledger, chosen)], by, system or DEFAULT, given)
    slow = recompute or system == MeanScore.name
    columns = None if slow else read_columns(ledger, chosen)
    if columns is not None:
        return _from_columns(columns, system or DEFAULT, given)
    sets = [*selected_sets(ledger, chosen)]
    alone = bool(sets) and all(len(one.standings) == 1 for one in sets)
    return _from_sets(sets, system or (MeanScore.name if alone else DEFAULT), given)


def _from_columns(columns: Columns, system: str, settings: list[str]) -> FoundLadder:
    if system != BRADLEY_TERRY:
        return _grown(Ladder(system, settings).add_pairs(columns.pairs, columns.clean, columns.records), system)
    counted = Ladder(Elo.name).add_pairs(columns.pairs, columns.clean, columns.records)
    return _fitted(counted, columns.pairs, _only(columns.pairs, columns.clean), settings)


def _from_sets(sets: Sequence[SetResult], system: str, settings: list[str]) -> FoundLadder:
    if system != BRADLEY_TERRY or not sets:
        return _grown(Ladder(_online(system), settings if system != BRADLEY_TERRY else []).update(sets), system)
    every = [pair for one in sets for pair in pairs_of_set(one)]
    require_pairs(every)
    clean = [pair for one in sets if one.clean for pair in pairs_of_set(one)]
    return _fitted(
        Ladder(Elo.name).update(sets), Comparisons.of(every), Comparisons.of(clean) if clean else None, settings
    )


def _by_level(matches: Sequence[PlayedMatch], by: By, system: str, settings: list[str]) -> FoundLadder:
    """Each agent in each of its roles as a unit of its own; the model has effects of the roles beside."""
    counted = Ladder(_online(system), settings if system != BRADLEY_TERRY else [])
    counted.update(_as_set(number, match, by) for number, match in enumerate(matches))
    if system != BRADLEY_TERRY or not matches:
        return _grown(counted, system)
    every = [pair for match in matches for pair in _pairs(match, by)]
    require_pairs(every)
    clean = [pair for match in matches if match.clean for pair in _pairs(match, by)]
    return _fitted(counted, Comparisons.of(every), Comparisons.of(clean) if clean else None, settings, by)


def _grown(grown: Ladder, system: str) -> FoundLadder:
    intervals = grown.intervals()
    return FoundLadder(system, [_line(row, intervals[row.agent]) for row in grown.rows()])


def _fitted(
    counted: Ladder, raw: Comparisons, clean: Comparisons | None, settings: list[str], by: By | None = None
) -> FoundLadder:
    found = fitted(raw, clean, settings, by)
    units = [_line(row, None) for row in counted.rows()]
    lines = [Line(row, level, interval) for level, row, interval in found.rows((one.level, one.row) for one in units)]
    return FoundLadder(BRADLEY_TERRY, lines, found.notes)


def _line(row: LadderRow, interval: tuple[float, float] | None) -> Line:
    agent, _, level = row.agent.partition(_SEAM)
    return Line(replace(row, agent=AgentName(agent)) if level else row, level, interval)


def _online(system: str) -> str:
    return Elo.name if system == BRADLEY_TERRY else system


def _only(table: Comparisons, chosen: NDArray[np.bool_]) -> Comparisons | None:
    """The chosen results, of the agents that have some; None where there is none."""
    if not chosen.any():
        return None
    ends = np.concatenate([table.first[chosen], table.second[chosen]])
    kept, places = np.unique(ends, return_inverse=True)
    first, second = np.split(places, 2)
    return Comparisons(tuple(table.agents[at] for at in kept.tolist()), first, second, table.score[chosen])


def _level(part: SeatPart, by: By) -> str:
    return str(part.seat) if by == "seat" else part.role or "none"


def _as_set(number: int, match: PlayedMatch, by: By) -> SetResult:
    """A match as a set of units; mates of a team win and lose together."""
    units = [AgentName(f"{part.agent}{_SEAM}{_level(part, by)}") for part in match.seats]
    lines = [SeatLine(unit, p.rank, p.score, p.fault) for unit, p in zip(units, match.seats, strict=True)]
    teams = {unit: part.team for unit, part in zip(units, match.seats, strict=True) if part.team}
    return SetResult(number, match.set_id, match.clean, standings([lines]), teams=teams or None)


def _pairs(match: PlayedMatch, by: By) -> Iterator[PairResult]:
    entrants = {
        (part.agent, _level(part, by)): Entrant(part.agent, part.rank, part.team, {by: _level(part, by)})
        for part in match.seats
    }
    yield from pairs([*entrants.values()], cluster=match.set_id)
