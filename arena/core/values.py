"""The plain values that games, agents and the wire exchange, and the names of identifiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import GameFault

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Tensor: TypeAlias = NDArray[np.generic]

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/wav": ".wav",
}
"""The MIME types a game may show, with the ending of a file that holds one. None of them can run as a program."""

MAX_MEDIA_BYTES: Final = 4 * 1024 * 1024
"""Of one media value."""


@dataclass(frozen=True, slots=True, repr=False)
class Media:
    """A picture or a sound, as the bytes of a file of its MIME type. Part of an observation, never of an action.

    Records hold no media: a game must make the same from the same state, so that a replay shows it again.

    Raises:
        GameFault: the type is none of MEDIA_TYPES, or the bytes are none, not bytes, or more than MAX_MEDIA_BYTES.
    """

    mime: str
    data: bytes

    def __post_init__(self) -> None:
        if self.mime not in MEDIA_TYPES:
            raise GameFault(f"media of type {self.mime!r:.60} cannot be shown; {', '.join(MEDIA_TYPES)} can")
        if type(self.data) is not bytes or not 0 < len(self.data) <= MAX_MEDIA_BYTES:
            raise GameFault(f"a media value must be 1 to {MAX_MEDIA_BYTES} bytes")

    def __repr__(self) -> str:
        return f"[{self.mime}, {_size(len(self.data))}]"


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1_000 else f"{count / 1_000:.0f} kB"


Value: TypeAlias = Json | Tensor | Media
"""One field of an observation."""

Action: TypeAlias = int | str | Mapping[str, Json] | Sequence[Json] | Tensor
"""What a seat decides; its form follows the `Legal` of the request: an id, a text, a JSON value or a tensor."""

Config: TypeAlias = Mapping[str, Json]
"""Every option of a game with its resolved value."""

Seat = NewType("Seat", int)
"""Position 0..n-1 in a match."""

MatchId = NewType("MatchId", str)
SetId = NewType("SetId", str)
AgentName = NewType("AgentName", str)

SPECTATOR: Final = Seat(-1)
"""The viewer that knows what the rules make public."""

OMNISCIENT: Final = Seat(-2)
"""The viewer that knows everything: replays and owners of a finished match only."""

Fields: TypeAlias = frozenset[str]
"""The names of what a viewer wants built; a game builds nothing else."""

TEXT: Final = "text"
"""The whole view in words, for language models and people."""
VIEW: Final = "view"
"""The whole view as JSON."""
TENSOR: Final = "tensor"
"""The whole view as one array."""
PICTURE: Final = "picture"
"""What the viewer sees, as an image."""
EVENTS: Final = "events"
"""What happened since this viewer last looked, speech included."""
LABELS: Final = "labels"
"""A name for each legal action id."""
