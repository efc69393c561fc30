"""Matches in full, one after the other in the order they landed, however many there are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, exists, func, or_, select

from arena.core.agent import Provenance
from arena.core.errors import LedgerFault
from arena.core.match import MatchResult
from arena.ledger.entries import ENTRIES
from arena.ledger.provenance import unpack
from arena.ledger.reads import Reads
from arena.ledger.record import decode
from arena.ledger.rows import plain
from arena.ledger.selection import MATCHES, SEATS, table_of
from arena.ledger.tables import ProvenanceRow

_PAGE: Final = 100
"""Matches that are held at once."""
_PROVENANCE: Final = table_of(ProvenanceRow).c


class Checkpoint(NamedTuple):
    """A state of the ledger: its last entry and that entry's hash, which covers all before it."""

    entry: int
    hash: bytes


class StoredMatch(NamedTuple):
    """One match with its provenance. `number` counts the ledger's matches, `entry` is where it lies in the chain."""

    number: int
    entry: int
    result: MatchResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which matches: of a game under any options, or of a rated id; with an agent; that ended at `since_ms` or later.

    `GAME?` is the game without options alone. Void matches only with `void`.
    """

    game: str | None = None
    agent: str | None = None
    since_ms: int = 0
    """Milliseconds since the epoch."""
    void: bool = False


def head(ledger: Reads) -> Checkpoint | None:
    """Where the ledger stands now; None while it is empty."""
    query = select(ENTRIES.number, ENTRIES.hash).order_by(ENTRIES.number.desc()).limit(1)
    with ledger._engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Checkpoint(*row)


def is_past(ledger: Reads, checkpoint: Checkpoint) -> bool:
    """Whether this ledger once stood there."""
    query = select(ENTRIES.hash).where(ENTRIES.number == checkpoint.entry)
    with ledger._engine.connect() as connection:
        return connection.execute(query).scalar() == checkpoint.hash


def stream(ledger: Reads, wanted: Wanted, until: Checkpoint, after: int = -1) -> Iterator[StoredMatch]:
    """The matches up to a checkpoint, from number `after` on, a page in memory at a time.

    Raises:
        LedgerFault: an entry is not what was written.
    """
    while page := _page(ledger, wanted, until.entry, after):
        yield from page
        after = page[-1].number


def kin(ledger: Reads, stored: StoredMatch, most: int) -> list[StoredMatch]:
    """Matches that landed before this one and may have come through the same positions, at most so many and one.

    They are the match that a re-roll goes on from, and the latest of the same set; no void ones.

    Raises:
        LedgerFault: an entry is not what was written.
    """
    plan = stored.result.plan
    known = select(MATCHES.number, MATCHES.entry, MATCHES.match_id).where(MATCHES.void == "")
    known = known.where(MATCHES.number < stored.number).order_by(MATCHES.number.desc()).limit(most)
    with ledger._engine.connect() as connection:
        rows = connection.execute(known.where(MATCHES.set_id == plain(plan.set_id))).all()
        if plan.origin is not None:
            rows = [*rows, *connection.execute(known.where(MATCHES.match_id == plain(plan.origin.match)))]
        return _in_full(connection, rows[::-1])


def _page(ledger: Reads, wanted: Wanted, until: int, after: int) -> list[StoredMatch]:
    with ledger._engine.connect() as connection:
        return _in_full(connection, connection.execute(_query(wanted, until, after)).all())


def _in_full(connection: Connection, rows: Sequence[Any]) -> list[StoredMatch]:
    entries = sorted({entry for _, entry, _ in rows})
    payloads: dict[int, bytes] = dict(
        connection.execute(select(ENTRIES.number, ENTRIES.payload).where(ENTRIES.number.in_(entries))).all()
    )
    made = _provenance(connection, [number for number, _, _ in rows])
    ids = {match_id for _, _, match_id in rows}
    results = {key: result for entry in entries for key, result in _results(payloads.get(entry, b""), ids)}
    try:
        return [_stored(number, entry, results[match_id], made.get(number)) for number, entry, match_id in rows]
    except KeyError as error:
        raise _odd() from error


def _query(wanted: Wanted, until: int, after: int) -> Any:
    query = select(MATCHES.number, MATCHES.entry, MATCHES.match_id).order_by(MATCHES.number).limit(_PAGE)
    query = query.where(MATCHES.number > after, MATCHES.entry <= until)
    if not wanted.void:
        query = query.where(MATCHES.void == "")
    if wanted.game is not None:
        game = plain(wanted.game)
        bare = game.removesuffix("?")
        beginning = func.substr(MATCHES.game, 1, len(game) + 1)  # LIKE does not tell capitals in SQLite
        query = query.where(or_(MATCHES.game == bare, beginning == f"{game}?"))
    if wanted.since_ms:
        query = query.where(MATCHES.ended_ms >= wanted.since_ms)
    if wanted.agent is not None:
        query = query.where(exists().where(SEATS.match == MATCHES.number, SEATS.agent == plain(wanted.agent)))
    return query


def _provenance(connection: Any, numbers: Sequence[int]) -> dict[int, dict[int, Provenance]]:
    query = select(_PROVENANCE.match, _PROVENANCE.move, _PROVENANCE.blob).where(_PROVENANCE.match.in_(numbers))
    found: dict[int, dict[int, Provenance]] = {}
    for match, move, blob in connection.execute(query.order_by(_PROVENANCE.match, _PROVENANCE.move)):
        found.setdefault(match, {})[move] = unpack(blob)
    return found


def _results(payload: bytes, ids: set[str]) -> Iterator[tuple[str, MatchResult]]:
    try:
        for record in decode(payload).records:
            if (key := plain(record.match_id)) in ids:
                yield key, record.result
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise _odd() from error


def _stored(number: int, entry: int, result: MatchResult, made: Mapping[int, Provenance] | None) -> StoredMatch:
    result.provenance = made or {}
    return StoredMatch(number, entry, result)


def _odd() -> LedgerFault:
    return LedgerFault("an entry of the ledger is missing, or not what was written; `arena verify` tells which")
