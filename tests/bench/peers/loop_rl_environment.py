"""The loop of OpenSpiel's rl_environment in tic-tac-toe. Usage: loop_rl_environment.py SECONDS."""

from random import Random

from measure import main
from open_spiel.python import rl_environment

RNG = Random(0)
ENV = rl_environment.Environment("tic_tac_toe")


def play() -> int:
    """One game; every time step carries both information states and the legal actions."""
    time_step = ENV.reset()
    decisions = 0
    while not time_step.last():
        seat = time_step.observations["current_player"]
        legal = time_step.observations["legal_actions"][seat]
        time_step = ENV.step([legal[int(RNG.random() * len(legal))]])
        decisions += 1
    return decisions


if __name__ == "__main__":
    main(play, ["open_spiel", "numpy"])
