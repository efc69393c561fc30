"""OpenSpiel's bare states in tic-tac-toe: no observation is built. Usage: loop_pyspiel.py SECONDS."""

from random import Random

import pyspiel
from measure import main

RNG = Random(0)
GAME = pyspiel.load_game("tic_tac_toe")


def play() -> int:
    """One game."""
    state = GAME.new_initial_state()
    decisions = 0
    while not state.is_terminal():
        legal = state.legal_actions()
        state.apply_action(legal[int(RNG.random() * len(legal))])
        decisions += 1
    state.returns()
    return decisions


if __name__ == "__main__":
    main(play, ["open_spiel"])
