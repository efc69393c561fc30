"""Alpha-rank: how much time a population spends on each agent when better ones take over.

Omidshafiei et al., "alpha-Rank: Multi-Agent Evaluation by Evolution" (2019), for one population of symmetric pairs. All
is computed in logarithms and without a subtraction, so that no intensity of selection makes it overflow or NaN.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

POPULATION: Final = 50
"""How many individuals the population has, as in the paper."""


def alpha_rank(payoffs: Floats, alpha: float = math.inf, population: int = POPULATION) -> Floats:
    """The share of time on each agent, shape (n,), summing to 1, from the payoffs of rows against columns, (n, n).

    `alpha` is the intensity of selection; infinity is the limit of large ones, in which a mutant takes over always,
    with chance 1 / population or never, as its payoff is above, equal to or below that of the resident.
    """
    advantage = payoffs.T - payoffs  # of a mutant (column) over a resident (row)
    if math.isinf(alpha):
        takeover = np.where(advantage > 0, 0.0, np.where(advantage == 0, -math.log(population), -math.inf))
    else:
        takeover = _log_fixation(alpha * advantage, population)
    np.fill_diagonal(takeover, -math.inf)
    final = _last_class(takeover)
    shares = np.zeros(len(payoffs))
    shares[final] = _stationary(takeover[np.ix_(final, final)])
    return shares


def _log_fixation(selection: Floats, population: int) -> Floats:
    """log (1 - exp(-s)) / (1 - exp(-m s)) for selection s, which is 1/m at 0."""
    size = np.abs(selection)
    safe = np.where(size == 0, 1.0, size)
    log_ratio = np.log(-np.expm1(-safe)) - np.log(-np.expm1(-population * safe))
    against = -(population - 1) * size
    return np.where(size == 0, -math.log(population), log_ratio + np.where(selection < 0, against, 0.0))


def _last_class(takeover: Floats) -> NDArray[np.int_]:
    """The agents that are never left for good. Of any two one can replace the other, so there is one such class.

    It is the one without a way out; all agents lie in it at a finite intensity of selection.
    """
    from scipy.sparse.csgraph import connected_components

    ways = np.isfinite(takeover)
    count, labels = connected_components(ways, directed=True, connection="strong")
    closed = next(c for c in range(count) if not ways[np.ix_(labels == c, labels != c)].any())
    return np.flatnonzero(labels == closed)


def _stationary(flow: Floats) -> Floats:
    """The stationary distribution of an irreducible chain from the logarithms of its rates.

    Grassmann, Taksar and Heyman's elimination of one state after the other (1985): only sums, products and quotients.
    """
    rates = flow.copy()
    n = len(rates)
    for last in range(n - 1, 0, -1):
        rates[:last, last] -= np.logaddexp.reduce(rates[last, :last])
        detour = rates[:last, last, None] + rates[last, None, :last]
        rates[:last, :last] = np.logaddexp(rates[:last, :last], detour)
    visits = np.zeros(n)
    for state in range(1, n):
        visits[state] = np.logaddexp.reduce(visits[:state] + rates[:state, state])
    shares = np.exp(visits - visits.max())
    return np.asarray(shares / shares.sum())
