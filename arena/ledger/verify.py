"""Shows whether anything in the ledger was changed, and names the first entry that was.

Everything is computed anew from the payloads: the chain of hashes, the rows that index it, completed sets and their
standings. Truncation and rewritten tails show against the signed heads outside the database.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import isclose
from typing import Final, TypeAlias

from sqlalchemy import Connection
from sqlmodel import SQLModel

from arena.core.agent import Provenance
from arena.core.canonical import canonical
from arena.core.match import MatchResult, Origin
from arena.core.values import MatchId, SetId
from arena.ledger.append import link
from arena.ledger.provenance import unpack
from arena.ledger.record import Batch, Record, decode
from arena.ledger.rows import Row, match_row, move_owners, plain, seat_rows
from arena.ledger.sets import SetState, Tally
from arena.ledger.snapshots import Recount
from arena.ledger.spending import Key, Spent, add, spent_in
from arena.ledger.stored import StoredRows, columns
from arena.ledger.tables import (
    EntryRow,
    MatchRow,
    ProvenanceRow,
    SeatRow,
    SetRow,
    SnapshotRow,
    SpendingRow,
    StandingRow,
)
from arena.ledger.tail import GENESIS

Replay: TypeAlias = Callable[[MatchResult], bytes | None]
"""Plays a recorded match again and returns its play digest; None when its game is not available here."""

_PAGE: Final = 100
_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found. `first_bad` is the number of the first entry that was changed or is missing; `reason` says how.

    `heads` counts the entries that a signature vouches for: without any, nobody can tell whether the end is missing.
    `unsigned` counts those at the end that none does: a commit's after a crash, else suspicious.
    `mismatched` are the matches whose replay gave another play digest, and `mismatches` is their number.
    """

    results: int
    chain_ok: bool
    first_bad: int | None
    replayed: int
    mismatches: int
    heads: int
    unsigned: int
    reason: str
    mismatched: tuple[MatchId, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is bad."""
        return self.chain_ok and not self.mismatches


def verify(connection: Connection, signed: Mapping[int, bytes], replay: Replay | None = None) -> Verification:
    """Check the whole ledger within the snapshot that `connection` is in; `signed` was read before it was begun."""
    audit = _Audit(connection, signed, replay)
    bad: _Bad | None = None
    try:
        audit.run()
    except _Bad as found:
        bad = found
    finally:
        audit.rows_of.close()
    return Verification(
        results=audit.rows[MatchRow],
        chain_ok=bad is None,
        first_bad=None if bad is None else bad.entry,
        replayed=audit.replayed,
        mismatches=len(audit.mismatched),
        heads=len(signed),
        unsigned=max(0, audit.number - 1 - max(signed, default=-1)),
        reason="" if bad is None else str(bad),
        mismatched=tuple(audit.mismatched),
    )


class _Bad(Exception):
    def __init__(self, entry: int, reason: str) -> None:
        super().__init__(reason)
        self.entry = entry


class _Audit:
    """Walks the chain; `number`, `rows` and the rest are the state after the entries found good so far."""

    def __init__(self, connection: Connection, signed: Mapping[int, bytes], replay: Replay | None) -> None:
        self.rows_of = StoredRows(connection)
        self._signed = signed
        self._replay = replay
        self._hash = GENESIS
        self._open: dict[SetId, Tally] = {}
        self._closed: set[SetId] = set()
        self._found: dict[type[SQLModel], dict[int, list[Row]]] = {}
        self.number = 0
        self.rows: Counter[type[SQLModel]] = Counter()
        self._spent: dict[Key, Spent] = {}
        self._ratings = Recount(self.rows_of(SnapshotRow, "1 = 1"))
        self.replayed = 0
        self.mismatched: list[MatchId] = []

    def run(self) -> None:
        """Raises _Bad at the first thing that is not as it was written."""
        while page := self._page():
            sound = list(takewhile(_is_sound, page))
            if sound:
                self._load(sound)
            for entry in sound:
                self._check_entry(*entry)
            if len(sound) < len(page):
                raise _Bad(self.number, f"entry {self.number} cannot be read")
        if max(self._signed, default=-1) >= self.number:
            raise _Bad(self.number, "entries that were signed are missing from the end")
        for tally in self._open.values():
            self._check_set(tally, self.number - 1)
        self._check_counts()
        self._check_spending()
        if self._ratings.left:
            raise _Bad(self.number, "the table snapshot has ratings behind entries that complete no set")

    def _page(self) -> Sequence[Row]:
        return self.rows_of(EntryRow, "number >= ? ORDER BY number LIMIT ?", self.number, _PAGE)

    def _load(self, page: Sequence[Row]) -> None:
        """Fetch the rows that these entries should have, a query a table instead of some an entry."""
        first = self.rows[MatchRow]
        matches = first, min(first + sum(entry[2] for entry in page) - 1, _LARGEST)
        entries = page[0][0], page[-1][0]
        spans: dict[type[SQLModel], tuple[str, tuple[int, int]]] = {
            MatchRow: ("number", matches),
            SeatRow: ("match", matches),
            StandingRow: ("entry", entries),
            SetRow: ("completed", entries),
        }
        self._found = {model: self._rows_by(model, *span) for model, span in spans.items()}

    def _rows_by(self, model: type[SQLModel], key: str, span: tuple[int, int]) -> dict[int, list[Row]]:
        at = columns(model).index(key)
        found: dict[int, list[Row]] = {}
        for row in self.rows_of(model, f"{key} BETWEEN ? AND ?", *span):
            found.setdefault(row[at], []).append(row)
        return found

    def _check_entry(self, number: int, first_match: int, matches: int, digest: bytes, payload: bytes) -> None:
        if number != self.number:
            raise _Bad(self.number, f"entry {self.number} is missing")
        if link(self._hash, payload) != digest:
            raise _Bad(number, f"entry {number} does not fit the hash chain")
        if self._signed.get(number, digest) != digest:
            raise _Bad(number, f"entry {number} is not the one that was signed")
        try:
            batch = decode(payload)
            if (first_match, matches) != (self.rows[MatchRow], len(batch.records)):
                raise _Bad(number, f"entry {number} numbers its matches wrongly")
            self._check_rows(number, batch)
            self._check_origin(number, batch)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
            raise _Bad(number, f"entry {number} cannot be read") from None
        self.number, self._hash = number + 1, digest
        for record in batch.records:
            self._check_replay(record)

    def _check_rows(self, number: int, batch: Batch) -> None:
        first = self.rows[MatchRow]
        tally = self._tally(batch)
        records = list(enumerate(batch.records, start=first))
        matches = [match_row(at, number, tally.land(record), record) for at, record in records]
        seats = [row for at, record in records for row in seat_rows(at, record.result)]
        places = tally.complete(number) if tally.due else []
        numbers = range(first, first + len(records))
        self._check_same(number, MatchRow, numbers, matches)
        self._check_same(number, SeatRow, numbers, seats)
        self._check_same(number, StandingRow, [number], places)
        self._check_provenance(number, records)
        if tally.completed == number:
            self._check_same(number, SetRow, [number], [tally.row()])
            self.rows[SetRow] -= 1  # it was counted when the set began
            del self._open[tally.set_id]
            self._closed.add(tally.set_id)
            if not self._ratings.agree(tally, places):
                raise _Bad(number, f"the table snapshot does not say what the sets up to entry {number} say")

    def _tally(self, batch: Batch) -> Tally:
        """The set's tally; of a set that is complete, one that counts nothing more."""
        set_id = batch.plan.set_id
        if set_id in self._closed:
            closed = Tally.of(batch.plan)
            closed.state = SetState.FINISHED
            return closed
        if set_id not in self._open:
            self.rows[SetRow] += 1
            self._open[set_id] = Tally.of(batch.plan)
        return self._open[set_id]

    def _check_same(self, entry: int, model: type[SQLModel], keys: Iterable[int], wanted: Sequence[Row]) -> None:
        found = self._found[model]
        if Counter(row for key in keys for row in found.get(key, ())) != Counter(wanted):
            raise _Bad(entry, f"the table {model.__tablename__} does not say what entry {entry} says")
        self.rows[model] += len(wanted)

    def _check_provenance(self, entry: int, records: Sequence[tuple[int, Record]]) -> None:
        wanted = {row for at, record in records for row in _provenance(at, record)}
        if not wanted:
            return
        rows = self.rows_of(ProvenanceRow, "match BETWEEN ? AND ?", records[0][0], records[-1][0])
        if {(*row[:3], _commitment(row[3])) for row in rows} != wanted:
            raise _Bad(entry, f"the provenance of entry {entry} is not what was sent")
        self.rows[ProvenanceRow] += len(wanted)
        self._add_spent(records, rows)

    def _add_spent(self, records: Sequence[tuple[int, Record]], rows: Sequence[Row]) -> None:
        made: dict[int, dict[int, Provenance]] = {}
        for match, move, _, blob in rows:
            made.setdefault(match, {})[move] = unpack(blob)
        for at, record in records:
            for key, spent in spent_in(record.result, made.get(at, {})).items():
                add(self._spent, key, spent)

    def _check_set(self, tally: Tally, entry: int) -> None:
        wanted = tally.row()
        if self.rows_of(SetRow, "set_id = ?", wanted[0]) != [wanted]:
            raise _Bad(entry, f"the table match_set does not say what the entries up to {entry} say")

    def _check_origin(self, entry: int, batch: Batch) -> None:
        """Re-rolls begin as the match did that they name, which landed before them."""
        if batch.plan.origin is None:
            return
        first = self._first(batch.plan.origin)
        for record in batch.records:
            if first is None or not _goes_on(record.result, first):
                raise _Bad(entry, f"entry {entry} does not begin as match {batch.plan.origin.match} did")

    def _first(self, origin: Origin) -> MatchResult | None:
        where = "number = (SELECT entry FROM match WHERE match_id = ?) AND number < ?"
        rows = self.rows_of(EntryRow, where, plain(origin.match), self.number)
        found = [record.result for row in rows for record in decode(row[-1]).records]
        return next((result for result in found if result.plan.match_id == origin.match), None)

    def _check_spending(self) -> None:
        found = {row[:3]: row[3:] for row in self.rows_of(SpendingRow, "1 = 1")}
        if found.keys() != self._spent.keys() or not all(_adds_up(found[key], self._spent[key]) for key in found):
            raise _Bad(self.number, "the table spending is not the sum of the provenance")

    def _check_counts(self) -> None:
        for model in (MatchRow, SeatRow, SetRow, StandingRow, ProvenanceRow):
            if self.rows_of.count(model) != self.rows[model]:
                raise _Bad(self.number, f"the table {model.__tablename__} has rows that no entry tells of")

    def _check_replay(self, record: Record) -> None:
        if self._replay is None or record.result.void:
            return
        digest = self._replay(record.result)
        if digest is not None:
            self.replayed += 1
            if digest != record.play_digest:
                self.mismatched.append(record.match_id)


def _provenance(match: int, record: Record) -> Iterator[Row]:
    owners = move_owners(record.result)
    for move, commitment in record.commitments.items():
        yield match, int(move), owners(int(move)), commitment


def _goes_on(result: MatchResult, first: MatchResult) -> bool:
    """Whether a re-roll is of the same deal as the first match, by the same rules, and its given moves are the same."""
    plan, origin = result.plan, first.plan
    same = plan.game == origin.game and plan.seed == origin.seed
    entries = [party.entry for party in plan.parties] == [party.entry for party in origin.parties]
    given = canonical([move for move in result.moves if plan.given(move)])
    return same and entries and given == canonical([move for move in first.moves if plan.given(move)])


def _commitment(blob: object) -> str | None:
    return hashlib.sha256(blob).hexdigest() if isinstance(blob, bytes) else None


def _adds_up(found: Row, wanted: Spent) -> bool:
    """Whether the sums are equal; fractions as far as the order in which they are added up allows."""
    return all(
        one == other if type(other) is int else isinstance(one, float) and isclose(one, other, rel_tol=1e-6)
        for one, other in zip(found, wanted, strict=True)
    )


def _is_sound(entry: Row) -> bool:
    """Whether the columns hold what they should: SQLite keeps any type in any column."""
    number, first_match, matches, digest, payload = entry
    whole = all(type(value) is int for value in (number, first_match, matches))
    return whole and matches >= 0 and isinstance(digest, bytes) and isinstance(payload, bytes)
