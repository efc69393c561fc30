"""Shows whether anything in the ledger was changed, and names the first entry that was.

Everything is computed anew from the payloads: the chain of hashes, the rows that index it, completed sets and their
standings. Truncation and rewritten tails show against the signed heads outside the database.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, func, select
from sqlmodel import SQLModel

from arena.core.match import MatchResult
from arena.core.values import MatchId, SetId
from arena.ledger.append import link
from arena.ledger.record import Batch, Record, decode
from arena.ledger.rows import Row, match_row, seat_rows
from arena.ledger.sets import SetState, Tally
from arena.ledger.tables import EntryRow, MatchRow, ProvenanceRow, SeatRow, SetRow, StandingRow
from arena.ledger.tail import GENESIS

Replay: TypeAlias = Callable[[MatchResult], bytes | None]
"""Plays a recorded match again and returns its play digest; None when its game is not available here."""

_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found. `first_bad` is the number of the first entry that was changed or is missing; `reason` says how.

    `unsigned` counts the entries at the end that no signed head vouches for: a commit's after a crash, else suspicious.
    `mismatched` are the matches whose replay gave another play digest, and `mismatches` is their number.
    """

    results: int
    chain_ok: bool
    first_bad: int | None
    replayed: int
    mismatches: int
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
    return Verification(
        results=audit.rows[MatchRow],
        chain_ok=bad is None,
        first_bad=None if bad is None else bad.entry,
        replayed=audit.replayed,
        mismatches=len(audit.mismatched),
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
        self._connection = connection
        self._signed = signed
        self._replay = replay
        self._hash = GENESIS
        self._open: dict[SetId, Tally] = {}
        self._closed: set[SetId] = set()
        self._found: dict[type[SQLModel], dict[int, list[Row]]] = {}
        self.number = 0
        self.rows: Counter[type[SQLModel]] = Counter()
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

    def _page(self) -> Sequence[Any]:
        table = _table(EntryRow)
        query = select(table).where(table.c.number >= self.number).order_by(table.c.number).limit(_PAGE)
        return self._connection.execute(query).all()

    def _load(self, page: Sequence[Any]) -> None:
        """Fetch the rows that these entries should have, a query a table instead of some an entry."""
        first = self.rows[MatchRow]
        matches = first, first + sum(entry.matches for entry in page) - 1
        entries = page[0].number, page[-1].number
        spans: dict[type[SQLModel], tuple[str, tuple[int, int]]] = {
            MatchRow: ("number", matches),
            SeatRow: ("match", matches),
            StandingRow: ("entry", entries),
            SetRow: ("completed", entries),
        }
        self._found = {model: self._rows_by(model, *span) for model, span in spans.items()}

    def _rows_by(self, model: type[SQLModel], key: str, span: tuple[int, int]) -> dict[int, list[Row]]:
        table = _table(model)
        at = list(table.columns.keys()).index(key)
        found: dict[int, list[Row]] = {}
        for row in self._connection.execute(select(table).where(table.c[key].between(*span))):
            found.setdefault(row[at], []).append(tuple(row))
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
        except (ValueError, TypeError, KeyError, IndexError):
            raise _Bad(number, f"entry {number} cannot be read") from None
        if (first_match, matches) != (self.rows[MatchRow], len(batch.records)):
            raise _Bad(number, f"entry {number} numbers its matches wrongly")
        self._check_rows(number, batch)
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
        if sorted(row for key in keys for row in found.get(key, ())) != sorted(wanted):
            raise _Bad(entry, f"the table {model.__tablename__} does not say what entry {entry} says")
        self.rows[model] += len(wanted)

    def _check_provenance(self, entry: int, records: Sequence[tuple[int, Record]]) -> None:
        wanted = {(at, int(move), made) for at, record in records for move, made in record.commitments.items()}
        if not wanted:
            return
        table = _table(ProvenanceRow)
        rows = self._connection.execute(select(table).where(table.c.match.between(records[0][0], records[-1][0])))
        if {(row.match, row.move, hashlib.sha256(row.blob).hexdigest()) for row in rows} != wanted:
            raise _Bad(entry, f"the provenance of entry {entry} is not what was sent")
        self.rows[ProvenanceRow] += len(wanted)

    def _check_set(self, tally: Tally, entry: int) -> None:
        table, wanted = _table(SetRow), tally.row()
        found = self._connection.execute(select(table).where(table.c.set_id == wanted[0])).one_or_none()
        if found is None or tuple(found) != wanted:
            raise _Bad(entry, f"the table match_set does not say what the entries up to {entry} say")

    def _check_counts(self) -> None:
        for model in (MatchRow, SeatRow, SetRow, StandingRow, ProvenanceRow):
            table = _table(model)
            if self._connection.scalar(select(func.count()).select_from(table)) != self.rows[model]:
                raise _Bad(self.number, f"the table {table.name} has rows that no entry tells of")

    def _check_replay(self, record: Record) -> None:
        if self._replay is None or record.result.void:
            return
        digest = self._replay(record.result)
        if digest is not None:
            self.replayed += 1
            if digest != record.play_digest:
                self.mismatched.append(record.match_id)


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def _is_sound(entry: Sequence[Any]) -> bool:
    """Whether the columns hold what they should: SQLite keeps any type in any column."""
    number, first_match, matches, digest, payload = entry
    whole = all(type(value) is int for value in (number, first_match, matches))
    return whole and isinstance(digest, bytes) and isinstance(payload, bytes)
