"""The loop of kaggle-environments in tic-tac-toe. Usage: loop_kaggle.py SECONDS.

Releases since 1.26 play it through OpenSpiel, at about the speed of the environment of its own that 1.23 had.
"""

from random import Random
from typing import Any

from kaggle_environments import make
from measure import main

SET_UP_STEPS = 2
RNG = Random(0)
ENV = make("open_spiel_tic_tac_toe", configuration={"includeLegalActions": True})


def choose(observation: Any, configuration: Any) -> dict[str, int]:
    """A random agent; the package's own plays no legal move here. The first step asks without legal actions."""
    legal = observation.get("legalActions")
    return {"submission": legal[int(RNG.random() * len(legal))] if legal else -1}


def play() -> int:
    """One game; every step behind the set-up holds one decision."""
    steps = ENV.run([choose, choose])
    if len(steps) <= SET_UP_STEPS or any(seat.status != "DONE" for seat in steps[-1]):
        raise RuntimeError(f"a game of {len(steps)} steps ended as {[seat.status for seat in steps[-1]]}")
    return len(steps) - SET_UP_STEPS


if __name__ == "__main__":
    main(play, ["kaggle-environments", "open_spiel", "numpy"])
