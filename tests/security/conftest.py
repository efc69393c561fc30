"""A server with the tiny games, and a match on it that nothing may disturb."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.e2e.peer import peer
from tests.e2e.serving import Server, install_plugin, serving
from tests.security.bystanders import Bystanders


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the tiny games beside the installed ones."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, env=install_plugin(folder, "testing", "tests.e2e.tiny_plugin")) as started:
        yield started
        started.kill()  # the tests abandon matches, for which a drain would wait


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def live_match(server: Server) -> AsyncIterator[Bystanders]:
    """One match after another, all through a module."""
    async with peer(server.address) as one, peer(server.address) as two:
        standing = Bystanders((one, two))
        await standing.join()
        yield standing


@pytest_asyncio.fixture(loop_scope="module")
async def bystanders(server: Server, live_match: Bystanders) -> AsyncIterator[Bystanders]:
    """A match in the middle of which the test happens; after it the match goes on, and the server met no surprise."""
    yield live_match
    await live_match.move()
    live_match.check()
    assert "Traceback" not in server.log, server.log[-3000:]
