"""The end of the chain as this process left it: what its next transaction need not read again.

It holds only as long as nobody else appended: whoever takes the writers' lock compares the head first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from arena.core.match import FAULTS, SetPlan
from arena.core.values import AgentName, SetId
from arena.ledger.driver import Driver
from arena.ledger.rows import Row
from arena.ledger.sets import SETTLED, SetState, Tally
from arena.rating import SeatLine

GENESIS: Final = bytes(32)
"""What stands for the previous hash of the first entry."""

REMEMBERED: Final = 20_000
"""Open sets that are kept in memory; of more, the oldest are read again when they go on."""


class Head(NamedTuple):
    """Where the chain goes on: the next entry's number, the last one's hash, the next match's number."""

    number: int = 0
    hash: bytes = GENESIS
    match: int = 0

    @classmethod
    def read(cls, driver: Driver) -> "Head":
        """As it stands in the database."""
        for number, digest, first, matches in driver.query(_HEAD):
            return cls(number + 1, bytes(digest), first + matches)
        return cls()


@dataclass(slots=True)
class Tail:
    """The head, and by id those sets that were open there and that this process has met."""

    head: Head
    sets: dict[SetId, Tally] = field(default_factory=dict)

    def tallies(self, driver: Driver, plans: Iterable[SetPlan]) -> dict[SetId, Tally]:
        """The tallies of these sets: as remembered, else as stored, else empty."""
        first: dict[SetId, SetPlan] = {}
        for plan in plans:
            first.setdefault(plan.set_id, plan)
        stored = _read(driver, [set_id for set_id in first if set_id not in self.sets])
        return {set_id: self.sets.get(set_id) or stored.get(set_id) or Tally.of(plan) for set_id, plan in first.items()}

    def go_on(self, head: Head, tallies: dict[SetId, Tally]) -> None:
        """Note what a transaction made of them, once it is durable."""
        self.head = head
        for set_id, tally in tallies.items():
            if tally.state is SetState.OPEN:
                self.sets[set_id] = tally
            else:
                self.sets.pop(set_id, None)
        while len(self.sets) > REMEMBERED:
            del self.sets[next(iter(self.sets))]


def _read(driver: Driver, set_ids: Sequence[SetId]) -> dict[SetId, Tally]:
    found = {row[0]: _tally(*row) for row in driver.query_in(_SETS, set_ids)}
    for match, rows in groupby(driver.query_in(_MATCHES, list(found)), key=itemgetter(slice(0, 6))):
        _land(found[match[0]], match, rows)
    return found


def _tally(set_id: SetId, game: str, matches: int, ladder: bool, state: str, completed: int | None) -> Tally:
    return Tally(
        set_id=set_id,
        game=game,
        matches=matches,
        ladder=bool(ladder),
        state=SetState(state),
        completed=completed,
        stored=True,
    )


def _land(tally: Tally, match: Row, rows: Iterator[Row]) -> None:
    """Take one stored match, as it was taken when it landed."""
    _, _, match_id, ordinal, void, counted = match
    tally.known.add(match_id)
    if counted:
        tally.count(ordinal, bool(void), [_seat_line(*row[6:]) for row in rows if row[6] is not None])
    elif void and tally.voids.get(ordinal, 0) < SETTLED:
        tally.voids[ordinal] = tally.voids.get(ordinal, 0) + 1


def _seat_line(agent: AgentName, rank: int, score: float, cause: str, defaults: int) -> SeatLine:
    return SeatLine(agent, rank, score, cause in FAULTS or defaults > 0)


_HEAD: Final = "SELECT number, hash, first_match, matches FROM entry ORDER BY number DESC LIMIT 1"
_SETS: Final = "SELECT set_id, game, matches, ladder, state, completed FROM match_set WHERE set_id IN {}"
_MATCHES: Final = """SELECT m.set_id, m.number, m.match_id, m.ordinal, m.void, m.counted,
        s.agent, s.rank, s.score, s.cause, s.defaults
    FROM match m LEFT JOIN seat s ON s.match = m.number WHERE m.set_id IN {} ORDER BY m.number, s.seat"""
