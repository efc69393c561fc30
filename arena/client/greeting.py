"""What comes first on a stream: the server's welcome, or the reason why there is none."""

import asyncio

from arena.client.transport import Disconnected, Stream
from arena.v1 import play_pb2 as pb
from arena.wire.frames import join_frames, read_error, server_frames


async def read_welcome(stream: Stream, patience: float) -> tuple[pb.Welcome, bytes]:
    """The welcome, and the frames behind it in the same message, encoded; waits for `patience` seconds.

    Raises:
        ArenaError: the server refuses the session.
        Disconnected: no welcome came.
    """
    try:
        async with asyncio.timeout(patience):
            data = await stream.receive()
    except TimeoutError:
        raise Disconnected(f"no welcome within {patience:g} s") from None
    frames = server_frames(data) if data is not None else ()
    if not frames:
        raise Disconnected("the server closed the stream instead of welcoming us")
    if frames[0].HasField("error"):
        raise read_error(frames[0].error)
    if not frames[0].HasField("welcome"):
        raise Disconnected("the server's first frame is no welcome")
    return frames[0].welcome, join_frames(frame.SerializeToString() for frame in frames[1:])
