"""The models of Weng and Lin (JMLR 12, 2011) as the `openskill` package has them.

Two agents take the package's update written out for two, which equals it; other shapes go through the package.
"""

from collections.abc import Callable, Iterable, Sequence
from math import exp, sqrt, tanh
from statistics import NormalDist
from sys import float_info
from typing import Any, ClassVar, Final

from arena.core.options import Option
from arena.core.values import Json
from arena.rating.beliefs import NormalBeliefs
from arena.rating.pairwise import FROZEN
from arena.rating.results import Side

_MU = 25.0
_OPTIONS: Final = (
    Option(name="mu", default=_MU, kind="float", low=-1e6, high=1e6, help="Skill of a new agent."),
    Option(name="sigma", default=_MU / 3, kind="float", low=1e-2, high=1e4, help="How uncertain that is."),
    Option(name="beta", default=_MU / 6, kind="float", low=1e-2, high=1e4, help="Spread of one performance."),
    Option(name="tau", default=_MU / 300, kind="float", low=0, high=1e4, help="Drift of a skill between sets."),
    Option(
        name="kappa", default=1e-4, kind="float", low=1e-12, high=0.5, help="Least share of a variance left by a set."
    ),
    FROZEN,
)


class WengLin(NormalBeliefs):
    """`value` is mu and `uncertainty` sigma, of a normal belief that starts at (25, 25/3).

    Weights are the package's: the members of a team compared, the one that did most gaining most and losing least.
    """

    options: ClassVar[tuple[Option, ...]] = _OPTIONS
    model: ClassVar[str]
    """The package's class."""

    def __init__(self, **settings: Json) -> None:
        super().__init__(**settings)
        self._beta, self._kappa = self._number("beta"), self._number("kappa")
        self._package: Any = None

    def _rate_beliefs(
        self, parts: Sequence[Side], beliefs: Sequence[Sequence[tuple[float, float]]]
    ) -> list[list[tuple[float, float]]]:
        package = self._package = self._package or self._load()
        teams = [[package.rating(mu=mu, sigma=sigma) for mu, sigma in side] for side in beliefs]
        weights = [list(side.weights) for side in parts if side.weights is not None]
        rated = package.rate(teams, ranks=[float(side.rank) for side in parts], weights=weights or None)
        return [[(rating.mu, rating.sigma) for rating in team] for team in rated]

    def _load(self) -> Any:
        from openskill import models

        own = {name: self._number(name) for name in ("epsilon",) if name in self._settings}
        return getattr(models, self.model)(beta=self._beta, kappa=self._kappa, tau=0.0, **own)


class Logistic(WengLin):
    """The two-agent update that Plackett-Luce and Bradley-Terry share.

    It leaves three quarters of a variance or more, so that `kappa` is not reached.
    """

    def _rate_pairs(self, first: Iterable[int], second: Iterable[int], score: Iterable[float]) -> None:
        mu, variance, drift = self._mu, self._variance, self._drift
        noise = 2 * self._beta * self._beta
        for i, j, s in zip(first, second, score, strict=True):
            var_i, var_j = variance[i] + drift[i], variance[j] + drift[j]
            spread2 = noise + var_i + var_j
            spread = sqrt(spread2)
            edge = 0.5 * tanh((mu[i] - mu[j]) / spread / 2)
            push, shrink = (s - 0.5 - edge) / spread, (0.25 - edge * edge) / (spread2 * spread)
            mu[i] += var_i * push
            mu[j] -= var_j * push
            variance[i] = var_i * (1 - var_i * sqrt(var_i) * shrink)
            variance[j] = var_j * (1 - var_j * sqrt(var_j) * shrink)


class PlackettLuce(Logistic):
    """Ranks as choices of the best among those left: algorithm 4 of the paper."""

    name: ClassVar[str] = "openskill"
    model: ClassVar[str] = "PlackettLuce"


class BradleyTerryFull(Logistic):
    """Every pair of a set compared by a logistic curve: algorithm 1 of the paper."""

    name: ClassVar[str] = "openskill-bt"
    model: ClassVar[str] = "BradleyTerryFull"


