"""One transaction of the writer: what is new of some batches becomes entries, rows and completed sets."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from arena.core.match import FAULTS
from arena.core.values import AgentName, MatchId, SetId
from arena.ledger.driver import Driver
from arena.ledger.record import Batch, Record, payload
from arena.ledger.rows import Row, match_row, plain, provenance_rows, seat_rows
from arena.ledger.sets import SETTLED, SetState, Tally
from arena.ledger.tables import (
    AgentRow,
    EntryRow,
    MatchRow,
    ProvenanceRow,
    SeatRow,
    SetRow,
    StandingRow,
    VersionRow,
)
from arena.rating import SeatLine

GENESIS: Final = bytes(32)
"""What stands for the previous hash of the first entry."""


def link(previous: bytes, data: bytes) -> bytes:
    """The hash of an entry, over the hash before it and its own payload."""
    return hashlib.sha256(previous + data).digest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an append: it is durable. `entry` is None when all of its matches had been there already.

    `digests` has the (play, record) digest of every match of the append; `state` is that of its set.
    """

    entry: int | None
    digests: dict[MatchId, tuple[bytes, bytes]]
    state: SetState


@dataclass(slots=True)
class Additions:
    """The rows of one transaction, and the hashes of its entries."""

    entries: list[Row] = field(default_factory=list)
    matches: list[Row] = field(default_factory=list)
    seats: list[Row] = field(default_factory=list)
    standings: list[Row] = field(default_factory=list)
    provenance: list[Row] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    first: int = 0
    hashes: list[bytes] = field(default_factory=list)


class Transaction:
    """Appends batches under the writers' lock; nothing stands before `Driver.commit`. One instance is used once."""

    def __init__(self, driver: Driver, batches: Sequence[Batch]) -> None:
        self._driver = driver
        self._batches = batches
        self._known = _known(driver, batches)
        self._tallies = _tallies(driver, batches)
        self._number, self._hash, self._next_match = _head(driver)
        self.added = Additions(first=self._number)

    def run(self) -> Additions:
        """Insert everything that is new."""
        for batch in self._batches:
            self.added.receipts.append(self._add(batch))
        self._insert()
        return self.added

    def _add(self, batch: Batch) -> Receipt:
        fresh = [record for record in batch.records if not self._seen(record)]
        tally = self._tallies[batch.plan.set_id]
        digests = {record.match_id: (record.play_digest, record.record_digest) for record in batch.records}
        if not fresh:
            return Receipt(None, digests, tally.state)
        number = self._number
        self._chain(batch, fresh)
        for record in fresh:
            self._index(number, tally, record)
        if tally.due:
            self._recall(tally)
            self.added.standings += tally.complete(number)
        return Receipt(number, digests, tally.state)

    def _seen(self, record: Record) -> bool:
        if record.match_id in self._known:
            return True
        self._known.add(record.match_id)
        return False

    def _chain(self, batch: Batch, records: Sequence[Record]) -> None:
        data = payload(batch, records)
        self._hash = link(self._hash, data)
        self.added.hashes.append(self._hash)
        self.added.entries.append((self._number, self._next_match, len(records), self._hash, data))
        self._number += 1

    def _index(self, entry: int, tally: Tally, record: Record) -> None:
        number = self._next_match
        self._next_match += 1
        self.added.matches.append(match_row(number, entry, tally.land(record), record))
        self.added.seats.extend(seat_rows(number, record.result))
        self.added.provenance.extend(provenance_rows(number, record))

    def _recall(self, tally: Tally) -> None:
        """Add what earlier transactions know of a set that is now complete."""
        if len(tally.lines) == tally.settled:
            return
        lines: dict[int, list[SeatLine]] = {}
        for match, void, agent, rank, score, cause, defaults in self._driver.query(_SET_LINES, tally.set_id):
            lines.setdefault(match, []).append(SeatLine(agent, rank, score, cause in FAULTS or defaults > 0))
            tally.spoiled |= bool(void)
        tally.lines += lines.values()

    def _insert(self) -> None:
        added, insert = self.added, self._driver.insert
        insert(EntryRow, added.entries)
        insert(MatchRow, added.matches)
        insert(SeatRow, added.seats)
        insert(StandingRow, added.standings)
        insert(ProvenanceRow, added.provenance)
        if added.entries:
            insert(SetRow, [tally.row() for tally in self._tallies.values()], _UPSERT_SET)


def introduce(driver: Driver, agents: Sequence[tuple[AgentName, str, str]], now_ms: int) -> None:
    """Make sure that these (name, owner, version) are listed; whoever registered a name first keeps it."""
    driver.insert(AgentRow, [(plain(name), plain(owner), now_ms) for name, owner, _ in agents], "DO NOTHING")
    versions = [(plain(name), plain(version), None, None, now_ms) for name, _, version in agents if version]
    driver.insert(VersionRow, versions, "DO NOTHING")


def _head(driver: Driver) -> tuple[int, bytes, int]:
    """The next entry's number, the last one's hash, and the next match's number."""
    for number, digest, first, matches in driver.query(_HEAD):
        return number + 1, bytes(digest), first + matches
    return 0, GENESIS, 0


def _known(driver: Driver, batches: Sequence[Batch]) -> set[MatchId]:
    ids = [(record.match_id,) for batch in batches for record in batch.records]
    return {row[0] for row in driver.query_in("SELECT match_id FROM match WHERE match_id IN {}", ids)}


def _tallies(driver: Driver, batches: Sequence[Batch]) -> dict[SetId, Tally]:
    plans = {batch.plan.set_id: batch.plan for batch in reversed(batches)}
    tallies = {set_id: Tally.of(plan) for set_id, plan in plans.items()}
    stored = {row[0]: _tally(*row) for row in driver.query_in(_SETS, [(set_id,) for set_id in plans])}
    tallies.update(stored)
    if stored:
        for set_id, ordinal, counted in driver.query_in(_ORDINALS, _ordinals(batches, stored)):
            voids = stored[set_id].voids
            voids[ordinal] = SETTLED if counted else voids.get(ordinal, 0) + 1
    return tallies


def _ordinals(batches: Sequence[Batch], stored: dict[SetId, Tally]) -> Iterator[tuple[SetId, int]]:
    for batch in batches:
        if batch.plan.set_id in stored:
            for record in batch.records:
                yield batch.plan.set_id, record.result.plan.ordinal


def _tally(
    set_id: SetId, game: str, matches: int, ladder: bool, settled: int, state: str, clean: bool, completed: int | None
) -> Tally:
    return Tally(
        set_id=set_id,
        game=game,
        matches=matches,
        ladder=bool(ladder),
        settled=settled,
        state=SetState(state),
        clean=bool(clean),
        completed=completed,
    )


_HEAD: Final = "SELECT number, hash, first_match, matches FROM entry ORDER BY number DESC LIMIT 1"
_SETS: Final = """SELECT set_id, game, matches, ladder, settled, state, clean, completed
    FROM match_set WHERE set_id IN {}"""
_ORDINALS: Final = """SELECT set_id, ordinal, counted FROM match WHERE (set_id, ordinal) IN {} ORDER BY counted"""
_SET_LINES: Final = """SELECT m.number, m.void, s.agent, s.rank, s.score, s.cause, s.defaults
    FROM match m JOIN seat s ON s.match = m.number WHERE m.set_id = ? AND m.counted ORDER BY m.number, s.seat"""
_UPSERT_SET: Final = """(set_id) DO UPDATE SET settled = excluded.settled, state = excluded.state,
    clean = excluded.clean, completed = excluded.completed"""
