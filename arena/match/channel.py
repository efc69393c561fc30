"""Framing on the socket pair between a pool and a worker: four bytes of length, then one msgpack batch."""

import socket
from collections.abc import Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec

from arena.match.messages import Command, Report
from arena.match.packing import decode_extra, encode_extra

_HEAD = 4
_CHUNK = 1 << 18
T = TypeVar("T")


class Batches(Generic[T]):
    """Cuts a byte stream into batches of messages."""

    def __init__(self, kind: Any) -> None:
        self._decoder: msgspec.msgpack.Decoder[list[T]] = msgspec.msgpack.Decoder(kind, ext_hook=decode_extra)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[list[T]]:
        """Every batch that is now complete."""
        buffer = self._buffer
        buffer += data
        start, available = 0, len(buffer)
        while available - start >= _HEAD:
            end = start + _HEAD + int.from_bytes(buffer[start : start + _HEAD], "little")
            if end > available:
                break
            with memoryview(buffer) as view:
                batch = self._decoder.decode(view[start + _HEAD : end])
            yield batch
            start = end
        del buffer[:start]


def command_batches() -> Batches[Command]:
    """What a worker reads."""
    return Batches(list[Command])


def report_batches() -> Batches[Report]:
    """What a pool reads."""
    return Batches(list[Report])


UNSENDABLE: Final = (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError)
"""What `encode` raises for plain values that msgpack does not have; a game's own classes may raise anything."""
UNREADABLE: Final = (ValueError, msgspec.MsgspecError)
"""What `Batches.feed` raises for bytes that no peer of ours sent."""
_encoder = msgspec.msgpack.Encoder(enc_hook=encode_extra)


def encode(batch: Sequence[object]) -> bytearray:
    """One framed batch.

    Raises:
        Exception: a message holds a value that cannot be sent, such as an integer of more than 64 bits.
    """
    frame = bytearray(_HEAD)
    _encoder.encode_into(batch, frame, _HEAD)
    frame[:_HEAD] = (len(frame) - _HEAD).to_bytes(_HEAD, "little")
    return frame


class WorkerEnd:
    """The worker's end: blocking, since a worker that has nothing to do waits for commands."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._batches = command_batches()

    def receive(self, *, wait: bool) -> list[Command] | None:
        """All commands that have come, waiting for the first if need be; None when the pool is gone."""
        try:
            data = self._socket.recv(_CHUNK, 0 if wait else socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except ConnectionError:
            return None
        if not data:
            return None
        return [command for batch in self._batches.feed(data) for command in batch]

    def send(self, frame: bytearray) -> None:
        """One batch, as `encode` framed it."""
        self._socket.sendall(frame)
