"""A whole server in this process: real ledger, real workers, no network."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from arena.client import Client
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.server.settings import Settings
from arena.testing.loopback import LoopbackTransport
from tests.e2e.peer import Peer, peer

EVERYBODY = Principal("", frozenset({"play", "watch"}))


@asynccontextmanager
async def open_hall(folder: Path, **changes: Any) -> AsyncIterator[Hall]:
    """A hall on a SQLite ledger in `folder`; opened again, it goes on where it was."""
    settings = Settings(**{"db": f"sqlite:///{folder / 'arena.db'}", "patience": 0.2, "drain": 0.0, **changes})
    hall = await Hall.open(settings)
    hall.serving()
    try:
        yield hall
    finally:
        await hall.close()


def visitor(hall: Hall, owner: str) -> AbstractAsyncContextManager[Peer]:
    """A peer of this hall."""
    principal = Principal(owner, EVERYBODY.scopes)
    return peer(LoopbackTransport(lambda stream: hall.play.serve(stream, principal)))


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """A hall of its own for each test."""
    async with open_hall(tmp_path) as opened:
        yield opened


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """Makes clients of a hall, each with an owner of its own."""

    def make(hall: Hall, owner: str = "") -> Client:
        principal = Principal(owner, EVERYBODY.scopes)
        transport = LoopbackTransport(lambda stream: hall.play.serve(stream, principal))
        return Client(transport=transport)

    return make
