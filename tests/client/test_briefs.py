"""The rules in words: asked for with the order's own options, and not given up after one failure."""

from typing import Any

from arena.client import Disconnected
from arena.client.transport import GET_GAME
from arena.v1 import lobby_pb2
from tests.client.agents import recorder
from tests.client.driving import finish, playing
from tests.client.fake_server import FakeServer, seat


class Forgetful(FakeServer):
    """Its first answers to GetGame are lost."""

    def __init__(self, lost: int = 0) -> None:
        super().__init__(brief="three in a row")
        self.lost = lost
        self.requests: list[lobby_pb2.GetGameRequest] = []
        unary: dict[str, Any] = self.transport._unary  # type: ignore[assignment]
        unary[GET_GAME] = self._answer

    async def _answer(self, request: bytes) -> bytes:
        self.requests.append(lobby_pb2.GetGameRequest.FromString(request))
        if len(self.requests) <= self.lost:
            raise Disconnected("the answer was lost")
        return self.game.SerializeToString()


async def test_the_brief_is_asked_for_with_the_orders_own_options() -> None:
    server, rules = Forgetful(), {"file": {"sha256": "00", "text": "a tree"}}
    agent = recorder()
    async with playing(server, agent, options=rules) as task:
        peer = await server.seated()
        await peer.send(server.ask(5))
        await peer.expect("act")
        await finish(server, peer, task, 1)
    (request,) = server.requests
    assert request.game == "toy/game"
    assert request.options_json == b'{"file":{"sha256":"00","text":"a tree"}}'
    assert [info.brief for info in agent.built] == ["three in a row"]


async def test_a_brief_that_could_not_be_had_is_asked_for_again_at_the_next_seat() -> None:
    server, agent = Forgetful(lost=1), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated()
        await peer.send(*(server.frame(seat_assigned=seat(ref)) for ref in (2, 3)))
        await peer.send(*(server.ask(100 + ref, ref) for ref in (1, 2, 3)))
        for _ in range(3):
            await peer.expect("act")
        await finish(server, peer, task, 1, 2, 3)
    assert sorted(info.brief for info in agent.built) == ["", "three in a row", "three in a row"]
    assert len(server.requests) == 2


async def test_a_brief_that_is_never_to_be_had_is_asked_for_ever_more_seldom() -> None:
    server, agent = Forgetful(lost=1_000), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated()
        refs = range(2, 33)
        await peer.send(*(server.frame(seat_assigned=seat(ref)) for ref in refs))
        await peer.send(*(server.ask(100 + ref, ref) for ref in (1, *refs)))
        for _ in (1, *refs):
            await peer.expect("act")
        await finish(server, peer, task, 1, *refs)
    assert {info.brief for info in agent.built} == {""}
    assert len(server.requests) == 6
