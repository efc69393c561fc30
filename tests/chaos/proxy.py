"""A TCP proxy in front of a server that loses connections at chosen bytes."""

import asyncio
from collections.abc import Callable


class CuttingProxy:
    """Passes bytes on until `budget` of them, in either direction, have gone through one connection; then cuts it.

    `next_budget` is asked at each new connection; None lets that one live.
    """

    def __init__(self, port: int, next_budget: Callable[[], int | None]) -> None:
        self._target = port
        self._next_budget = next_budget
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.cuts: list[float] = []
        """When each cut was made, by the loop's clock."""

    async def __aenter__(self) -> "CuttingProxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    @property
    def address(self) -> str:
        """What clients connect to."""
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        link = _Link((writer, far_writer), self._next_budget())
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(link.pass_on(reader, far_writer), link.pass_on(far_reader, writer))
        except OSError:
            pass
        finally:
            if link.cut:
                self.cuts.append(asyncio.get_running_loop().time())
            link.abort()
            self._writers -= {writer, far_writer}


class _Link:
    def __init__(self, ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter], budget: int | None) -> None:
        self._ends = ends
        self._budget = budget
        self.cut = False

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            if self._budget is not None:
                data = data[: self._budget]
                self._budget -= len(data)
            writer.write(data)
            await writer.drain()
            if self._budget == 0:
                self.cut = True
                self.abort()
                return
        self.abort()

    def abort(self) -> None:
        for end in self._ends:
            end.transport.abort()
