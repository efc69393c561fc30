"""What a failed call means, and the root certificates of an encrypted one: the same for every way to a server."""

from pathlib import Path
from typing import Final

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from arena.client.transport import Disconnected
from arena.core.errors import ArenaError, BadRequest, Forbidden, ProtocolViolation, Unauthenticated
from arena.v1 import common_pb2
from arena.wire.frames import ERROR_METADATA, read_error

_DETAILS: Final = 200


def failure(address: str, code: grpc.StatusCode, details: str | None, metadata: object) -> ArenaError | Disconnected:
    """The server's own error where it sent one, else what the status says; Disconnected where nobody answered."""
    found = dict(metadata) if isinstance(metadata, grpc.aio.Metadata | tuple) else {}
    if isinstance(data := found.get(ERROR_METADATA), bytes):
        try:
            return read_error(common_pb2.Error.FromString(data))
        except DecodeError:
            return ProtocolViolation(f"the server at {address} sent an error that cannot be read")
    text = (details or "").partition("\n")[0][:_DETAILS]
    match code:
        case grpc.StatusCode.UNAUTHENTICATED:
            return Unauthenticated(text or "the server asks for a token")
        case grpc.StatusCode.PERMISSION_DENIED:
            return Forbidden(text or "the token does not allow this")
        case grpc.StatusCode.UNIMPLEMENTED:
            return ProtocolViolation(f"the server at {address} does not speak arena.v1")
        case grpc.StatusCode.INVALID_ARGUMENT:
            return ProtocolViolation(text or "the server could not read what was sent")
        case _:
            return Disconnected(text or code.name.lower())


def read_roots(file: str | Path) -> bytes:
    """The root certificates in a PEM file.

    Raises:
        BadRequest: it cannot be read.
    """
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise BadRequest(f"the root certificates cannot be read from {file}: {error.strerror}") from error
