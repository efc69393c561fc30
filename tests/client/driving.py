"""A client in the background, and bringing it to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from arena.client import Client, JoinSummary, Patience
from tests.client.fake_server import FakeServer, Peer

Run: TypeAlias = "asyncio.Task[list[JoinSummary]]"
QUICK = Patience(first=0.0, longest=0.0, connect=2.0, reconnect=2.0, welcome=2.0)


@asynccontextmanager
async def playing(server: FakeServer, agent: object, **order: object) -> AsyncIterator[Run]:
    """A client that plays toy/game in the background."""
    client = Client(transport=server.transport, patience=QUICK)
    client.join("toy/game", agent, **order)  # type: ignore[arg-type]
    task = asyncio.create_task(client.run())
    task.client = client  # type: ignore[attr-defined]
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def finish(server: FakeServer, peer: Peer, task: Run, *refs: int) -> JoinSummary:
    await peer.send(*(server.end(ref) for ref in refs), server.join_ended(matches=len(refs)))
    async with asyncio.timeout(5):
        (summary,) = await task
    return summary
