"""The file that survives a kill: sessions, joins, sets in progress and every move of a live match.

An append-only file of checksummed msgpack blocks. One `write` a flush puts it into the operating system's hands before
anything that follows from it is acknowledged or shown. At start the file is folded into a `Snapshot` and rewritten.
"""

import asyncio
import fcntl
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from arena.core.errors import LedgerFault
from arena.match.packing import decode_extra, encode_extra
from arena.server.snapshot import AnyEntry, Snapshot

_HEAD = struct.Struct("<II")
_COMPACT_BYTES = 64 * 1024 * 1024
_RETRY_SECONDS = 0.5
log = structlog.get_logger()


class Journal:
    """The open file, one block a flush. A lock beside it refuses a second server.

    While the disk refuses to be written, `durable` is cleared and what was noted is kept; it is tried again and again,
    on the running loop, and until then nothing that follows from it may be told to anybody. `on_pause` is called once
    when that begins and `on_resume` once when it is over: meanwhile nobody's time should run.

    Raises:
        LedgerFault: another server holds the journal, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self.on_pause: Callable[[], None] = lambda: None
        self.on_resume: Callable[[], None] = lambda: None
        self._retry: asyncio.TimerHandle | None = None
        self._lock = _lock(path.with_suffix(".lock"))
        self._encode = msgspec.msgpack.Encoder(enc_hook=encode_extra).encode
        self.snapshot = read_journal(path)
        self.durable = asyncio.Event()
        self.durable.set()
        self._noted: list[AnyEntry] = []
        self._unwritten = b""
        self._fd, self._size = -1, 0
        try:
            self._rewrite()
        except LedgerFault:
            os.close(self._lock)
            raise

    def note(self, entry: AnyEntry) -> None:
        """Add an entry to the next flush."""
        self._noted.append(entry)
        self.snapshot.apply(entry)

    def flush(self) -> None:
        """Hand all noted entries to the operating system in one write; nothing while paused, and once it is closed."""
        if self._fd < 0 or self._retry is not None:
            return
        if self._noted:
            self._unwritten += self._block(self._noted)
            self._noted.clear()
        if self._unwritten:
            try:
                self._write()
            except LedgerFault as error:
                self._pause(error)
                return
            self._resume()
        if self._size > self._limit:
            self._limit *= 2  # should the disk have no room for a second file, it is tried again much later
            with suppress(LedgerFault):
                self._rewrite()

    def close(self) -> None:
        """Flush, sync to the disk and let go of the file."""
        self._stop_retrying()
        try:
            self.flush()
        finally:
            self._stop_retrying()
            os.fsync(self._fd)
            os.close(self._fd)
            os.close(self._lock)
            self._fd = -1

    def _pause(self, error: LedgerFault) -> None:
        self._retry = asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._try_again)
        if self.durable.is_set():
            log.error("paused", reason=str(error))
            self.durable.clear()
            self.on_pause()

    def _try_again(self) -> None:
        self._retry = None
        self.flush()

    def _resume(self) -> None:
        if not self.durable.is_set():
            log.info("resumed")
            self.durable.set()
            self.on_resume()

    def _stop_retrying(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

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
        fd = _written_whole(self._path.with_suffix(".new"), block, self._path)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._size = fd, len(block)
        self._limit = max(_COMPACT_BYTES, 2 * self._size)


def _write(fd: int, data: bytes) -> int:
    try:
        return os.write(fd, data)
    except OSError as error:
        raise _unwritable(error) from error


def _written_whole(fresh: Path, block: bytes, path: Path) -> int:
    """An open file that begins with `block`, in the place of `path`; nothing is left behind when it cannot be made."""
    try:
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise _unwritable(error) from error
    try:
        while block:
            block = block[os.write(fd, block) :]
        fresh.replace(path)
    except OSError as error:
        os.close(fd)
        fresh.unlink(missing_ok=True)
        raise _unwritable(error) from error
    return fd


def _unwritable(error: OSError) -> LedgerFault:
    return LedgerFault(f"the journal of live matches cannot be written: {error.strerror}")


def read_journal(path: Path) -> Snapshot:
    """The live state that a journal amounts to, up to its last whole block."""
    snapshot = Snapshot()
    decoder = msgspec.msgpack.Decoder(list[AnyEntry], ext_hook=decode_extra)
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
