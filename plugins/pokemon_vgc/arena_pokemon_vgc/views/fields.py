"""The fields of an observation, and who builds each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from arena.core.game import FieldSpec
from arena.core.values import TENSOR, TEXT, VIEW, Fields, Seat, Value
from arena_pokemon_vgc.facts import facts_of
from arena_pokemon_vgc.views.structured import structured
from arena_pokemon_vgc.views.tensor import TOKENS, VERSION, WIDTH, as_tensor
from arena_pokemon_vgc.views.text import in_words

if TYPE_CHECKING:
    from arena_pokemon_vgc.game import VgcGame
    from arena_pokemon_vgc.state import VgcState

REQUEST: Final = "request"
FIELDS: Final = (
    FieldSpec(name=TEXT, kind="text", help="the match as this viewer knows it, in words"),
    FieldSpec(name=VIEW, kind="json", help="the same as a tree: own side exact, the foe's as revealed (RULES.md, 5)"),
    FieldSpec(name=REQUEST, kind="json", help="what the simulator asks of this seat, as it says it; null for none"),
    FieldSpec(
        name=TENSOR,
        kind="tensor",
        help=f"version {VERSION}: twelve Pokemon, own six first (RULES.md, 6)",
        shape=(TOKENS, WIDTH),
        dtype="float32",
    ),
)


class Views:
    """Builds the observations of one format."""

    def __init__(self, game: "VgcGame") -> None:
        self._game = game

    def build(self, state: "VgcState", viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """The wanted fields; viewers without a seat have no request and no tensor."""
        fields: dict[str, Value] = {}
        if REQUEST in want and viewer >= 0:
            fields[REQUEST] = state.request(viewer)
        if not want - {REQUEST}:
            return fields
        facts = facts_of(self._game.simulator, self._game.format.id)
        request = state.request(viewer) if viewer >= 0 else None
        tree = structured(state.feed.known(viewer), facts, viewer, request, list(state.wins))
        if VIEW in want:
            fields[VIEW] = tree
        if TEXT in want:
            fields[TEXT] = in_words(tree, state.feed.lines(viewer))
        if TENSOR in want and viewer >= 0:
            fields[TENSOR] = as_tensor(tree)
        return fields
