"""A server's play handler and a client in one process, joined by a pair of queues: no network, no ports, no timing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from arena.client.transport import Disconnected, Stream
from arena.core.errors import ArenaError, BadRequest

Handler = Callable[["LoopbackStream"], Awaitable[None]]
Unary = Callable[[bytes], Awaitable[bytes]]


class LoopbackTransport:
    """A transport whose server is `handler`, run once a stream; `unary` answers other calls by their gRPC path.

    What the handler raises reaches the client as over a network: an ArenaError as itself, anything else as a cut.
    `capacity` is the number of messages a direction holds before its sender waits.
    """

    address = "loopback"

    def __init__(self, handler: Handler, unary: Mapping[str, Unary] | None = None, *, capacity: int = 16) -> None:
        self._handler = handler
        self._unary = unary or {}
        self._capacity = capacity
        self._serving: set[asyncio.Task[None]] = set()

    async def open(self) -> Stream:
        """Start the handler on a new stream."""
        up, down = _Pipe(self._capacity), _Pipe(self._capacity)
        task = asyncio.create_task(self._serve(LoopbackStream(up, down)))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return LoopbackStream(down, up)

    async def call(self, method: str, request: bytes) -> bytes:
        """Answer from `unary`."""
        if method not in self._unary:
            raise BadRequest(f"this server answers no call of {method}")
        return await self._unary[method](request)

    async def close(self) -> None:
        """Stop every handler that still runs."""
        tasks = list(self._serving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, stream: "LoopbackStream") -> None:
        try:
            await self._handler(stream)
        except ArenaError as error:
            stream.end(error)
        except Exception:
            stream.end(Disconnected("the handler failed"))
            raise
        finally:
            stream.end()


class LoopbackStream:
    """One end of a stream."""

    def __init__(self, incoming: "_Pipe", outgoing: "_Pipe") -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    async def send(self, data: bytes) -> None:
        """Hand one message over; waits while the other end does not read."""
        await self._outgoing.put(data)

    async def receive(self) -> bytes | None:
        """The next message; None when the other end has ended the stream."""
        return await self._incoming.get()

    async def close(self) -> None:
        """End the stream; what was sent before still arrives."""
        self.end()

    def end(self, failure: ArenaError | Disconnected | None = None) -> None:
        """End both directions; the other end reads what was sent before, then this failure."""
        self._outgoing.end(failure)
        self._incoming.end()

    def cut(self) -> None:
        """Lose the connection: what was not read yet is gone at both ends."""
        for pipe in (self._outgoing, self._incoming):
            pipe.end(Disconnected("the connection was cut"), lose=True)


class _Pipe:
    """One direction: messages in order, then an end that stays."""

    def __init__(self, capacity: int) -> None:
        self._messages: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(capacity)
        self._ended = False
        self._failure: ArenaError | Disconnected | None = None

    async def put(self, data: bytes) -> None:
        await self._room.acquire()
        if self._ended:
            self._room.release()
            raise self._failure or Disconnected("the stream has ended")
        self._messages.put_nowait(data)

    async def get(self) -> bytes | None:
        data = await self._messages.get()
        if data is not None:
            self._room.release()
            return data
        self._messages.put_nowait(None)
        if self._failure is not None:
            raise self._failure
        return None

    def end(self, failure: ArenaError | Disconnected | None = None, *, lose: bool = False) -> None:
        if self._ended:
            return
        self._ended, self._failure = True, failure
        while lose and not self._messages.empty():
            self._messages.get_nowait()
        self._messages.put_nowait(None)
        self._room.release()
