"""A bare client: it sends what a test tells it to, well-formed or not, and shows what comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from arena.client import GrpcTransport, Stream, Transport
from arena.v1 import play_pb2 as pb

SECONDS = 20.0


class Peer:
    """One stream. `frames` holds everything that arrived and was not yet asked for, `seen` everything."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.frames: list[pb.ServerFrame] = []
        self.seen: list[pb.ServerFrame] = []

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
        """The next frame of one of these kinds; the ones before it are passed over."""
        async with asyncio.timeout(SECONDS):
            while True:
                while self.frames:
                    frame = self.frames.pop(0)
                    if frame.WhichOneof("frame") in kinds and when(frame):
                        return frame
                data = await self._stream.receive()
                if data is None:
                    raise EOFError(f"the server ended the stream before any {' or '.join(kinds)}")
                arrived = list(pb.ServerBatch.FromString(data).frames)
                self.frames += arrived
                self.seen += arrived

    async def close(self) -> None:
        """End the stream."""
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
