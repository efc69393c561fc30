"""Frames and batches: parsing what a client sent, joining what is to be sent, errors and causes as messages."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from google.protobuf.message import DecodeError

from arena.core.errors import (
    AccessDenied,
    ActionRefused,
    ArenaError,
    Busy,
    ErrorCode,
    Fault,
    LedgerFault,
    ProtocolViolation,
    TooLarge,
)
from arena.core.match import Cause
from arena.v1 import common_pb2, relay_pb2
from arena.v1 import play_pb2 as pb
from arena.wire.limits import MAX_ERROR_TEXT, Limits

ERROR_METADATA: Final = "arena-error-bin"
"""The trailing metadata of a failed call: an encoded `arena.v1.Error`."""

CAUSES: Final[dict[Cause, pb.Cause.ValueType]] = {cause: pb.Cause.Value(f"CAUSE_{cause.name}") for cause in Cause}
"""Core causes as the wire's numbers."""

RETRY_MS: Final = 1000
"""Who is told to come again waits so long, unless it knows better."""

_BRANCHES: Final[Sequence[tuple[type[ArenaError], ErrorCode]]] = (
    (Fault, ErrorCode.GAME_FAULT),
    (Busy, ErrorCode.RATE_LIMITED),
    (AccessDenied, ErrorCode.FORBIDDEN),
    (ActionRefused, ErrorCode.MALFORMED_ACTION),
    (ArenaError, ErrorCode.BAD_REQUEST),
)
_CAUSES_READ: Final[dict[int, Cause]] = {number: cause for cause, number in CAUSES.items()}
_FRAME_TAG: Final = b"\x0a"
_ONE_BYTE: Final = 0x80


def client_frames(data: bytes, limits: Limits) -> list[tuple[str, Any]]:
    """The frames of one ClientBatch, in order: each its kind ("act") and its message, of play.proto or relay.proto.

    Raises:
        TooLarge: more bytes or frames than the limits allow.
        ProtocolViolation: the bytes are no batch, or a frame holds nothing that is known.
    """
    if len(data) > limits.max_frame_bytes:
        raise TooLarge(f"the message is {len(data)} bytes; at most {limits.max_frame_bytes} are taken")
    try:
        frames = relay_pb2.ClientBatch.FromString(data).frames
    except DecodeError as error:
        raise ProtocolViolation("the message is no arena.v1.ClientBatch; texts in it must be valid UTF-8") from error
    if len(frames) > limits.max_batch:
        raise TooLarge(f"the message holds {len(frames)} frames; at most {limits.max_batch} are taken")
    return [_kind_and_message(frame) for frame in frames]


def server_frames(data: bytes) -> Sequence[pb.ServerFrame]:
    """The frames of one ServerBatch, in order.

    Raises:
        ProtocolViolation: the bytes are no batch.
    """
    try:
        return pb.ServerBatch.FromString(data).frames
    except DecodeError as error:
        raise ProtocolViolation("the server sent a message that is no arena.v1.ServerBatch") from error


def join_frames(frames: Iterable[bytes]) -> bytes:
    """Encoded frames as one encoded ClientBatch or ServerBatch, whose only field is `repeated frames = 1`."""
    parts: list[bytes] = []
    for frame in frames:
        size = len(frame)
        parts.append(_PREFIXES[size] if size < len(_PREFIXES) else _FRAME_TAG + _varint(size))
        parts.append(frame)
    return b"".join(parts)


def error_message(error: ArenaError) -> common_pb2.Error:
    """An error as peers read it: its code, its sentence on one line and not too long, and when to try again."""
    text = " ".join(str(error).split())[:MAX_ERROR_TEXT].encode(errors="replace").decode()
    code = common_pb2.ErrorCode.ValueType(error.code or _code_of_branch(error))
    retry = RETRY_MS if isinstance(error, Busy | LedgerFault) else 0
    return common_pb2.Error(code=code, message=text, retry_after_ms=retry)


def read_error(message: common_pb2.Error) -> ArenaError:
    """The leaf of the tree that a peer's error stands for; ArenaError itself for a code that is unknown here."""
    return _LEAVES.get(message.code, ArenaError)(message.message or "the server gave no reason")


def read_cause(number: int) -> Cause:
    """The cause of a number; an unknown one counts as void, which charges nobody."""
    return _CAUSES_READ.get(number, Cause.VOID)


def _code_of_branch(error: ArenaError) -> ErrorCode:
    """The documented code that comes nearest to an error which states none of its own."""
    return next(code for branch, code in _BRANCHES if isinstance(error, branch))


def _kind_and_message(frame: relay_pb2.ClientFrame) -> tuple[str, Any]:
    kind = frame.WhichOneof("frame")
    if kind is None:
        raise ProtocolViolation("a frame holds nothing that this server knows; see protocol_minor in the welcome")
    return kind, getattr(frame, kind)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= _ONE_BYTE:
        out.append(number % _ONE_BYTE | _ONE_BYTE)
        number //= _ONE_BYTE
    out.append(number)
    return bytes(out)


def _leaves(root: type[ArenaError]) -> Iterable[type[ArenaError]]:
    yield root
    for branch in root.__subclasses__():
        yield from _leaves(branch)


_PREFIXES: Final = [_FRAME_TAG + _varint(size) for size in range(2048)]
_LEAVES: Final[dict[int, type[ArenaError]]] = {
    leaf.code: leaf for leaf in _leaves(ArenaError) if "code" in vars(leaf) and leaf.code is not ErrorCode.UNSPECIFIED
}
