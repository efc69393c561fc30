"""The loop of kaggle-environments in tic-tac-toe. Usage: loop_kaggle.py SECONDS.

Releases up to 1.25 have `tictactoe`; later ones play it through OpenSpiel.
"""

from random import Random
from typing import Any

from kaggle_environments import environments, make
from measure import main

OWN, THROUGH_OPENSPIEL = "tictactoe", "open_spiel_tic_tac_toe"
RNG = Random(0)


def choose(observation: Any, configuration: Any) -> dict[str, int]:
    """An agent for the later releases, whose own random one plays no legal move here."""
    legal = observation.get("legalActions")
    return {"submission": legal[int(RNG.random() * len(legal))] if legal else -1}


if OWN in environments:
    ENV, AGENTS, SET_UP_STEPS = make(OWN), ["random", "random"], 1
else:
    ENV = make(THROUGH_OPENSPIEL, configuration={"includeLegalActions": True})
    AGENTS, SET_UP_STEPS = [choose, choose], 2


def play() -> int:
    """One game; every step behind the set-up holds one decision."""
    steps = ENV.run(AGENTS)
    if any(seat.status != "DONE" for seat in steps[-1]):
        raise RuntimeError(f"a game ended as {[seat.status for seat in steps[-1]]}")
    return len(steps) - SET_UP_STEPS


if __name__ == "__main__":
    main(play, ["kaggle-environments", "numpy"])
