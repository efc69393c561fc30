"""The plain values that games, agents and the wire exchange, and the names of identifiers."""

from collections.abc import Mapping, Sequence
from typing import Final, NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Tensor: TypeAlias = NDArray[np.generic]
Value: TypeAlias = Json | Tensor
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
EVENTS: Final = "events"
"""What happened since this viewer last looked, speech included."""
LABELS: Final = "labels"
"""A name for each legal action id."""
