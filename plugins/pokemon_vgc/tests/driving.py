"""Playing VGC states with random listed choices."""

from collections.abc import Iterator
from random import Random

from arena.core.seed import Seed
from arena_pokemon_vgc.game import VgcGame
from arena_pokemon_vgc.state import VgcState


def begun(game: VgcGame, seed: int = 1) -> VgcState:
    """A match at its team preview."""
    state = game.new_state(Seed.of(seed), {})
    assert isinstance(state, VgcState)
    return state


def played(state: VgcState, rng: Random, steps: int = 1_000) -> Iterator[VgcState]:
    """The state before each step, and once more at the end."""
    for _ in range(steps):
        yield state
        if not state.to_move():
            return
        state.step({seat: rng.choice(state.legal(seat).ids) for seat in state.to_move()})


def finished(state: VgcState, seed: int = 0) -> VgcState:
    """The state after random choices have ended the match."""
    for _ in played(state, Random(seed)):
        pass
    assert state.outcome() is not None
    return state


def whole_log(state: VgcState) -> list[str]:
    """Every line of the simulator so far, secrets included."""
    return [line for update in state.feed.updates for line in update]
