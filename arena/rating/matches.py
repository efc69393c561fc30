"""What a match from elsewhere means for ratings: which agents stood together, and how they ranked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from arena.core.errors import BadRequest
from arena.core.values import AgentName, SetId
from arena.rating.bradley_terry_pairs import Entrant, PairResult, pairs
from arena.rating.results import SetResult, Standing
from arena.rating.table import Match, SeatRow
from arena.rating.ties import Total, places


class Unit(NamedTuple):
    """One agent of a match with all of its seats; `side` is shared by team mates, `rank` by those who drew."""

    agent: AgentName
    side: str
    rank: int
    seats: Sequence[SeatRow]

    @property
    def weight(self) -> float:
        """The share of the match that it took part in, over its seats."""
        return fsum(row.weight for row in self.seats) / len(self.seats)


def set_results(matches: Iterable[Match], *, alone: bool = False) -> Iterator[SetResult]:
    """Each match as a rated set, in order; `alone` admits matches of one side.

    Raises:
        BadRequest: when a match cannot be ranked; the sentence names a line.
    """
    for number, match in enumerate(matches):
        yield _duel(number, match) or _set_result(number, match, ranked(match, alone=alone))


def pair_results(matches: Iterable[Match], factors: Sequence[str] = ()) -> Iterator[PairResult]:
    """Every pair of agents that met on different sides; `factors` are "seat" and "role", where the rows tell them.

    Raises:
        BadRequest: when a match cannot be ranked, or an agent with several seats has no one seat or role.
    """
    for match in matches:
        entrants = [
            Entrant(
                unit.agent, unit.rank, unit.side, {name: _level(match, unit, name) for name in factors}, unit.weight
            )
            for unit in ranked(match)
        ]
        yield from pairs(entrants, cluster=match.name)


def ranked(match: Match, *, alone: bool = False) -> list[Unit]:
    """The agents of a match, best first.

    Ranks decide where all rows have one, else scores. An agent in several seats is one unit, a team one side, and
    each counts the mean over its seats. Where an agent sits in several teams, all agents stand for themselves.

    Raises:
        BadRequest: when a match has no rank or score for every row, or fewer than two agents or sides to compare.
    """
    seats: dict[AgentName, list[SeatRow]] = {}
    for row in match.rows:
        seats.setdefault(row.agent, []).append(row)
    sides = _sides(seats)
    rows: dict[str, list[SeatRow]] = {}
    for agent, own in seats.items():
        rows.setdefault(sides[agent], []).extend(own)
    if len(rows) < 2 and not alone:
        one = match.rows[0]
        few = f"one agent, {one.agent[:40]!r}" if len(seats) < 2 else f"one team, {one.team[:40]!r}"
        raise _unfit(match, f"has only {few}; a rating compares at least two")
    merit = _merit(match)
    place = places({side: Total.of([merit[row.line] for row in own], len(own)) for side, own in rows.items()})
    units = [Unit(agent, sides[agent], place[sides[agent]], own) for agent, own in seats.items()]
    return sorted(units, key=lambda unit: unit.rank)


def _sides(seats: Mapping[AgentName, Sequence[SeatRow]]) -> dict[AgentName, str]:
    """The side of each agent; prefixes keep a team apart from an agent of the same name."""
    mixed = any(len({row.team for row in own}) > 1 for own in seats.values())
    return {
        agent: f"agent {agent}" if mixed or not own[0].team else f"team {own[0].team}" for agent, own in seats.items()
    }


def _merit(match: Match) -> dict[int, float]:
    """What each row's seat achieved, the more the better."""
    if all(row.rank is not None for row in match.rows):
        return {row.line: -float(row.rank or 0) for row in match.rows}
    unscored = [row for row in match.rows if row.score is None]
    if unscored:
        worst = next((row for row in unscored if row.rank is None), unscored[0])
        raise _unfit(match, "needs a rank in each of its rows, or a score in each", worst)
    return {row.line: row.score or 0.0 for row in match.rows}


def _duel(number: int, match: Match) -> SetResult | None:
    """The plainest and by far most frequent match, without the detour over sides."""
    if len(match.rows) != 2:
        return None
    one, two = match.rows
    if one.agent == two.agent or one.team or two.team or one.weight != 1 or two.weight != 1:
        return None
    merit = _merit(match)
    first, second = (Total(merit[row.line], abs(merit[row.line])) for row in (one, two))
    ahead = 0.0 if first.equals(second) else first.value - second.value
    lines = [_line(one, ahead), _line(two, -ahead)]
    return SetResult(number, SetId(match.name), True, lines if ahead >= 0 else lines[::-1])


def _line(row: SeatRow, ahead: float) -> Standing:
    lost = ahead < 0
    return Standing(row.agent, 1 + lost, row.score or 0.0, 1, ahead > 0, ahead == 0, lost, 0)


def _set_result(number: int, match: Match, units: Sequence[Unit]) -> SetResult:
    sides = [unit.side for unit in units]
    weights = {unit.agent: unit.weight for unit in units}
    first = {unit.side for unit in units if unit.rank == 1}
    drawn = len(first) > 1 or len(set(sides)) == 1
    return SetResult(
        number,
        SetId(match.name),
        True,
        [_standing(unit, drawn) for unit in units],
        teams={unit.agent: unit.side for unit in units} if len(set(sides)) < len(sides) else None,
        weights=weights if any(weight != 1 for weight in weights.values()) else None,
    )


def _standing(unit: Unit, drawn: bool) -> Standing:
    best = unit.rank == 1
    score = fsum(row.score or 0.0 for row in unit.seats) / len(unit.seats)
    return Standing(unit.agent, unit.rank, score, 1, best and not drawn, best and drawn, not best, 0)


def _level(match: Match, unit: Unit, factor: str) -> str:
    levels = {row.seat if factor == "seat" else row.role for row in unit.seats}
    if len(levels) > 1 or "" in levels:
        reason = (
            f"agent {unit.agent[:40]!r} has no {factor}" if "" in levels else f"agent {unit.agent[:40]!r} has several"
        )
        raise _unfit(match, f"cannot be told apart by {factor}: {reason}", unit.seats[0])
    return levels.pop()


def _unfit(match: Match, reason: str, row: SeatRow | None = None) -> BadRequest:
    return BadRequest(f"line {(row or match.rows[0]).line}: match {match.name[:40]!r} {reason}")
