"""Nash averaging: agents weighted by how much they matter in the game of choosing an agent.

Balduzzi, Tuyls, Perolat and Graepel, "Re-evaluating Evaluation" (2018). Of all Nash equilibria of the zero-sum game
that the margins define, the one of maximal entropy is unique, and copies of an agent share the weight of one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TIE: Final = 1e-12
"""Margins this small, beside the largest one, are none: differences of sums of decimals leave such rests."""

_PLAYED: Final = 1e-9
"""Weights below this are rests of the solver's arithmetic."""

_REGULAR: Final = 1e-9
"""Singular values above this, beside the largest one, are not those of a game with a choice of equilibria."""


@dataclass(frozen=True, slots=True, eq=False)
class NashAverage:
    """`weights` sum to 1; `ratings` are the margins against an opponent drawn by them, 0 at most, 0 where weight is."""

    weights: Floats
    ratings: Floats


def nash_average(margins: Floats) -> NashAverage:
    """The maximum-entropy symmetric equilibrium of an antisymmetric matrix of shape (n, n), n at least 1.

    An agent is weighted when any equilibrium plays it. Among all equilibria on those agents, that of maximal entropy is
    found through its dual: weights are proportional to exp(-multipliers @ margins), the multipliers of agents that no
    equilibrium plays being positive.
    """
    largest = np.abs(margins).max(initial=0.0)
    if largest == 0:
        return NashAverage(np.full(len(margins), 1 / len(margins)), np.zeros(len(margins)))
    game = margins / largest
    game = np.where(np.abs(game) < _TIE, 0.0, game)
    played = _played(game)
    weights = np.zeros(len(game))
    weights[played] = _most_even(game[:, played], played)
    return NashAverage(weights, margins @ weights)


def _played(game: Floats) -> NDArray[np.bool_]:
    """Which agents some equilibrium plays: the largest support, by one linear program.

    Equilibria up to scale are the x >= 0 with game @ x <= 0; as x may be as large as need be, the sum of the t with
    t <= x and t <= 1 is largest with t = 1 for every agent that can be played at all.
    """
    from scipy.optimize import linprog

    n = len(game)
    eye, none = np.eye(n), np.zeros((n, n))
    rows, bounds = np.block([[game, none], [-eye, eye]]), [(0, None)] * n + [(0, 1)] * n
    for method in ("highs", "highs-ipm"):
        found = linprog(np.repeat([0.0, -1.0], n), A_ub=rows, b_ub=np.zeros(2 * n), bounds=bounds, method=method)
        if found.status == 0:
            return np.asarray(found.x)[n:] > 0.5
    return _equilibrium(game) > _PLAYED


def _equilibrium(game: Floats) -> Floats:
    """Any equilibrium: what is left when the solver gives up on scales that lie far apart, at 200 agents and more.

    Payoffs of that kind are full of noise, and have one equilibrium only.
    """
    from scipy.optimize import linprog

    n = len(game)
    found = linprog(np.zeros(n), A_ub=game, b_ub=np.zeros(n), A_eq=np.ones((1, n)), b_eq=[1], method="highs")
    return np.asarray(found.x)


def _most_even(against: Floats, played: NDArray[np.bool_]) -> Floats:
    """The weights of maximal entropy with `against` @ weights = 0 for those played, and <= 0 for the others.

    `against` has shape (all agents, agents played). Mostly one solution of the equations is all there is.
    """
    from scipy.optimize import minimize

    _, strengths, directions = np.linalg.svd(against[played])
    if len(strengths) == 1 or strengths[-2] > _REGULAR * strengths[0]:
        only: Floats = directions[-1] / directions[-1].sum()
        if only.min() > 0:
            return only

    def dual(multipliers: Floats) -> tuple[float, Floats]:
        weights, log_sum = _softmax(-multipliers @ against)
        return log_sum, -(against @ weights)

    bounds = [(None, None) if own else (0, None) for own in played]
    options = {"maxiter": 20_000, "maxfun": 40_000, "ftol": 0.0, "gtol": 1e-13, "maxcor": 30}
    start = np.zeros(len(played))
    found = minimize(dual, start, method="L-BFGS-B", jac=True, bounds=bounds, options=options)  # type: ignore[call-overload]  # its stubs forget (value, gradient) pairs
    return _softmax(-found.x @ against)[0]


def _softmax(exponents: Floats) -> tuple[Floats, float]:
    """Shares in proportion to the exponentials, and the logarithm of the sum of these."""
    top = exponents.max()
    terms = np.exp(exponents - top)
    return terms / terms.sum(), float(top + np.log(terms.sum()))
