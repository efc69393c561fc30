"""The fields of an observation, and who builds each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from arena.core.game import FieldSpec
from arena.core.values import TEXT, Fields, Seat, Value

if TYPE_CHECKING:
    from arena_pokemon_vgc.game import VgcGame
    from arena_pokemon_vgc.state import VgcState

REQUEST: Final = "request"
FIELDS: Final = (
    FieldSpec(name=TEXT, kind="text", help="the match as this viewer knows it, in words"),
    FieldSpec(name=REQUEST, kind="json", help="what the simulator asks of this seat, as it says it; null for none"),
)


class Views:
    """Builds the observations of one format."""

    def __init__(self, game: "VgcGame") -> None:
        self._game = game

    def build(self, state: "VgcState", viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """The wanted fields."""
        fields: dict[str, Value] = {}
        if TEXT in want:
            fields[TEXT] = "\n".join(state.feed.lines(viewer)[-30:])
        if REQUEST in want and viewer >= 0:
            fields[REQUEST] = state.request(viewer)
        return fields
