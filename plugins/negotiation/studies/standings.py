"""Which bot is better than which: the tables of FIGURES.md.

`python -m plugins.negotiation.studies.standings [DEALS] [GAME ...]`. All bots play all bots over the same deals, from
every seat. A bot's number is its mean own surplus over the pool, itself left out; one bot is above another when the
whole 95 % interval of the paired difference is above zero.
"""

import sys
from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from plugins.negotiation.studies.tables import GAMES, agents, made, mean_of, own_surplus

Pool = dict[tuple[str, str], NDArray[np.float64]]
"""Own surplus for each deal of the first against the second."""


def pool(rated_id: str, deals: int) -> Pool:
    """Everybody against everybody; in games of more seats the opponent takes all the others."""
    game = made(rated_id)
    makers = {name: maker for name, maker in agents().items() if name != "chance"}
    return {
        (one, other): own_surplus(game, deals, makers[one], [makers[other]]) for one, other in product(makers, repeat=2)
    }


def against_all(played: Pool, name: str, without: str = "") -> NDArray[np.float64]:
    """The mean over the pool for each deal; `without` leaves out one opponent more, so that two face the same ones."""
    return np.mean(
        [each for (one, other), each in played.items() if one == name and other not in {name, without}], axis=0
    )


def duel(played: Pool, one: str, other: str) -> NDArray[np.float64]:
    """By how much `one` gains more than `other` where the two meet."""
    return played[one, other] - played[other, one]


def show(rated_id: str, played: Pool) -> None:
    """One table."""
    names = sorted({one for one, _ in played}, key=lambda name: -against_all(played, name).mean())
    print(f"\n### `{rated_id}`\n")
    print("| bot | own surplus against the pool | above | gains more than, where they meet |\n|---|---|---|---|")
    for name in names:
        rest = [other for other in names if other != name]
        above = [o for o in rest if mean_of(against_all(played, name, o) - against_all(played, o, name)).is_positive]
        beats = [o for o in rest if mean_of(duel(played, name, o)).is_positive]
        mean = mean_of(against_all(played, name))
        print(f"| `{name}` | {mean} | {', '.join(above) or '-'} | {', '.join(beats) or '-'} |")


def main(deals: int, games: Sequence[str]) -> None:
    """One table a game."""
    for rated_id in games:
        show(rated_id, pool(rated_id, deals))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, sys.argv[2:] or GAMES)
