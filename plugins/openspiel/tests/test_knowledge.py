"""Nobody is shown what OpenSpiel hides from that seat (RULES.md, 5)."""

from collections.abc import Callable, Iterator
from itertools import permutations, product
from typing import Any

import pytest

from arena.core.canonical import canonical
from arena.core.game import Game, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, TEXT, VIEW, Fields, Seat
from arena_openspiel.state import OpenSpielState

Made = Callable[..., Game]
PASS, BET = 0, 1
ALL: Fields = frozenset({"text", "view", "tensor"})


def cards(state: State) -> tuple[int, int]:
    """Kuhn poker's deal: the card of seat 0, then of seat 1."""
    view: Any = state.observe(OMNISCIENT, frozenset({VIEW}))[VIEW]
    (_, first), (_, second) = view["moves"][:2]
    return first, second


def deal(game: Game, wanted: tuple[int, int]) -> State:
    """A first state with these cards."""
    return next(state for n in range(1000) if cards(state := game.new_state(Seed.of(n), {})) == wanted)


def shown(state: State, viewer: Seat) -> bytes:
    """Everything that reaches this viewer now, as bytes."""
    legal = state.legal(viewer) if viewer in state.to_move() else Choices(())
    assert isinstance(legal, Choices)
    events = list(state.events(viewer, 0))
    return canonical([state.observe(viewer, ALL), events, list(legal.ids), legal.labels])


def unfinished() -> Iterator[tuple[int, ...]]:
    """Kuhn poker's betting histories after which nobody has shown or folded."""
    yield from ((), (PASS,), (BET,), (PASS, BET))


@pytest.mark.parametrize(("viewer", "line"), list(product((0, 1), unfinished())))
def test_seat_sees_the_same_bytes_whatever_the_other_card(made: Made, viewer: int, line: tuple[int, ...]) -> None:
    game = made("kuhn_poker")
    seen: dict[int, set[bytes]] = {0: set(), 1: set(), 2: set()}
    for dealt in permutations(range(3), 2):
        state = deal(game, dealt)
        for action in line:
            state.step(dict.fromkeys(state.to_move(), action))
        seen[dealt[viewer]].add(shown(state, Seat(viewer)))
    assert [len(views) for views in seen.values()] == [1, 1, 1]
    assert len(set().union(*seen.values())) == 3


@pytest.mark.parametrize("line", list(unfinished()))
def test_spectator_sees_no_card(made: Made, line: tuple[int, ...]) -> None:
    game, seen = made("kuhn_poker"), set[bytes]()
    for dealt in permutations(range(3), 2):
        state = deal(game, dealt)
        for action in line:
            state.step(dict.fromkeys(state.to_move(), action))
        seen.add(shown(state, SPECTATOR))
    assert len(seen) == 1


def test_failed_tries_of_a_phantom_game_are_not_betrayed(made: Made) -> None:
    game = made("phantom_ttt")
    clean, tried = (game.new_state(Seed.of(1), {}) for _ in range(2))
    for actions, state in (((0, 1), clean), ((0, 0, 1), tried)):
        for action in actions:
            state.step(dict.fromkeys(state.to_move(), action))
    assert clean.to_move() == tried.to_move() == (0,)
    assert shown(clean, Seat(0)) == shown(tried, Seat(0))
    assert shown(clean, SPECTATOR) == shown(tried, SPECTATOR)
    assert shown(clean, Seat(1)) != shown(tried, Seat(1))


@pytest.mark.parametrize("name", ["leduc_poker", "universal_poker", "bridge", "oh_hell", "hearts", "euchre"])
def test_another_deal_that_looks_the_same_can_be_had(made: Made, name: str) -> None:
    game = made(name)
    state, other = game.new_state(Seed.of(3), {}), game.indistinguishable(Seed.of(3), Seat(0))
    assert other is not None
    assert shown(state, Seat(0)) == shown(other, Seat(0))
    assert shown(state, OMNISCIENT) != shown(other, OMNISCIENT)


@pytest.mark.parametrize("name", ["kuhn_poker", "battleship", "gin_rummy", "dark_hex", "liars_dice", "hanabi", "skat"])
def test_hidden_state_is_never_a_text(made: Made, name: str) -> None:
    game = made(name)
    state = game.new_state(Seed.of(2), {})
    assert isinstance(state, OpenSpielState)
    for seat in range(game.spec.seats):
        assert state.observe(Seat(seat), frozenset({TEXT}))[TEXT] != str(state.engine)


def test_text_is_the_information_state(made: Made) -> None:
    state = deal(made("kuhn_poker"), (2, 0))
    assert state.observe(Seat(0), frozenset({TEXT})) == {TEXT: "2"}
    board = made("tic_tac_toe").new_state(Seed.of(1), {}).observe(Seat(0), frozenset({TEXT}))[TEXT]
    assert str(board).startswith("...\n...\n...")
