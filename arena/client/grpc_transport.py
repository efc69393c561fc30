"""The network: grpc.aio with raw bytes on both sides, so that parsing stays in `arena.wire`."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import grpc
import grpc.aio

from arena.client.failures import failure, read_roots
from arena.client.transport import Disconnected
from arena.core.errors import ArenaError
from arena.wire.limits import MAX_SERVER_BATCH_BYTES

PLAY: Final = "/arena.v1.PlayService/Play"
CALL_SECONDS: Final = 15.0
"""A unary call that takes longer is given up."""
PART_SECONDS: Final = 0.5
"""How long the last words may take to arrive."""

_LOOPBACK: Final = ("127.", "localhost", "[::1]", "unix:")
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_SERVER_BATCH_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),  # a new channel must not inherit the old one's backoff
)
_Result = TypeVar("_Result")
_Call = grpc.aio.StreamStreamCall[bytes, bytes]

log = logging.getLogger(__name__)


class GrpcTransport:
    """A server at `address` ("host:port"). With `tls_ca`, a PEM file of root certificates, the wire is encrypted.

    Raises:
        BadRequest: the file of certificates cannot be read.
    """

    def __init__(self, address: str, *, token: str | None = None, tls_ca: str | Path | None = None) -> None:
        self.address = address
        self._roots = read_roots(tls_ca) if tls_ca is not None else None
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self._channel: grpc.aio.Channel | None = None
        if token and self._roots is None and not address.startswith(_LOOPBACK):
            log.warning("the token travels to %s unencrypted; use tls_ca", address)

    async def open(self) -> "GrpcStream":
        """A new stream on a new channel; the previous channel is closed."""
        await self.close()
        play: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = self._dial().stream_stream(PLAY)
        return GrpcStream(play(metadata=self._metadata), self.address)

    async def call(self, method: str, request: bytes) -> bytes:
        """One unary call on the stream's channel."""
        channel = self._channel or self._dial()
        unary: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        try:
            reply: bytes = await unary(request, metadata=self._metadata, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise failure(self.address, error.code(), error.details(), error.trailing_metadata()) from None
        return reply

    async def close(self) -> None:
        """Close the channel and what runs on it."""
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close()

    def _dial(self) -> grpc.aio.Channel:
        if self._roots is None:
            self._channel = grpc.aio.insecure_channel(self.address, options=_OPTIONS)
        else:
            credentials = grpc.ssl_channel_credentials(self._roots)
            self._channel = grpc.aio.secure_channel(self.address, credentials, options=_OPTIONS)
        return self._channel


class GrpcStream:
    """One Play call."""

    def __init__(self, call: _Call, address: str) -> None:
        self._call = call
        self._address = address

    async def send(self, data: bytes) -> None:
        """Write one message; waits for the transport's window."""
        await self._attempt(self._call.write(data))

    async def receive(self) -> bytes | None:
        """Read one message; None at an orderly end."""
        data = await self._attempt(self._call.read())
        if isinstance(data, bytes):
            return data
        if await self._call.code() is grpc.StatusCode.OK:
            return None
        raise await self._why()

    async def close(self) -> None:
        """Let what was sent arrive, then end the call, whether or not the server does so too."""
        with suppress(TimeoutError, ArenaError, Disconnected):
            async with asyncio.timeout(PART_SECONDS):
                await self._attempt(self._call.done_writing())
                await self._call.code()
        self._call.cancel()

    async def _attempt(self, step: Awaitable[_Result]) -> _Result:
        try:
            return await step
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise Disconnected("the call was cancelled") from None  # not this task: the other side, or the writer
        except (grpc.aio.AioRpcError, grpc.aio.UsageError, asyncio.InvalidStateError):
            raise await self._why() from None

    async def _why(self) -> ArenaError | Disconnected:
        call = self._call
        return failure(self._address, await call.code(), await call.details(), await call.trailing_metadata())
