"""The named limits of a connection, as the welcome tells them."""

from dataclasses import dataclass
from typing import Final, Self

from arena.v1 import play_pb2 as pb

MAX_DIMENSIONS: Final = 8
"""Of a tensor."""
MAX_JSON_DEPTH: Final = 32
"""Objects and arrays within one another, in anything an agent sends."""
MAX_NAME: Final = 64
"""Characters of an agent's name, a version, a field's name and suchlike."""
MAX_GAME_ID: Final = 1024
"""Characters of a rated id, options included."""
MAX_ACTION_BYTES: Final = 256 * 1024
"""Of one encoded action."""
MAX_OPTIONS_BYTES: Final = 256 * 1024
"""Of a game's options as JSON, the texts of files included."""
MAX_ENTRY_BYTES: Final = 64 * 1024
"""Of a seat's private input as JSON."""
MAX_WANTS: Final = 64
"""Fields one agent may want."""
MAX_MEDIA: Final = 8
"""Media in one view, each of at most `core.values.MAX_MEDIA_BYTES`: so many fit well into a ServerBatch."""
MAX_ERROR_TEXT: Final = 500
"""Characters of an error's sentence, and of the reason in a frame."""
MAX_SERVER_BATCH_BYTES: Final = 64 * 1024 * 1024
"""Of one ServerBatch; a server stops filling a batch long before, so only a single huge observation comes near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one session may send and hold; bytes, frames and seconds as the names say."""

    max_frame_bytes: int = 1024 * 1024
    """Of one ClientBatch as a whole, encoded."""
    max_batch: int = 256
    """Frames in one ClientBatch."""
    max_unacked_frames: int = 4096
    """Kept for a resume; a session that lets more gather is cut."""
    resume_window: float = 30.0
    """How long a dropped session is kept, seconds."""
    heartbeat: float = 10.0
    """A Ping comes after this much silence, seconds."""
    max_seats: int = 1024
    """Held at once by one session."""
    provenance_per_minute: int = 256 * 1024 * 1024
    """Bytes that are kept of what one session's agents tell of their moves."""

    def message(self) -> pb.Limits:
        """As the welcome states them."""
        return pb.Limits(
            max_frame_bytes=self.max_frame_bytes,
            max_batch=self.max_batch,
            max_unacked_frames=self.max_unacked_frames,
            resume_window_ms=round(self.resume_window * 1000),
            heartbeat_ms=round(self.heartbeat * 1000),
            max_seats=self.max_seats,
            provenance_per_minute=self.provenance_per_minute,
        )

    @classmethod
    def read(cls, message: pb.Limits) -> Self:
        """What a welcome states; a limit it leaves out is the default."""
        default = cls()
        return cls(
            max_frame_bytes=message.max_frame_bytes or default.max_frame_bytes,
            max_batch=message.max_batch or default.max_batch,
            max_unacked_frames=message.max_unacked_frames or default.max_unacked_frames,
            resume_window=message.resume_window_ms / 1000 or default.resume_window,
            heartbeat=message.heartbeat_ms / 1000 or default.heartbeat,
            max_seats=message.max_seats or default.max_seats,
            provenance_per_minute=message.provenance_per_minute or default.provenance_per_minute,
        )
