"""Round trips as a client sees them: from an Act handed to the transport to the frame that says it is accepted.

Only some batches are looked into, since parsing all of them twice would slow the client that is measured.
"""

import time
from random import Random
from typing import Final

from arena.client.transport import Stream, Transport
from arena.v1 import play_pb2 as pb

SHARE: Final = 1 / 8
"""How many of the sent batches are followed."""


class ProbedTransport:
    """Another transport, with some of its round trips timed; `seconds` collects them."""

    def __init__(self, inner: Transport) -> None:
        self.address = inner.address
        self.seconds: list[float] = []
        self._inner = inner

    async def open(self) -> "ProbedStream":
        """As `Transport.open`."""
        return ProbedStream(await self._inner.open(), self.seconds)

    async def call(self, method: str, request: bytes) -> bytes:
        """As `Transport.call`."""
        return await self._inner.call(method, request)

    async def close(self) -> None:
        """As `Transport.close`."""
        await self._inner.close()


class ProbedStream:
    """One stream; at most one batch is followed at a time."""

    def __init__(self, inner: Stream, seconds: list[float]) -> None:
        self._inner = inner
        self._seconds = seconds
        self._random = Random(0)
        self._open: dict[int, float] = {}

    async def send(self, data: bytes) -> None:
        """As `Stream.send`."""
        if not self._open and self._random.random() < SHARE:
            sent = time.perf_counter()
            self._open = {f.act.request_id: sent for f in pb.ClientBatch.FromString(data).frames if f.HasField("act")}
        await self._inner.send(data)

    async def receive(self) -> bytes | None:
        """As `Stream.receive`."""
        data = await self._inner.receive()
        if self._open and data is not None:
            self._match(data, time.perf_counter())
        return data

    async def close(self) -> None:
        """As `Stream.close`."""
        await self._inner.close()

    def _match(self, data: bytes, now: float) -> None:
        for frame in pb.ServerBatch.FromString(data).frames:
            kind = frame.WhichOneof("frame")
            if kind == "accepted":
                for request in frame.accepted.request_ids:
                    if (sent := self._open.pop(request, None)) is not None:
                        self._seconds.append(now - sent)
            elif kind in {"refused", "defaulted"}:
                self._open.pop(getattr(frame, kind).request_id, None)
