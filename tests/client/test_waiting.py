"""A join that the server has no room for: tried again when the server says, and let go of when the client stops."""

import asyncio

from arena.client import Client, JoinSummary
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from tests.client.agents import recorder
from tests.client.driving import QUICK
from tests.client.fake_server import FakeServer, Peer

LONG_MS = 3_600_000


async def sent_away(server: FakeServer, *, retry_after_ms: int, code: int = common_pb2.ERROR_CODE_RATE_LIMITED) -> Peer:
    """A client whose join is answered with `code`."""
    peer, _ = await server.welcome()
    join = await peer.expect("join")
    error = common_pb2.Error(code=code, message="full", retry_after_ms=retry_after_ms)  # type: ignore[arg-type]
    await peer.send(server.join_ended(join.join_id, error=error))
    await peer.settle()
    return peer


def begun(server: FakeServer) -> tuple[Client, "asyncio.Task[list[JoinSummary]]"]:
    client = Client(transport=server.transport, patience=QUICK)
    client.join("toy/game", recorder(), name="ada")
    return client, asyncio.create_task(client.run())


async def test_stop_ends_a_join_that_waits_for_room_and_it_is_not_sent_again() -> None:
    server = FakeServer()
    client, run = begun(server)
    peer = await sent_away(server, retry_after_ms=LONG_MS)
    client.stop()
    assert await peer.closed() == 0  # which sees to it that neither a Leave nor a Join came
    async with asyncio.timeout(5):
        (summary,) = await run
    assert summary.matches == 0


async def test_stop_lets_go_of_a_waiting_join_and_others_play_to_their_end() -> None:
    server = FakeServer()
    client, run = begun(server)
    client.join("toy/game", recorder(), name="bob")
    peer, _ = await server.welcome()
    first, second = await peer.expect("join"), await peer.expect("join")
    error = common_pb2.Error(code=common_pb2.ERROR_CODE_RATE_LIMITED, message="full", retry_after_ms=LONG_MS)
    await peer.send(server.join_ended(first.join_id, error=error))
    await peer.send(server.frame(joined=pb.Joined(join_id=second.join_id, rated_id=second.game)))
    await peer.settle()
    client.stop()
    leave = await peer.expect("leave")
    assert leave.join_id == second.join_id
    await peer.send(server.join_ended(second.join_id))
    async with asyncio.timeout(5):
        assert len(await run) == 2


async def test_a_join_comes_again_when_the_server_said_it_may() -> None:
    server = FakeServer()
    _, run = begun(server)
    peer = await sent_away(server, retry_after_ms=1, code=common_pb2.ERROR_CODE_LEDGER_FAULT)
    join = await peer.expect("join")
    assert join.join_id == 2
    await peer.send(server.frame(joined=pb.Joined(join_id=2, rated_id=join.game)), server.join_ended(2))
    async with asyncio.timeout(5):
        (summary,) = await run
    assert summary.matches == 0
