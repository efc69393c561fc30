"""Maximal lotteries: the mixed choice of an agent that no other choice beats by a majority.

Kreweras (1965) and Fishburn (1984); Lanctot et al., "Evaluating Agents using Social Choice Theory" (2023), for agents.
"""

import numpy as np
from numpy.typing import NDArray

from arena.rating.nash import nash_average


def maximal_lottery(majority: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance of each agent, shape (n,), from the antisymmetric majority margins, shape (n, n).

    A margin is the share of votes for the row less that for the column, a vote being one finished set. The maximal
    lotteries are the equilibria of the margins as a zero-sum game; where there are several, it is the most even one.
    """
    return nash_average(majority).weights
