"""Frames waiting to be sent: whatever gathers in one turn of the event loop leaves in one message."""

import asyncio
from collections.abc import Iterable, Iterator

from arena.client.session import Session
from arena.wire.frames import join_frames

_FRAME_OVERHEAD = 8


class Outbox:
    """Encoded ClientFrames in order. One writer empties it; everybody else only puts frames in."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._frames: list[bytes] = []
        self._ready = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Have a frame sent."""
        self._frames.append(frame)
        self._ready.set()

    def put_all(self, frames: Iterable[bytes]) -> None:
        """Have frames sent, in order."""
        self._frames.extend(frames)
        self._ready.set()

    def clear(self) -> None:
        """Drop what waits: it was meant for a stream that is gone."""
        self._frames.clear()

    async def wait(self) -> None:
        """Until there is something to send."""
        await self._ready.wait()
        self._ready.clear()

    def batches(self) -> Iterator[bytes]:
        """Everything that waits as encoded ClientBatches within the session's limits, with the acknowledgement due."""
        if (ack := self._session.ack()) is not None:
            self._frames.append(ack)
        frames, self._frames = self._frames, []
        limits = self._session.limits
        begin = size = 0
        for end, frame in enumerate(frames):
            size += len(frame) + _FRAME_OVERHEAD
            if end > begin and (end - begin == limits.max_batch or size > limits.max_frame_bytes):
                yield join_frames(frames[begin:end])
                begin, size = end, len(frame) + _FRAME_OVERHEAD
        if frames:
            yield join_frames(frames[begin:])
