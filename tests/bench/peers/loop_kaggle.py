"""The loop of kaggle-environments in tic-tac-toe, with its own random agent in both seats. Usage: loop_kaggle.py SECONDS."""

from kaggle_environments import make
from measure import main

ENV = make("tictactoe")


def play() -> int:
    """One game; every step but the first holds one decision."""
    return len(ENV.run(["random", "random"])) - 1


if __name__ == "__main__":
    main(play, ["kaggle-environments", "numpy"])
