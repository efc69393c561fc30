"""Matches in full, one after the other in the order they landed, however many there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, exists, func, or_, select

from arena.core.agent import Provenance
from arena.core.errors import LedgerFault
from arena.core.match import MatchResult
from arena.ledger.entries import ENTRIES
from arena.ledger.provenance import unpack
from arena.ledger.reads import Reads
from arena.ledger.record import Record, decode
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
    """One match. `number` counts the ledger's matches, `entry` is where it lies in the chain, by `hash`.

    `made` says whether any of its moves came with a provenance.
    """

    number: int
    entry: int
    hash: bytes
    result: MatchResult
    made: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which matches: of a game under any options, or of a rated id; with an agent; that ended at `since_ms` or later.

    `GAME?` is the game without options alone. Void matches only with `void`. With `owner`, a seat of its agents, or
    none because no seat is known.
    """

    game: str | None = None
    agent: str | None = None
    since_ms: int = 0
    """Milliseconds since the epoch."""
    void: bool = False
    owner: str | None = None


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
    """The matches up to a checkpoint with their provenance, from number `after` on, a page in memory at a time.

    Raises:
        LedgerFault: an entry is not what was written.
    """
    while found := page(ledger, wanted, until, after):
        made = provenance(ledger, [stored.number for stored in found])
        for stored in found:
            stored.result.provenance = made.get(stored.number, {})
            yield stored
        after = found[-1].number


def page(ledger: Reads, wanted: Wanted, until: Checkpoint, after: int, most: int = _PAGE) -> list[StoredMatch]:
    """The next matches of `stream`, without provenance; none when it is at its end."""
    with ledger._engine.connect() as connection:
        return _in_full(connection, connection.execute(_query(wanted, until.entry, after, most)).all())


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
        found = _in_full(connection, rows[::-1])
    made = provenance(ledger, [each.number for each in found])
    for each in found:
        each.result.provenance = made.get(each.number, {})
    return found


def _in_full(connection: Connection, rows: Sequence[Any]) -> list[StoredMatch]:
    numbers = sorted({entry for _, entry, _ in rows})
    query = select(ENTRIES.number, ENTRIES.hash, ENTRIES.payload).where(ENTRIES.number.in_(numbers))
    entries = {number: (digest, payload) for number, digest, payload in connection.execute(query)}
    ids = {match_id for _, _, match_id in rows}
    records = {key: record for _, payload in entries.values() for key, record in _records(payload, ids)}
    try:
        return [_stored(number, entry, entries[entry][0], records[key]) for number, entry, key in rows]
    except KeyError as error:
        raise _odd() from error


def provenance(ledger: Reads, numbers: Sequence[int], owner: str | None = None) -> dict[int, dict[int, Provenance]]:
    """How the moves of these matches came about, by match and move; of an owner's agents, or of all."""
    query = select(_PROVENANCE.match, _PROVENANCE.move, _PROVENANCE.blob).where(_PROVENANCE.match.in_(numbers))
    if owner is not None:
        query = query.where(_PROVENANCE.owner == plain(owner))
    found: dict[int, dict[int, Provenance]] = {}
    with ledger._engine.connect() as connection:
        for match, move, blob in connection.execute(query.order_by(_PROVENANCE.match, _PROVENANCE.move)):
            found.setdefault(match, {})[move] = unpack(blob)
    return found


def last_number(ledger: Reads, wanted: Wanted) -> int:
    """The number of the last match there is now; -1 without any."""
    with ledger._engine.connect() as connection:
        number: int | None = connection.scalar(_chosen(select(func.max(MATCHES.number)), wanted))
    return -1 if number is None else number


def _query(wanted: Wanted, until: int, after: int, most: int) -> Any:
    query = select(MATCHES.number, MATCHES.entry, MATCHES.match_id).order_by(MATCHES.number).limit(most)
    return _chosen(query.where(MATCHES.number > after, MATCHES.entry <= until), wanted)


def _chosen(query: Any, wanted: Wanted) -> Any:
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
    if wanted.owner is not None:
        own = exists().where(SEATS.match == MATCHES.number, SEATS.owner == plain(wanted.owner))
        query = query.where(or_(own, ~exists().where(SEATS.match == MATCHES.number)))
    return query


def _records(payload: bytes, ids: set[str]) -> Iterator[tuple[str, Record]]:
    try:
        for record in decode(payload).records:
            if (key := plain(record.match_id)) in ids:
                yield key, record
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise _odd() from error


def _stored(number: int, entry: int, digest: bytes, record: Record) -> StoredMatch:
    return StoredMatch(number, entry, digest, record.result, bool(record.commitments))


def _odd() -> LedgerFault:
    return LedgerFault("an entry of the ledger is missing, or not what was written; `arena verify` tells which")
