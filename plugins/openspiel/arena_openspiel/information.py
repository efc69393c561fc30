"""The information states of a small OpenSpiel game: what a policy decides in, and what a seat is shown there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import pyspiel

from arena.core.errors import GameUnavailable
from arena.core.values import Seat
from arena_openspiel.game import OpenSpielGame

MAX_STATES: Final = 10_000
"""Histories of a game that is small enough for a table, chance and ends included: Kuhn poker has 58, Leduc 9,457."""


@dataclass(frozen=True, slots=True)
class InformationState:
    """Where a seat decides: OpenSpiel's string for it, the `text` the seat reads, and its legal actions by name."""

    key: str
    text: str
    actions: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Information:
    """All information states of a game by OpenSpiel's string; `states` counts its histories."""

    states: int
    found: Mapping[str, InformationState]


def information_of(game: OpenSpielGame) -> Information:
    """The information states of `game`.

    Raises:
        GameUnavailable: seats move at the same time, the game names no information states or draws its own chance, or
            it is too large.
    """
    _require_tabular(game)
    states, found = _count(game), dict[str, InformationState]()
    for state in histories(game.engine):
        if state.is_player_node():
            seen = _seen(game, state)
            found.setdefault(seen.key, seen)
    return Information(states, found)


def _count(game: OpenSpielGame) -> int:
    states = sum(1 for _ in islice(histories(game.engine), MAX_STATES + 1))
    if states > MAX_STATES:
        raise GameUnavailable(
            f"{game.spec.id} has more than {MAX_STATES} states, too many for a table of a policy; make it smaller by "
            "its options, or choose an agent that needs no table, such as random"
        )
    return states


def _require_tabular(game: OpenSpielGame) -> None:
    about = game.engine.get_type()
    if about.dynamics != pyspiel.GameType.Dynamics.SEQUENTIAL:
        raise GameUnavailable(
            f"{game.spec.id} has simultaneous moves; policies are for games in which seats take turns"
        )
    if about.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
        raise GameUnavailable(f"{game.spec.id} draws its own chance; policies are for games that list its outcomes")
    if not about.provides_information_state_string:
        raise GameUnavailable(f"{game.spec.id} names no information states; policies are for games that do")


def histories(game: pyspiel.Game) -> Iterator[Any]:
    """Every state there is, depth first, with no more of them alive than the longest match has."""
    levels: list[Iterator[Any]] = [iter([game.new_initial_state()])]
    while levels:
        state = next(levels[-1], None)
        if state is None:
            levels.pop()
            continue
        yield state
        levels.append(map(state.child, _followers(state)))


def _followers(state: Any) -> Sequence[int]:
    """The actions after which the game goes on; chance has legal actions too."""
    actions: Sequence[int] = () if state.is_terminal() else state.legal_actions()
    return actions


def _seen(game: OpenSpielGame, state: Any) -> InformationState:
    seat = Seat(state.current_player())
    names = {action: str(state.action_to_string(seat, action)) for action in state.legal_actions()}
    return InformationState(state.information_state_string(seat), game.views.words(state, seat), names)
