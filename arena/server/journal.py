"""What must survive a kill: sessions, joins, sets in progress and every move of a live match.

An append-only file of checksummed msgpack blocks. One `write` a flush puts it into the operating system's hands before
anything that follows from it is acknowledged or shown. At start the file is folded into a `Snapshot` and rewritten.
"""

import asyncio
import fcntl
import os
import struct
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import structlog

from arena.core.errors import LedgerFault

_HEAD = struct.Struct("<II")
_COMPACT_BYTES = 64 * 1024 * 1024
_RETRY_SECONDS = 0.5
log = structlog.get_logger()


class Entry(msgspec.Struct, array_like=True, tag=True):
    """Anything in the journal."""


class SessionOpened(Entry):
    """A session exists; `tokens` are the SHA-256 of the resume tokens that open it."""

    session: str
    tokens: Sequence[bytes]
    owner: str
    scopes: Sequence[str]
    epoch: int


class SessionClosed(Entry):
    """A session is gone for good."""

    session: str


class Joined(Entry):
    """A session takes part in a game; `terms` is the encoded `arena.v1.Join`."""

    session: str
    join: int
    terms: bytes


class JoinProgress(Entry):
    """How many matches of finished sets a join has played."""

    session: str
    join: int
    played: int


class JoinEnded(Entry):
    """It takes part no longer."""

    session: str
    join: int


class SetOpened(Entry):
    """A set is being played; `lanes[p]` is the (session, join) that party `p` belongs to."""

    set_id: str
    matches: int
    plan: Any
    lanes: Sequence[tuple[str, int]]


class SetClosed(Entry):
    """All matches of a set have landed."""

    set_id: str


class MatchOpened(Entry):
    """A match of an open set is live."""

    match: str
    set_id: str
    ordinal: int
    started_ms: int
    attempt: int


class MatchClosed(Entry):
    """Its result is in the ledger; or, where `ordinal` is -1, it was void and is played once more."""

    match: str
    set_id: str
    ordinal: int
    void: bool


class Moved(Entry):
    """A decision stands; `bank` is what the seat had left of it, in seconds."""

    match: str
    step: int
    seat: int
    action: Any
    cause: str | None
    bank: float
    provenance: bytes = b""


AnyEntry = (
    SessionOpened
    | SessionClosed
    | Joined
    | JoinProgress
    | JoinEnded
    | SetOpened
    | SetClosed
    | MatchOpened
    | MatchClosed
    | Moved
)


@dataclass(slots=True)
class OpenSet:
    """A set that was in progress."""

    opened: SetOpened
    closed: dict[int, bool] = field(default_factory=dict)
    """Ordinals that landed, and whether they were void."""


@dataclass(slots=True)
class OpenMatch:
    """A match that was live, with its moves in the order in which they were taken."""

    opened: MatchOpened
    moves: list[Moved] = field(default_factory=list)


@dataclass(slots=True)
class Snapshot:
    """The live state that a journal amounts to."""

    sessions: dict[str, SessionOpened] = field(default_factory=dict)
    joins: dict[tuple[str, int], Joined] = field(default_factory=dict)
    played: dict[tuple[str, int], int] = field(default_factory=dict)
    """Matches of finished sets, by join."""
    sets: dict[str, OpenSet] = field(default_factory=dict)
    matches: dict[str, OpenMatch] = field(default_factory=dict)

    def apply(self, entry: AnyEntry) -> None:
        """Fold one entry in."""
        match entry:
            case Moved():
                if entry.match in self.matches:
                    self.matches[entry.match].moves.append(entry)
            case SessionOpened():
                self.sessions[entry.session] = entry
            case SessionClosed():
                self.sessions.pop(entry.session, None)
                self.joins = {key: join for key, join in self.joins.items() if key[0] != entry.session}
            case Joined():
                self.joins[entry.session, entry.join] = entry
            case JoinEnded():
                self.joins.pop((entry.session, entry.join), None)
                self.played.pop((entry.session, entry.join), None)
            case SetOpened():
                self.sets[entry.set_id] = OpenSet(entry)
            case SetClosed():
                self._close_set(entry)
            case JoinProgress():
                self.played[entry.session, entry.join] = entry.played
            case MatchOpened():
                self.matches[entry.match] = OpenMatch(entry)
            case MatchClosed():
                self.matches.pop(entry.match, None)
                if entry.set_id in self.sets and entry.ordinal >= 0:
                    self.sets[entry.set_id].closed[entry.ordinal] = entry.void

    def _close_set(self, entry: SetClosed) -> None:
        closed = self.sets.pop(entry.set_id, None)
        if closed is None:
            return
        for session, join in {(session, join) for session, join in closed.opened.lanes}:
            if (session, join) in self.joins:
                self.played[session, join] = self.played.get((session, join), 0) + closed.opened.matches

    def entries(self) -> Iterable[AnyEntry]:
        """The fewest entries that amount to this state."""
        yield from self.sessions.values()
        yield from self.joins.values()
        for (session, join), played in self.played.items():
            yield JoinProgress(session, join, played)
        for open_set in self.sets.values():
            yield open_set.opened
            for ordinal, void in open_set.closed.items():
                yield MatchClosed("", open_set.opened.set_id, ordinal, void)
        for live in self.matches.values():
            yield live.opened
            yield from live.moves


