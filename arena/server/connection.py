"""One live stream and the frames that wait for it; what was sent and what arrived is its session's affair."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from arena.v1.relay_pb2 import ServerFrame
from arena.wire.frames import join_frames

_BATCH_BYTES = 2 * 1024 * 1024
"""A message stays under the 4 MiB that gRPC clients take by default, unless one frame alone is larger."""


class Stream(Protocol):
    """A connection as the server sees it; the same over gRPC and in process."""

    async def send(self, data: bytes) -> None:
        """Hand one encoded ServerBatch over; waits while the peer does not read."""

    async def receive(self) -> bytes | None:
        """The next encoded ClientBatch; None when the peer has ended the stream."""


class Connection:
    """One live stream of a session. Whatever is queued in one turn of the loop leaves in as few messages as it may."""

    def __init__(self, stream: Stream, max_batch: int, write_timeout: float) -> None:
        self.stream = stream
        self.ready = asyncio.Event()
        self.cut_reason: str | None = None
        self.heard = False
        self._outbox: list[bytes] = []
        self._unnumbered = 0
        """Of those in the outbox; those that have left count until it is empty."""
        self._max_batch = max_batch
        self._write_timeout = write_timeout

    @property
    def unsent(self) -> int:
        """Numbered frames that surely have not left yet."""
        return max(len(self._outbox) - self._unnumbered, 0)

    def queue(self, frame: bytes) -> None:
        """Send an encoded frame with the next batch; once the stream is cut, none."""
        if self.cut_reason is not None:
            return
        if not self._outbox:  # the writer looks at the outbox until it is empty
            self.ready.set()
        self._outbox.append(frame)

    def queue_unnumbered(self, **frame: Any) -> None:
        """Send a frame that is not part of the kept sequence: Welcome, Ping, GoAway, Error."""
        self._unnumbered += 1
        self.queue(ServerFrame(**frame).SerializeToString())

    def cut(self, reason: str) -> None:
        """End this stream, and let go of what waits for it; its session stays and can be resumed."""
        self.cut_reason = self.cut_reason or reason
        self._outbox.clear()
        self.ready.set()

    async def write(self, seal: Callable[[], None], durable: asyncio.Event) -> None:
        """Send until cut, with a `seal` before each look at the outbox. Nothing leaves while the journal is stuck.

        Raises:
            TimeoutError: the peer took nothing for the write timeout.
        """
        while self.cut_reason is None:
            await self.ready.wait()
            self.ready.clear()
            seal()
            while self._outbox:
                if not durable.is_set():
                    await durable.wait()
                async with asyncio.timeout(self._write_timeout):
                    await self.stream.send(join_frames(self._next_batch()))

    def _next_batch(self) -> list[bytes]:
        """As many frames as one message may hold, by number and by size; at least one."""
        count = min(len(self._outbox), self._max_batch)
        while count > 1 and sum(map(len, self._outbox[:count])) > _BATCH_BYTES:
            count //= 2
        batch, self._outbox = self._outbox[:count], self._outbox[count:]
        if not self._outbox:
            self._unnumbered = 0
        return batch
