"""TextArena's loop in tic-tac-toe. Usage: loop_textarena.py SECONDS, with TEXTARENA_ID naming the registered id."""

import os
from random import Random

import textarena
from measure import main

NAME = os.environ.get("TEXTARENA_ID", "TicTacToe-v0")
RNG = Random(0)
ENV = textarena.make(NAME)


def play() -> int:
    """One game; each observation is taken, as an agent would, and a random free square is named."""
    ENV.reset(num_players=2)
    squares = RNG.sample(range(9), 9)
    done = False
    decisions = 0
    while not done:
        ENV.get_observation()
        done, _ = ENV.step(action=f"[{squares[decisions]}]")
        decisions += 1
    ENV.close()
    return decisions


if __name__ == "__main__":
    main(play, ["textarena"])