class Journal:
    """The open file, one block a flush. A lock beside it refuses a second server.

    While the disk refuses to be written, `durable` is cleared and what was noted is kept; it is tried again and again,
    on the running loop, and until then nothing that follows from it may be told to anybody.

    Raises:
        LedgerFault: another server holds the journal, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = _lock(path.with_suffix(".lock"))
        self._encode = msgspec.msgpack.Encoder().encode
        self.snapshot = _fold(path)
        self.durable = asyncio.Event()
        self.durable.set()
        self._noted: list[AnyEntry] = []
        self._unwritten = b""
        self._fd, self._size = -1, 0
        self._rewrite()

    def note(self, entry: AnyEntry) -> None:
        """Add an entry to the next flush."""
        self._noted.append(entry)
        self.snapshot.apply(entry)

    def flush(self) -> None:
        """Hand all noted entries to the operating system in one write."""
        if self._noted:
            self._unwritten += self._block(self._noted)
            self._noted.clear()
        if self._unwritten:
            try:
                self._write()
            except LedgerFault as error:
                self._pause(error)
                return
            self.durable.set()
        if self._size > self._limit:
            self._limit *= 2  # should the disk have no room for a second file, it is tried again much later
            with suppress(LedgerFault):
                self._rewrite()

    def close(self) -> None:
        """Flush, sync to the disk and let go of the file."""
        self.flush()
        os.fsync(self._fd)
        os.close(self._fd)
        os.close(self._lock)

    def _pause(self, error: LedgerFault) -> None:
        if self.durable.is_set():
            log.error("paused", reason=str(error))
        self.durable.clear()
        asyncio.get_running_loop().call_later(_RETRY_SECONDS, self.flush)

    def _block(self, entries: Sequence[AnyEntry]) -> bytes:
        body = self._encode(entries)
        return _HEAD.pack(len(body), zlib.crc32(body)) + body

    def _write(self) -> None:
        while self._unwritten:
            written = _write(self._fd, self._unwritten)
            self._size += written
            self._unwritten = self._unwritten[written:]

    def _rewrite(self) -> None:
        """Begin a new file with the fewest entries; the old one stays in force until the new one is whole."""
        block = self._block(list(self.snapshot.entries()))
        fresh = self._path.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        written = 0
        while written < len(block):
            written += _write(fd, block[written:])
        fresh.replace(self._path)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._size = fd, written
        self._limit = max(_COMPACT_BYTES, 2 * written)


def _write(fd: int, data: bytes) -> int:
    try:
        return os.write(fd, data)
    except OSError as error:
        raise LedgerFault(f"the journal of live matches cannot be written: {error.strerror}") from error


def _fold(path: Path) -> Snapshot:
    snapshot = Snapshot()
    decoder = msgspec.msgpack.Decoder(list[AnyEntry])
    data = path.read_bytes() if path.exists() else b""
    at = 0
    while at + _HEAD.size <= len(data):
        size, crc = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + size]
        if len(body) < size or zlib.crc32(body) != crc:
            break  # torn by a kill in mid-write: nothing that followed from it was ever shown
        for entry in decoder.decode(body):
            snapshot.apply(entry)
        at += _HEAD.size + size
    return snapshot


def _lock(path: Path) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise LedgerFault(
            f"another server already uses {path.parent}; stop it, or give this one its own --db"
        ) from None
    return fd
