"""What the others seem to want, learned from their offers alone.

Both models take offers and guesses in the bot's own words, scaled to [0, 1], and assume additive preferences.
"""

from collections import Counter
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Scaled = NDArray[np.float64]
"""(offers, issues), each quantity within [0, 1]."""


class OpponentModel(Protocol):
    """One other side's preferences."""

    def hear(self, offer: tuple[float, ...], time: float) -> None:
        """Learn from an offer that the other side made at `time` from 0 to 1."""

    def utility(self, offers: Scaled) -> NDArray[np.float64]:
        """What each offer seems to be worth to it, from 0 to 1: float64 of (offers,)."""


class FrequencyModel:
    """Counts: what is asked for often is liked, and what seldom changes is important.

    The model of HardHeaded (van Krimpen, Looije and Hajizadeh, in Complex Automated Negotiations, 2013), with values
    of an issue that fall evenly from the level asked for most often, so that levels nobody named have a value too.
    """

    def __init__(self, issues: int, own_frame: bool) -> None:
        self._weights = np.full(issues, 1.0 / issues)
        self._asked: list[Counter[float]] = [Counter() for _ in range(issues)]
        self._last: tuple[float, ...] | None = None
        self._first_guess = 0.0 if own_frame else 0.5

    def hear(self, offer: tuple[float, ...], time: float) -> None:
        """Issues that stayed as they were gain weight."""
        if self._last is not None:
            kept = np.equal(self._last, offer)
            self._weights = self._weights + _LEARNED * kept
            self._weights /= self._weights.sum()
        for asked, level in zip(self._asked, offer, strict=True):
            asked[level] += 1
        self._last = offer

    def utility(self, offers: Scaled) -> NDArray[np.float64]:
        """Weights times nearness to what is asked for."""
        liked = np.array([asked.most_common(1)[0][0] if asked else self._first_guess for asked in self._asked])
        return np.asarray((1.0 - np.abs(offers - liked)) @ self._weights, dtype=np.float64)


class BayesianModel:
    """Weighs guesses at the weights by how well the other side's offers fit a side that slowly concedes.

    After Hindriks and Tykhonov, Opponent modelling in automated multi-issue negotiation using Bayesian learning (AAMAS
    2008): an offer at time t is expected to be worth about 1 - c t to whoever made it.
    """

    def __init__(self, issues: int, own_frame: bool) -> None:
        self._slopes, self._constants = _guesses(issues, own_frame)
        self._fit = np.zeros(len(self._slopes))

    def hear(self, offer: tuple[float, ...], time: float) -> None:
        """Update the posterior, up to a factor."""
        worth = self._slopes @ np.array(offer) + self._constants
        self._fit -= (worth - (1.0 - _CONCEDES * time)) ** 2 / (2 * _SPREAD**2)

    def utility(self, offers: Scaled) -> NDArray[np.float64]:
        """The posterior mean, which is linear as its guesses are."""
        posterior = np.exp(self._fit - self._fit.max())
        posterior /= posterior.sum()
        return np.asarray(offers @ (posterior @ self._slopes) + posterior @ self._constants, dtype=np.float64)


@lru_cache(maxsize=32)
def _guesses(issues: int, own_frame: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights uniform on the simplex. Where offers say what is kept, less for the bot is more for the other side;
    elsewhere each issue may point either way."""
    rng = np.random.default_rng(issues)
    weights = rng.dirichlet(np.ones(issues), size=_GUESSES)
    signs = np.full(weights.shape, -1.0) if own_frame else rng.choice([-1.0, 1.0], size=weights.shape)
    slopes = weights * signs
    return slopes, np.where(slopes < 0, -slopes, 0.0).sum(axis=1)


_LEARNED: Final = 0.2
"""What an issue gains in weight when it stays as it was, before all are scaled to 1 again."""
_GUESSES: Final = 600
_CONCEDES: Final = 0.3
"""What the other side is expected to give up in all: c. With _SPREAD, the best of nine pairs that were tried."""
_SPREAD: Final = 0.5
"""How far offers stray from that, in utility: the standard deviation of a normal error."""