class BradleyTerryPart(Logistic):
    """Only neighbours in the ranking of a set compared, by a logistic curve: algorithm 2 of the paper."""

    name: ClassVar[str] = "openskill-bt-part"
    model: ClassVar[str] = "BradleyTerryPart"


class ThurstoneMostellerFull(WengLin):
    """Every pair of a set compared by a normal curve with a margin for draws: algorithm 3 of the paper."""

    name: ClassVar[str] = "openskill-tm"
    model: ClassVar[str] = "ThurstoneMostellerFull"
    stretch: ClassVar[float] = 1.0
    """By how much a comparison of two is taken to be noisier than it is."""
    options: ClassVar[tuple[Option, ...]] = (
        *_OPTIONS,
        Option(
            name="epsilon", default=0.1, kind="float", low=1e-3, high=1e6, help="Margin within which a set is drawn."
        ),
    )

    def _rate_pairs(self, first: Iterable[int], second: Iterable[int], score: Iterable[float]) -> None:
        mu, variance, drift, kappa = self._mu, self._variance, self._drift, self._kappa
        noise, margin, stretch2 = 2 * self._beta * self._beta, self._number("epsilon"), self.stretch**2
        for i, j, s in zip(first, second, score, strict=True):
            if s < 0.5:
                i, j = j, i  # noqa: PLW2901 - the winner comes first
            var_i, var_j = variance[i] + drift[i], variance[j] + drift[j]
            spread2 = stretch2 * (noise + var_i + var_j)
            spread = sqrt(spread2)
            gap = (mu[i] - mu[j]) / spread
            v, w = _drawn(gap, margin / spread) if s == 0.5 else _won(gap, margin / spread)
            push, shrink = v / spread, w / (spread2 * spread)
            mu[i] += var_i * push
            mu[j] -= var_j * push
            kept_i, kept_j = 1 - var_i * sqrt(var_i) * shrink, 1 - var_j * sqrt(var_j) * shrink
            variance[i] = var_i * (kept_i if kept_i > kappa else kappa)  # noqa: FURB136 - two calls of max() slow the loop by a third
            variance[j] = var_j * (kept_j if kept_j > kappa else kappa)  # noqa: FURB136 - likewise


class ThurstoneMostellerPart(ThurstoneMostellerFull):
    """Only neighbours in the ranking of a set compared, by a normal curve; its updates are half as bold."""

    name: ClassVar[str] = "openskill-tm-part"
    model: ClassVar[str] = "ThurstoneMostellerPart"
    stretch: ClassVar[float] = 2.0


_STANDARD: Final = NormalDist()
_ROOT_TAU: Final = 1 / _STANDARD.pdf(0)
_THIN: Final = 1e-5
"""Where the package takes the interval of a draw for a point."""


def _won(gap: float, margin: float, cdf: Callable[[float], float] = _STANDARD.cdf) -> tuple[float, float]:
    """The package's V and W of a win, with its shortcuts in the tail."""
    x = gap - margin
    above = cdf(x)
    if above < float_info.epsilon:
        return -x, float(gap < 0)
    v = exp(-0.5 * x * x) / (_ROOT_TAU * above)
    return v, v * (v + x)


def _drawn(gap: float, margin: float, cdf: Callable[[float], float] = _STANDARD.cdf) -> tuple[float, float]:
    """The package's V and W of a draw, with its shortcuts in the tails."""
    low, high = -margin - abs(gap), margin - abs(gap)
    within = cdf(high) - cdf(low)
    at_low, at_high = exp(-low * low / 2) / _ROOT_TAU, exp(-high * high / 2) / _ROOT_TAU
    if within < _THIN:
        v = (-gap - margin) if gap < 0 else (margin - gap)
    else:
        v = (at_high - at_low if gap < 0 else at_low - at_high) / within
    if within < float_info.epsilon:
        return v, 1.0
    return v, (high * at_high - low * at_low) / within + v * v
