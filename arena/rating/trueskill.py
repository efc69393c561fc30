"""TrueSkill (Herbrich, Minka and Graepel, NIPS 2006): the default ladder.

Two agents take the closed form of the two-player update; other shapes go through the factor graph of the `trueskill`
package, with the same two functions of the truncated normal.
"""

from collections.abc import Iterable, Sequence
from math import erfc, exp, pi, sqrt
from statistics import NormalDist
from typing import Any, ClassVar, Final

from arena.core.options import Option
from arena.core.values import Json
from arena.rating.beliefs import NormalBeliefs
from arena.rating.pairwise import FROZEN
from arena.rating.results import Side

_MU = 25.0
_SIGMA = _MU / 3


class TrueSkill(NormalBeliefs):
    """`value` is mu and `uncertainty` sigma, of a normal belief that starts at (25, 25/3).

    A weight is partial play: the share of a set that an agent took part in.
    """

    name: ClassVar[str] = "trueskill"
    options: ClassVar[tuple[Option, ...]] = (
        Option(name="mu", default=_MU, kind="float", low=-1e6, high=1e6, help="Skill of a new agent."),
        Option(name="sigma", default=_SIGMA, kind="float", low=1e-2, high=1e4, help="How uncertain that is."),
        Option(name="beta", default=_SIGMA / 2, kind="float", low=1e-2, high=1e4, help="Spread of one performance."),
        Option(name="tau", default=_SIGMA / 100, kind="float", low=0, high=1e4, help="Drift of a skill between sets."),
        Option(name="draw", default=0.10, kind="float", low=0, high=0.99, help="Probability that equals draw."),
        FROZEN,
    )

    def __init__(self, **settings: Json) -> None:
        super().__init__(**settings)
        self._beta, self._draw = self._number("beta"), self._number("draw")
        self._margin = NormalDist().inv_cdf((self._draw + 1) / 2) * sqrt(2) * self._beta
        self._graph: Any = None

    def _rate_pairs(self, first: Iterable[int], second: Iterable[int], score: Iterable[float]) -> None:
        mu, variance, drift, margin = self._mu, self._variance, self._drift, self._margin
        noise = 2 * self._beta * self._beta
        for i, j, s in zip(first, second, score, strict=True):
            if s < 0.5:
                i, j = j, i  # noqa: PLW2901 - the winner comes first
            var_i, var_j = variance[i] + drift[i], variance[j] + drift[j]
            spread2 = noise + var_i + var_j
            spread = sqrt(spread2)
            gap = (mu[i] - mu[j]) / spread
            v, w = drawn(gap, margin / spread) if s == 0.5 else won(gap, margin / spread)
            v, w = v / spread, w / spread2
            mu[i] += var_i * v
            mu[j] -= var_j * v
            variance[i] = var_i * (1 - var_i * w)
            variance[j] = var_j * (1 - var_j * w)

    def _rate_beliefs(
        self, parts: Sequence[Side], beliefs: Sequence[Sequence[tuple[float, float]]]
    ) -> list[list[tuple[float, float]]]:
        graph = self._graph = self._graph or factor_graph(self._beta, self._draw)
        groups = [tuple(graph.create_rating(*belief) for belief in side) for side in beliefs]
        weights = [tuple(side.weights or (1,) * len(side.agents)) for side in parts]
        rated = graph.rate(groups, [side.rank for side in parts], weights)
        return [[(rating.mu, rating.sigma) for rating in group] for group in rated]


def factor_graph(beta: float, draw: float) -> Any:
    """The package's model without drift, which stays finite after the most surprising results.

    Its own normal distribution is off by 1e-7, which draws magnify to some 1e-6, and its own functions of the truncated
    normal raise where a tail underflows: both are replaced.
    """
    import trueskill

    graph = trueskill.TrueSkill(_MU, _SIGMA, beta, 0.0, draw, EXACT)
    graph.v_win = lambda gap, margin: won(gap, margin)[0]
    graph.w_win = lambda gap, margin: min(won(gap, margin)[1], _ALMOST_ONE)
    graph.v_draw = lambda gap, margin: drawn(gap, margin)[0]
    graph.w_draw = lambda gap, margin: min(drawn(gap, margin)[1], _ALMOST_ONE)
    return graph


def won(gap: float, margin: float) -> tuple[float, float]:
    """V and W of the paper for a win: how far the means move and the variances shrink.

    Both arguments are in units of the spread of the difference of the two performances.
    """
    x = gap - margin
    if x < _TAIL:
        return _tail(-x)
    z = x * _ROOT_HALF
    v = _DENSITY * exp(-z * z) / erfc(-z)
    return v, v * (v + x)


def drawn(gap: float, margin: float) -> tuple[float, float]:
    """V and W of the paper for a draw; even in the gap's sign for W, odd for V."""
    far = gap if gap >= 0 else -gap
    high = (margin - far) * _ROOT_HALF
    low = (-margin - far) * _ROOT_HALF
    within = erfc(-high) - erfc(-low)
    if within < _VANISHED or margin < _POINT:
        v, w = _tail(far - margin) if margin * (far - margin) > 3 else (far, 1.0)
        return (-v if gap >= 0 else v), w
    at_low, at_high = exp(-low * low), exp(-high * high)
    v = _DENSITY * (at_low - at_high) / within
    w = v * v + _DENSITY * _ROOT_TWO * (high * at_high - low * at_low) / within
    return (v if gap >= 0 else -v), min(w, 1.0)


def _tail(t: float) -> tuple[float, float]:
    """V and W for a gap of -t where the tail underflows, by the expansion of Mills' ratio."""
    over = 1 / t - 2 / t**3 + 10 / t**5
    return t + over, (t + over) * over


_TAIL: Final = -37.0
_ALMOST_ONE: Final = 1 - 1e-12
_VANISHED: Final = 1e-300
_POINT: Final = 1e-5
"""A margin so thin that a draw says no less than that both were equal."""
_ROOT_TWO: Final = sqrt(2)
_ROOT_HALF: Final = sqrt(0.5)
_DENSITY: Final = sqrt(2 / pi)
"""Twice the density of the standard normal at 0, as erfc is twice its tail."""
_STANDARD: Final = NormalDist()

EXACT: Final = (lambda x: 0.5 * erfc(-x / _ROOT_TWO), _STANDARD.pdf, _STANDARD.inv_cdf)
"""The normal distribution in full precision, as a backend of the package: cdf, pdf and inverse cdf."""
