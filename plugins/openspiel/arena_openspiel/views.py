"""What each viewer may see of an OpenSpiel state. A seat sees OpenSpiel's view of that seat, never the state itself."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, Final, TypeAlias

import numpy as np
import pyspiel

from arena.core.game import FieldSpec
from arena.core.values import OMNISCIENT, TENSOR, TEXT, VIEW, Fields, Json, Seat, Value

_Engine: TypeAlias = Any
_TEXT: Final = FieldSpec(name=TEXT, kind="text", help="OpenSpiel's information state of the seat, else its observation")
_VIEW: Final = FieldSpec(
    name=VIEW,
    kind="json",
    help="seat, your_turn, over, returns once over; with perfect information moves as [player, action], -1 for chance",
)
_PUBLIC_GAMES: Final = frozenset({"coordinated_mp", "goofspiel", "kuhn_poker"})
"""Games with a public observation of their own; others that claim one crash when it is asked for."""

_PUBLIC: Final = pyspiel.IIGObservationType(
    perfect_recall=True, public_info=True, private_info=pyspiel.PrivateInfoType.NONE
)


class Views:
    """The fields of one loaded game, and how each is built."""

    def __init__(self, game: pyspiel.Game) -> None:
        about = game.get_type()
        self.perfect = about.information == pyspiel.GameType.Information.PERFECT_INFORMATION
        self._text = _text_of_a_seat(about, perfect=self.perfect)
        self._public = _public_text(game, perfect=self.perfect)
        self._tensor, self._shape = _tensor_of_a_seat(game)
        self.specs = (_TEXT, _VIEW) if self._tensor is None else (_TEXT, _VIEW, self._tensor_spec())

    def _tensor_spec(self) -> FieldSpec:
        help_text = "OpenSpiel's information state tensor of the seat, else its observation tensor"
        return FieldSpec(name=TENSOR, kind="tensor", help=help_text, shape=self._shape, dtype="float32")

    def build(self, engine: _Engine, viewer: Seat, want: Fields, *, your_turn: bool) -> Mapping[str, Value]:
        """The wanted fields; the spectator and the omniscient have no tensor."""
        fields: dict[str, Value] = {}
        if TEXT in want:
            fields[TEXT] = self.words(engine, viewer)
        if VIEW in want:
            fields[VIEW] = self._view(engine, viewer, your_turn=your_turn)
        if TENSOR in want and self._tensor is not None and viewer >= 0:
            fields[TENSOR] = np.array(self._tensor(engine, viewer), dtype=np.float32).reshape(self._shape)
        return fields

    def words(self, engine: _Engine, viewer: Seat) -> str:
        """The field `text` of this viewer."""
        if viewer >= 0:
            return self._text(engine, viewer)
        return str(engine) if viewer == OMNISCIENT else self._public(engine)

    def _view(self, engine: _Engine, viewer: Seat, *, your_turn: bool) -> Json:
        over = engine.is_terminal()
        view: dict[str, Json] = {"over": over}
        if viewer >= 0:
            view |= {"seat": viewer, "your_turn": your_turn}
        if over:
            view["returns"] = engine.returns()
        if self.perfect or viewer == OMNISCIENT:
            view["moves"] = [[move.player, move.action] for move in engine.full_history()]
        return view


def _text_of_a_seat(about: pyspiel.GameType, *, perfect: bool) -> Callable[[_Engine, Seat], str]:
    text: Callable[[_Engine, Seat], str] = pyspiel.State.observation_string
    if about.provides_information_state_string:
        both = perfect and about.provides_observation_string
        text = _board_and_history if both else pyspiel.State.information_state_string
    return text


def _board_and_history(engine: _Engine, seat: Seat) -> str:
    # With perfect information the information state is mostly the bare list of moves: the board reads better.
    return f"{engine.observation_string(seat)}\n\nInformation state: {engine.information_state_string(seat)}"


def _public_text(game: pyspiel.Game, *, perfect: bool) -> Callable[[_Engine], str]:
    """What the rules make public, for the spectator; else, where OpenSpiel has no word for it, whether it is over.

    Not even moves are counted there: in phantom games the count betrays the failed tries.
    """
    if perfect:
        return str
    if game.get_type().short_name not in _PUBLIC_GAMES:
        return lambda engine: "The match is over." if engine.is_terminal() else "The match is being played."
    observation = pyspiel._Observation(game, game.make_observer(_PUBLIC, {}))
    return lambda engine: observation.string_from(engine, 0)


def _tensor_of_a_seat(game: pyspiel.Game) -> tuple[Callable[[_Engine, Seat], list[float]] | None, tuple[int, ...]]:
    about = game.get_type()
    if about.provides_information_state_tensor:
        shape, size = game.information_state_tensor_shape(), game.information_state_tensor_size()
        build = pyspiel.State.information_state_tensor
    elif about.provides_observation_tensor:
        shape, size = game.observation_tensor_shape(), game.observation_tensor_size()
        build = pyspiel.State.observation_tensor
    else:
        return None, ()
    return (build, tuple(shape) if prod(shape) == size else (size,)) if size else (None, ())
