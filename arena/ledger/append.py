"""One transaction of the writer: what is new of some batches becomes entries, rows and completed sets."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from arena.core.values import AgentName, MatchId, SetId
from arena.ledger.driver import Driver
from arena.ledger.record import Batch, Record, payload
from arena.ledger.rows import Row, match_row, plain, provenance_rows, seat_rows
from arena.ledger.sets import SetState, Tally
from arena.ledger.spending import Key, Spent, add, rows, spent_in
from arena.ledger.tables import (
    AgentRow,
    EntryRow,
    MatchRow,
    ProvenanceRow,
    SeatRow,
    SetRow,
    SpendingRow,
    StandingRow,
    VersionRow,
)
from arena.ledger.tail import Head, Tail


def link(previous: bytes, data: bytes) -> bytes:
    """The hash of an entry, over the hash before it and its own payload."""
    return hashlib.sha256(previous + data).digest()


class Receipt(NamedTuple):
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
    spending: dict[Key, Spent] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    first: int = 0
    hashes: list[bytes] = field(default_factory=list)


class Transaction:
    """Appends batches under the writers' lock; nothing stands before `Driver.commit`. One instance is used once.

    `head` and `tallies` are what the chain's end and the sets of the batches became.
    """

    def __init__(self, driver: Driver, batches: Sequence[Batch], tail: Tail) -> None:
        self._driver = driver
        self._batches = batches
        self._changed: dict[SetId, Tally] = {}
        self.tallies = tail.tallies(driver, [batch.plan for batch in batches])
        self.head = tail.head
        self.added = Additions(first=tail.head.number)

    def run(self) -> Additions:
        """Insert everything that is new."""
        for batch in self._batches:
            self.added.receipts.append(self._add(batch))
        if self.added.entries:
            self._insert()
            self._insert_sets()
        return self.added

    def _add(self, batch: Batch) -> Receipt:
        tally = self.tallies[batch.plan.set_id]
        digests = {record.match_id: (record.play_digest, record.record_digest) for record in batch.records}
        fresh = [record for record in batch.records if tally.meets(record.match_id)]
        if not fresh:
            return Receipt(None, digests, tally.state)
        number = self.head.number
        self._changed[batch.plan.set_id] = tally
        self._chain(batch, fresh)
        for at, record in enumerate(fresh, start=self.head.match - len(fresh)):
            self._index(at, number, tally, record)
        if tally.due:
            self.added.standings += tally.complete(number)
        return Receipt(number, digests, tally.state)

    def _chain(self, batch: Batch, records: Sequence[Record]) -> None:
        number, previous, match = self.head
        data = payload(batch, records)
        digest = link(previous, data)
        self.added.hashes.append(digest)
        self.added.entries.append((number, match, len(records), digest, data))
        self.head = Head(number + 1, digest, match + len(records))

    def _index(self, number: int, entry: int, tally: Tally, record: Record) -> None:
        self.added.matches.append(match_row(number, entry, tally.land(record), record))
        self.added.seats.extend(seat_rows(number, record.result))
        if record.blobs:
            self.added.provenance.extend(provenance_rows(number, record))
            for key, spent in spent_in(record.result, record.result.provenance).items():
                add(self.added.spending, key, spent)

    def _insert(self) -> None:
        added, insert = self.added, self._driver.insert
        insert(EntryRow, added.entries)
        insert(MatchRow, added.matches)
        insert(SeatRow, added.seats)
        insert(StandingRow, added.standings)
        insert(ProvenanceRow, added.provenance)
        insert(SpendingRow, rows(added.spending), _ADD_UP)

    def _insert_sets(self) -> None:
        changed = self._changed.values()
        self._driver.insert(SetRow, [tally.row() for tally in changed if not tally.stored])
        self._driver.change(_CHANGE_SET, [tally.progress() for tally in changed if tally.stored])
        for tally in changed:
            tally.stored = True


def introduce(driver: Driver, agents: Sequence[tuple[AgentName, str, str]], now_ms: int) -> None:
    """Make sure that these (name, owner, version) are listed; whoever registered a name first keeps it."""
    owned = [(plain(name), plain(owner), now_ms) for name, owner, _ in agents if owner]
    driver.insert(AgentRow, owned, "DO NOTHING")
    versions = [(plain(name), plain(version), None, None, now_ms) for name, _, version in agents if version]
    driver.insert(VersionRow, versions, "DO NOTHING")


_SUMS: Final = Spent._fields
_ADD_UP: Final = f"(game, agent, void) DO UPDATE SET {', '.join(f'{x} = spending.{x} + excluded.{x}' for x in _SUMS)}"
_CHANGE_SET: Final = "UPDATE match_set SET settled = ?, state = ?, clean = ?, completed = ? WHERE set_id = ?"
