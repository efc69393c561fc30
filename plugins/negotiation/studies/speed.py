"""Moves a second on one core: `python -m plugins.negotiation.studies.speed [SECONDS]`.

A match is a scenario drawn and judged, and for each move what a worker does without a network: the legal forms, the
check of an answer, the step, and the JSON view for whoever is to move. Choosing the answers is not counted.
"""

import sys
import time
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Final

from arena.agents.sampling import sample
from arena.core.seed import Seed
from arena.core.values import VIEW
from plugins.negotiation.studies.tables import GAMES, made

_SLICES: Final = 5
"""The best of so many counts, since whatever else the machine does can only slow it down."""


def speed(rated_id: str, seconds: float, deals: Iterator[int]) -> tuple[float, float]:
    """Moves a CPU second, and moves a match; no deal comes twice, whose scenario would be remembered."""
    game, rng = made(rated_id), Random(1)
    spent, moves, matches = 0.0, 0, 0
    while spent < seconds:
        began, chosen = time.process_time(), 0.0
        state = game.new_state(Seed.of(next(deals)), {})
        while movers := state.to_move():
            (seat,) = movers
            state.observe(seat, frozenset({VIEW}))
            legal = state.legal(seat)
            thought = time.process_time()
            answer = sample(legal, rng)
            chosen += time.process_time() - thought
            state.step({seat: state.check(seat, answer)})
            moves += 1
        state.outcome()
        spent, matches = spent + time.process_time() - began - chosen, matches + 1
    return moves / spent, moves / matches


def main(seconds: float) -> None:
    """One line a game."""
    print("| game | moves a second | moves a match |\n|---|---|---|")
    deals = count()
    for rated_id in GAMES:
        rate, length = max(speed(rated_id, seconds / _SLICES, deals) for _ in range(_SLICES))
        print(f"| `{rated_id}` | {rate:,.0f} | {length:.1f} |")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
