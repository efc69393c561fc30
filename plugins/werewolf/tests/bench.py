"""Measures the engine: moves a second on one core, `python -m plugins.werewolf.tests.bench [SECONDS]`.

Blind is the engine alone with random choices; with text, every decision comes with the view that a language model gets.
"""

import sys
from random import Random
from time import process_time
from typing import Final

from arena.agents.sampling import sample
from arena.core.seed import Seed
from arena.core.values import TEXT, Fields
from arena_werewolf.presets import PRESETS
from plugins.werewolf.tests.driver import make

WANTED: Final = 5_000
"""Moves a second that every setting must reach."""


def speed(name: str, want: Fields, seconds: float) -> float:
    """Moves a second of this process's time."""
    game, moves, matches, began = make(name), 0, 0, process_time()
    while process_time() - began < seconds:
        state, rng = game.new_state(Seed.of(matches), {}), Random(matches)
        matches += 1
        while movers := state.to_move():
            for seat in movers if want else ():
                state.observe(seat, want)
            actions = {seat: state.check(seat, sample(state.legal(seat), rng)) for seat in movers}
            state.step(actions)
            moves += len(actions)
    return moves / (process_time() - began)


if __name__ == "__main__":
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    print(f"{'setting':<18}{'blind':>12}{'with text':>12}   moves/s a core; wanted: {WANTED:,}")
    for preset in PRESETS:
        blind, text = (speed(preset.name, want, limit) for want in (frozenset[str](), frozenset({TEXT})))
        print(f"{preset.name:<18}{blind:>12,.0f}{text:>12,.0f}")
