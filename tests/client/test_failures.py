"""A failed call means the same on every way to a server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest

from arena.client import GrpcTransport, ServerUnreachable
from arena.client.failures import failure
from arena.client.remote import Remote
from arena.client.transport import Disconnected, get_game
from arena.core.errors import ArenaError, BadRequest, Forbidden, NameTaken, ProtocolViolation, Unauthenticated
from arena.v1.lobby_pb2_grpc import LobbyServiceServicer, add_LobbyServiceServicer_to_server
from arena.wire.frames import ERROR_METADATA, error_message

STATUSES: list[tuple[grpc.StatusCode, type[Exception]]] = [
    (grpc.StatusCode.UNAUTHENTICATED, Unauthenticated),
    (grpc.StatusCode.PERMISSION_DENIED, Forbidden),
    (grpc.StatusCode.UNIMPLEMENTED, ProtocolViolation),
    (grpc.StatusCode.INVALID_ARGUMENT, ProtocolViolation),
    (grpc.StatusCode.UNAVAILABLE, Disconnected),
]


class Refusing(LobbyServiceServicer):
    """Something in between that ends every call with a bare status."""

    def __init__(self, status: grpc.StatusCode) -> None:
        self._status = status

    async def _refuse(self, request: Any, context: Any) -> Any:
        await context.abort(self._status, "from a proxy\nwith more")

    ListGames = GetGame = Challenge = _refuse


@asynccontextmanager
async def refusing(status: grpc.StatusCode) -> AsyncIterator[str]:
    server = grpc.aio.server()
    add_LobbyServiceServicer_to_server(Refusing(status), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


@pytest.mark.parametrize(("status", "kind"), STATUSES, ids=lambda value: getattr(value, "name", ""))
async def test_a_bare_status_means_the_same_to_players_and_to_lookers_on(
    status: grpc.StatusCode, kind: type[Exception]
) -> None:
    async with refusing(status) as address:
        transport = GrpcTransport(address)
        with pytest.raises(kind) as played:
            await get_game(transport, "toy/game")
        await transport.close()
        with Remote(address) as remote, pytest.raises(ArenaError) as looked:
            await asyncio.to_thread(remote.games)
    told = ServerUnreachable if kind is Disconnected else kind
    assert type(looked.value) is told
    assert str(played.value) in str(looked.value)
    assert "\n" not in str(looked.value)


def test_the_servers_own_error_goes_before_the_status() -> None:
    metadata = ((ERROR_METADATA, error_message(NameTaken("it is mine")).SerializeToString()),)
    assert type(failure("a:1", grpc.StatusCode.INTERNAL, "text", metadata)) is NameTaken
    broken = failure("a:1", grpc.StatusCode.INTERNAL, "text", ((ERROR_METADATA, b"\xff"),))
    assert type(broken) is ProtocolViolation


def test_missing_certificates_are_named_alike() -> None:
    with pytest.raises(BadRequest) as player:
        GrpcTransport("localhost:1", tls_ca="/nowhere.pem")
    with pytest.raises(BadRequest) as looker:
        Remote("localhost:1", tls_ca="/nowhere.pem")
    assert str(player.value) == str(looker.value)
