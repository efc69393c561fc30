"""A bare client: it sends what a test tells it to, well-formed or not, and shows what comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from arena.client import Disconnected, GrpcTransport, Stream, Transport
from arena.core.errors import ArenaError
from arena.v1 import play_pb2 as pb

SECONDS = 20.0


class Peer:
    """One stream. `frames` holds everything that arrived and was not yet asked for, `seen` everything."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.frames: list[pb.ServerFrame] = []
        self.seen: list[pb.ServerFrame] = []
        self.bytes: list[bytes] = []
        """Every message, as it came."""
        self._end: Exception | None = None
        self._arrived = asyncio.Event()
        self._pump = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while (data := await self._stream.receive()) is not None:
                self.bytes.append(data)
                arrived = list(pb.ServerBatch.FromString(data).frames)
                self.frames += arrived
                self.seen += arrived
                self._arrived.set()
            self._end = EOFError("the server ended the stream")
        except (ArenaError, Disconnected) as error:
            self._end = error
        self._arrived.set()

    async def send(self, **frame: Any) -> None:
        """One frame in a message of its own."""
        await self.send_batch(pb.ClientFrame(**frame))

    async def send_batch(self, *frames: pb.ClientFrame) -> None:
        """Frames in one message."""
        await self.send_bytes(pb.ClientBatch(frames=frames).SerializeToString())

    async def send_bytes(self, data: bytes) -> None:
        """A message of any bytes."""
        await self._stream.send(data)

    async def hello(self, **hello: Any) -> pb.Welcome:
        """Enter."""
        await self.send(hello=pb.Hello(client="peer", **hello))
        return (await self.next("welcome")).welcome

    async def join(self, game: str, name: str, *, number: int = 1, **join: Any) -> None:
        """Ask for matches; see what comes with `next`."""
        await self.send(join=pb.Join(join_id=number, game=game, agent=name, seats=join.pop("seats", 1), **join))

    async def act(self, request: int, **action: Any) -> None:
        """Answer a request."""
        await self.send(act=pb.Act(request_id=request, action=pb.Action(**action)))

    async def next(self, *kinds: str, when: Callable[[pb.ServerFrame], bool] = lambda frame: True) -> pb.ServerFrame:
        """The next frame of one of these kinds; others wait until they are asked for. Raises what ended the stream."""
        async with asyncio.timeout(SECONDS):
            while True:
                for at, frame in enumerate(self.frames):
                    if frame.WhichOneof("frame") in kinds and when(frame):
                        return self.frames.pop(at)
                if self._end is not None:
                    raise self._end
                self._arrived.clear()
                await self._arrived.wait()

    async def close(self) -> None:
        """End the stream."""
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)
        await self._stream.close()


@asynccontextmanager
async def peer(where: str | Transport, token: str = "") -> AsyncIterator[Peer]:
    """A peer on a stream of its own: of the server at this address, or over a transport."""
    transport = GrpcTransport(where, token=token or None) if isinstance(where, str) else where
    opened = Peer(await transport.open())
    try:
        yield opened
    finally:
        await opened.close()
        if isinstance(where, str):
            await transport.close()
