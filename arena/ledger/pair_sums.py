"""What the finished sets of a game sum up to, pair by pair: grouped by the database, however many matches there are.

Unlike ladders, these count every finished set, unrated ones and those within one owner too: a trainer's checkpoints
are of one owner. In a set of more than two, a pair's payoff is what the first earned in the second's company, be they
opponents or mates.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import TextClause, text

from arena.core.values import AgentName, Seat
from arena.ledger.reads import Reads
from arena.ledger.rows import plain
from arena.rating.population import PairSums


def pair_sums(
    ledger: Reads, game: str, checkpoints: bool = False, seat: Seat | None = None, role: str = "", *, after: int = -1
) -> Iterator[tuple[PairSums, int]]:
    """The sums of each pair, and the number of its last set, over the sets of a rated id finished after number `after`.

    Pairs are of agents or of checkpoints, named AGENT@VERSION, or AGENT alone where it played without a version. With a
    `seat` or `role`, of each set the matches that the first of the pair had it in.
    """
    both = seat is None and not role
    query = _query(checkpoints, seat, role)
    values: dict[str, Any] = {"game": plain(game), "after": after}
    values |= ({} if seat is None else {"seat": seat}) | ({"role": plain(role)} if role else {})
    with ledger._engine.connect() as connection:
        for agent, opponent, samples, wins, losses, since, last, *sums in connection.execute(query, values):
            mine, its = sums[:4], sums[4:]
            yield _pair(agent, opponent, samples, mine, wins, losses, since), last
            if both:
                yield _pair(opponent, agent, samples, its, losses, wins, since), last


def _pair(
    agent: str, opponent: str, samples: int, sums: Sequence[float], wins: int, losses: int, since: int
) -> PairSums:
    total, squares, low, high = sums
    return PairSums(AgentName(agent), AgentName(opponent), samples, total, squares, wins, losses, low, high, since)


_TIE: Final = "1e-12 * size"
"""Sums of decimals that differ by less, beside what was summed, are equal."""

_SUMS: Final = "sum({0}), sum({0} * {0}), min({0}), max({0})"

_PAIRS: Final = """
SELECT agent, opponent, count(*),
       sum(CASE WHEN lead > {tie} THEN 1 ELSE 0 END), sum(CASE WHEN lead < -{tie} THEN 1 ELSE 0 END),
       min(number), max(number), {mine}, {its}
FROM ({samples}) AS samples GROUP BY agent, opponent
"""

_STANDINGS: Final = """
SELECT a.agent AS agent, b.agent AS opponent, a.score / a.matches AS score, b.score / b.matches AS other,
       b.rank - a.rank AS lead, 0 AS size, s.completed AS number
FROM match_set s JOIN standing a ON a.entry = s.completed JOIN standing b ON b.entry = a.entry AND a.agent < b.agent
WHERE s.game = :game AND s.completed > :after AND s.state = 'finished'
"""

_SEATS: Final = """
SELECT {a} AS agent, {b} AS opponent, avg(a.score) AS score, avg(b.score) AS other, avg(a.score - b.score) AS lead,
       avg(abs(a.score) + abs(b.score)) AS size, s.completed AS number
FROM match_set s JOIN match m ON m.set_id = s.set_id AND m.counted AND m.void = ''
JOIN seat a ON a.match = m.number JOIN seat b ON b.match = m.number
WHERE s.game = :game AND s.completed > :after AND s.state = 'finished'
  AND {a} {unlike} {b}{part}
GROUP BY s.completed, {a}, {b}
"""

_LABEL: Final = "CASE WHEN {0}.version = '' THEN {0}.agent ELSE {0}.agent || '@' || {0}.version END"


def _query(checkpoints: bool, seat: Seat | None, role: str) -> TextClause:
    """Standings are fewer than seats, but name neither versions nor roles.

    Without a seat or role each pair is grouped once, in alphabetical order, with the sums of both: half the work.
    """
    both = seat is None and not role
    sums = {"tie": _TIE, "mine": _SUMS.format("score"), "its": _SUMS.format("other") if both else "0, 0, 0, 0"}
    if both and not checkpoints:
        return text(_PAIRS.format(samples=_STANDINGS, **sums))
    a, b = ((_LABEL if checkpoints else "{0}.agent").format(side) for side in "ab")
    part = ("" if seat is None else " AND a.seat = :seat") + (" AND a.role = :role" if role else "")
    return text(_PAIRS.format(samples=_SEATS.format(a=a, b=b, unlike="<" if both else "<>", part=part), **sums))
