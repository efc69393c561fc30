"""The services over a real wire: what a call may carry, who may make it, and how many at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

from arena.client.remote import Remote
from arena.core.errors import ArenaError, BadRequest, Draining, Forbidden, RateLimited, TooLarge, UnknownGame
from arena.ledger import Scope
from arena.server.hall import Hall
from arena.server.run import _server
from arena.v1 import lobby_pb2
from arena.v1.lobby_pb2_grpc import LobbyServiceStub
from arena.v1.results_pb2 import WatchMatchRequest
from arena.v1.results_pb2_grpc import ResultsServiceStub
from arena.wire.limits import MAX_GAME_ID, MAX_OPTIONS_BYTES
from tests.e2e.peer import Peer, peer
from tests.server.conftest import open_hall

GAME = "openspiel/tic_tac_toe"


@asynccontextmanager
async def serving(hall: Hall) -> AsyncIterator[str]:
    """The address of a hall's services."""
    server, _ = _server(hall)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


async def error_of(address: str, call: Callable[[Remote], object], token: str = "") -> ArenaError:
    """What a call is answered that cannot be."""

    def ask() -> None:
        with Remote(address, token=token) as remote:
            call(remote)

    with pytest.raises(ArenaError) as raised:
        await asyncio.to_thread(ask)
    return raised.value


def get_game(game: str, options: bytes = b"") -> Callable[[Remote], object]:
    request = lobby_pb2.GetGameRequest(game=game, options_json=options)
    return lambda remote: remote._call(remote._lobby.GetGame, request)


async def waiting(stack: AsyncExitStack, address: str, name: str, token: str = "") -> Peer:
    """An agent that has joined."""
    agent = await stack.enter_async_context(peer(address, token))
    await agent.hello()
    await agent.join(GAME, name)
    await agent.next("joined")
    return agent


async def test_options_and_game_ids_over_their_limits_are_refused_before_they_are_read(hall: Hall) -> None:
    async with serving(hall) as address:
        heavy = b'{"a":[' + b"1," * 5_000_000 + b"1]}"
        assert isinstance(await error_of(address, get_game(GAME, heavy)), TooLarge)
        assert isinstance(await error_of(address, get_game(GAME, b" " * (MAX_OPTIONS_BYTES + 1))), TooLarge)
        long = "x" * (MAX_GAME_ID + 1)
        assert "at most" in str(await error_of(address, get_game(long)))
        assert isinstance(await error_of(address, lambda remote: remote.challenge(long, "a", "b")), UnknownGame)


async def test_a_challenge_is_its_agents_owners_to_make(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(tmp_path, patience=1e6))
        ann, eve, admin = (
            hall.ledger.tokens.create(owner, scopes)
            for owner, scopes in (("ann", [Scope.PLAY]), ("eve", [Scope.PLAY]), ("host", [Scope.ADMIN]))
        )
        address = await stack.enter_async_context(serving(hall))
        await waiting(stack, address, "ann-1", ann)

        def meet(remote: Remote) -> None:
            remote.challenge(GAME, "ann-1", "ann-1")

        assert isinstance(await error_of(address, meet, eve), Forbidden)
        assert not hall.arbiter.matches
        with Remote(address, token=admin) as remote:
            await asyncio.to_thread(meet, remote)
        hall.lobby.draining = True
        assert isinstance(await error_of(address, meet, ann), Draining)


async def test_nobody_watches_more_matches_at_once_than_a_server_allows(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(tmp_path, max_watched=2))
        address = await stack.enter_async_context(serving(hall))
        agents = [await waiting(stack, address, name) for name in ("ann", "bob")]
        match = (await agents[0].next("seat_assigned")).seat_assigned.match_id
        stub = ResultsServiceStub(await stack.enter_async_context(grpc.aio.insecure_channel(address)))
        watching: list[Any] = [stub.WatchMatch(WatchMatchRequest(match_id=match)) for _ in range(2)]
        for call in watching:
            assert (await call.read()).fields
        assert isinstance(await error_of(address, lambda remote: list(remote.watch(match))), RateLimited)
        left, leave = asyncio.Event(), hall.gallery.leave
        hall.gallery.leave = lambda *who: (leave(*who), left.set())[0]  # type: ignore[method-assign]
        watching[0].cancel()
        async with asyncio.timeout(10):
            await left.wait()
        again: Any = stub.WatchMatch(WatchMatchRequest(match_id=match))
        assert (await again.read()).fields


async def test_an_empty_answer_to_a_challenge_is_all_there_is(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        hall.lobby._pair_soon = lambda when: None  # type: ignore[method-assign]
        address = await stack.enter_async_context(serving(hall))
        for name in ("ann", "bob"):
            await waiting(stack, address, name)
        stub = LobbyServiceStub(await stack.enter_async_context(grpc.aio.insecure_channel(address)))
        reply: Any = stub.Challenge(lobby_pb2.ChallengeRequest(game=GAME, agent="ann", opponent="bob"))
        assert (await reply).ByteSize() == 0
        wrong = await error_of(address, lambda remote: remote.challenge(GAME, "ann", "nobody"))
        assert type(wrong) is BadRequest
