"""PettingZoo's agent loop in tic-tac-toe. Usage: loop_pettingzoo.py SECONDS."""

from random import Random

import numpy as np
from measure import main
from pettingzoo.classic import tictactoe_v3

RNG = Random(0)
ENV = tictactoe_v3.env()


def play() -> int:
    """One game; the last step of each agent is the empty one that the loop asks for."""
    ENV.reset()
    decisions = 0
    for _ in ENV.agent_iter():
        observation, _, terminated, truncated, _ = ENV.last()
        if terminated or truncated:
            ENV.step(None)
            continue
        legal = np.flatnonzero(observation["action_mask"])
        ENV.step(legal[int(RNG.random() * len(legal))])
        decisions += 1
    return decisions


if __name__ == "__main__":
    main(play, ["pettingzoo", "numpy"])
