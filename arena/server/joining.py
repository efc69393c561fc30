"""Joins and leaves of one connection, in their order, beside its reader: plugins may describe games slowly."""

import asyncio

from arena.server.journal import Journal
from arena.server.lobby import Lobby
from arena.server.session import Session
from arena.v1 import play_pb2 as pb

_WAITING = 256
"""Joins and leaves that may wait; a peer that sends more is not read until some are done."""


class Joining:
    """What waits to be applied. A join that never began when its stream ends is dropped: the client sends it again."""

    def __init__(self, lobby: Lobby, journal: Journal, session: Session) -> None:
        self._lobby = lobby
        self._journal = journal
        self._session = session
        self._waiting: asyncio.Queue[pb.Join | pb.Leave] = asyncio.Queue(_WAITING)

    @property
    def full(self) -> bool:
        """Whether `put` would wait."""
        return self._waiting.full()

    async def put(self, frame: pb.Join | pb.Leave) -> None:
        """Have it applied after all that came before."""
        await self._waiting.put(frame)

    async def run(self) -> None:
        """Apply what comes, one after another, until cancelled."""
        while True:
            frame = await self._waiting.get()
            if isinstance(frame, pb.Join):
                await self._lobby.join(self._session, frame)
            else:
                self._lobby.leave(self._session, frame.join_id)
            self._journal.flush()

    def finish(self) -> None:
        """The stream has ended: leaves that wait still stand."""
        while not self._waiting.empty():
            frame = self._waiting.get_nowait()
            if isinstance(frame, pb.Leave):
                self._lobby.leave(self._session, frame.join_id)
        self._journal.flush()
