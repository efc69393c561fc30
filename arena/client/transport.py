"""The seam between the session and whatever carries its bytes: gRPC, or a pair of queues in a test."""

from typing import Final, Protocol

from google.protobuf.message import DecodeError

from arena.core.errors import ArenaError, ProtocolViolation
from arena.v1 import game_pb2, lobby_pb2

GET_GAME: Final = "/arena.v1.LobbyService/GetGame"


class Disconnected(Exception):
    """The connection is gone; what was sent last may or may not have arrived. The session can be resumed."""


class ServerUnreachable(ArenaError):
    """No server answered for as long as the client's patience lasts."""


class Stream(Protocol):
    """One Play stream: encoded ClientBatches out, encoded ServerBatches in."""

    async def send(self, data: bytes) -> None:
        """Hand one message over; waits while the peer does not read.

        Raises:
            Disconnected: the stream is gone.
            ArenaError: the server closed it for this reason.
        """

    async def receive(self) -> bytes | None:
        """The next message; None when the peer has ended the stream. Raises as `send` does."""

    async def close(self) -> None:
        """End the stream; both directions are void afterwards."""


class Transport(Protocol):
    """A way to one server."""

    address: str
    """What to call the server in messages."""

    async def open(self) -> Stream:
        """A new Play stream. Raises as `Stream.send` does."""

    async def call(self, method: str, request: bytes) -> bytes:
        """One unary call, such as "/arena.v1.LobbyService/GetGame". Raises as `Stream.send` does."""

    async def close(self) -> None:
        """Let go of the connection."""


async def get_game(transport: Transport, game: str, options_json: bytes = b"") -> game_pb2.GameSpec:
    """What the server says of a game with these options.

    Raises:
        ArenaError: the server's own, such as UnknownGame, or a ProtocolViolation of its answer.
        Disconnected: there is no answer.
    """
    request = lobby_pb2.GetGameRequest(game=game, options_json=options_json)
    data = await transport.call(GET_GAME, request.SerializeToString())
    try:
        return lobby_pb2.GetGameResponse.FromString(data).game
    except DecodeError as error:
        raise ProtocolViolation("the server sent a description of a game that cannot be read") from error
