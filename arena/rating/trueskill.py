"""TrueSkill (Herbrich, Minka and Graepel, NIPS 2006): the default ladder.

Two agents take the closed form of the two-player update; other shapes go through the factor graph of the `trueskill`
package.
"""

from collections.abc import Mapping, Sequence
from math import erfc, exp, pi, sqrt
from statistics import NormalDist
from typing import Any, ClassVar, Final

from arena.core.values import AgentName
from arena.rating.results import SetResult, Standing
from arena.rating.system import Rating, RatingSystem

MU = 25.0
SIGMA = MU / 3
BETA = SIGMA / 2
"""The spread of one performance: a skill gap of BETA wins about three times in four."""
TAU = SIGMA / 100
"""Drift between sets, since an agent may learn under its name; 0 for frozen checkpoints."""
DRAW = 0.10
"""The probability of a draw between equals."""


class TrueSkill(RatingSystem):
    """`value` is mu and `uncertainty` sigma, of a normal belief that starts at (25, 25/3)."""

    name: ClassVar[str] = "trueskill"

    def __init__(self, tau: float = TAU, draw: float = DRAW) -> None:
        self._tau = tau
        self._draw = draw
        self._margin = NormalDist().inv_cdf((draw + 1) / 2) * sqrt(2) * BETA
        self._beliefs: dict[AgentName, tuple[float, float]] = {}
        self._package: Any = None

    def add(self, result: SetResult) -> None:
        """Update the beliefs of all agents of the set from their ranks."""
        lines = result.standings
        if len(lines) == 2:
            better, worse = (lines[0], lines[1]) if lines[0].rank <= lines[1].rank else (lines[1], lines[0])
            self._add_pair(better.agent, worse.agent, better.rank == worse.rank)
        elif len(lines) > 2:
            self._add_many(lines)
        else:
            for line in lines:
                self._beliefs.setdefault(line.agent, (MU, SIGMA))

    def ratings(self) -> Mapping[AgentName, Rating]:
        """Mu and sigma of every agent."""
        return {agent: Rating(*belief) for agent, belief in self._beliefs.items()}

    def _add_pair(self, winner: AgentName, loser: AgentName, drawn: bool) -> None:
        mu_w, sigma_w = self._beliefs.get(winner, (MU, SIGMA))
        mu_l, sigma_l = self._beliefs.get(loser, (MU, SIGMA))
        var_w, var_l = sigma_w * sigma_w + self._tau**2, sigma_l * sigma_l + self._tau**2
        spread2 = 2 * BETA * BETA + var_w + var_l
        spread = sqrt(spread2)
        v, w = (_drawn if drawn else _won)((mu_w - mu_l) / spread, self._margin / spread)
        self._beliefs[winner] = mu_w + var_w / spread * v, sqrt(var_w * (1 - var_w / spread2 * w))
        self._beliefs[loser] = mu_l - var_l / spread * v, sqrt(var_l * (1 - var_l / spread2 * w))

    def _add_many(self, lines: Sequence[Standing]) -> None:
        if self._package is None:
            import trueskill

            self._package = trueskill.TrueSkill(MU, SIGMA, BETA, self._tau, self._draw, EXACT)
        groups = [(self._package.create_rating(*self._beliefs.get(line.agent, (MU, SIGMA))),) for line in lines]
        for line, (rating,) in zip(lines, self._package.rate(groups, [line.rank for line in lines]), strict=True):
            self._beliefs[line.agent] = rating.mu, rating.sigma


def _won(gap: float, margin: float) -> tuple[float, float]:
    """V and W of the paper for a win: how far the means move and the variances shrink."""
    x = gap - margin
    beaten = _cdf(x)
    v = _pdf(x) / beaten if beaten else -x
    return v, v * (v + x)


def _drawn(gap: float, margin: float) -> tuple[float, float]:
    """V and W of the paper for a draw; even in the gap's sign for W, odd for V."""
    low, high = -margin - abs(gap), margin - abs(gap)
    within = _cdf(high) - _cdf(low)
    if not within:
        return (high if gap >= 0 else -high), 1.0
    v = (_pdf(low) - _pdf(high)) / within
    w = v * v + (high * _pdf(high) - low * _pdf(low)) / within
    return (v if gap >= 0 else -v), w


def _pdf(x: float) -> float:
    return exp(-x * x / 2) / _ROOT_TAU


def _cdf(x: float) -> float:
    return 0.5 * erfc(-x / _ROOT_TWO)


_ROOT_TAU = sqrt(2 * pi)
_ROOT_TWO = sqrt(2)

EXACT: Final = (_cdf, _pdf, NormalDist().inv_cdf)
"""A backend for the package: its own normal distribution is off by 1e-7, which draws magnify to some 1e-6."""
