"""How far off a mean of payoffs may be, at every moment at once: the early stop of what is not won, drawn or lost."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from arena.core.errors import BadRequest
from arena.rating.bradley_terry_pairs import Floats

_GRID: Final[Floats] = np.linspace(0, 1, 1001)[1:-1]
"""The means that a confidence sequence bets against, on a range from 0 to 1."""
_CAUTION: Final = 0.5
"""The share of its capital that one bet risks at most."""


@dataclass(slots=True)
class ConfidenceSequence:
    """An interval for the mean of payoffs between `low` and `high` that holds at all times together.

    However often one looks and whenever one stops, the chance that the mean was ever outside is at most `alpha`, for
    independent payoffs of any distribution. It is the hedged capital process of Waudby-Smith and Ramdas, "Estimating
    means of bounded random variables by betting" (2023), theorem 3, on a grid of 1/1000 of the range, rounded outwards.

    Raises:
        BadRequest: an empty range, or an alpha that is no chance.
    """

    low: float
    high: float
    alpha: float = 0.05
    count: int = 0
    _sum: float = 0.5
    _squares: float = 0.25
    _rising: Floats = field(default_factory=lambda: np.zeros_like(_GRID))
    _falling: Floats = field(default_factory=lambda: np.zeros_like(_GRID))
    _interval: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not self.low < self.high or not math.isfinite(self.high - self.low):
            raise BadRequest(f"payoffs must have a range: {self.low} is not below {self.high}")
        if not 0 < self.alpha < 1:
            raise BadRequest("alpha is the chance of an error: it must be above 0 and below 1")

    def add(self, payoff: float) -> tuple[float, float]:
        """Take one more payoff into account; the interval after it.

        Raises:
            BadRequest: the payoff is outside the range that was stated.
        """
        if not self.low <= payoff <= self.high:
            raise BadRequest(f"the payoff {payoff} is outside of the stated range, {self.low} to {self.high}")
        x = (payoff - self.low) / (self.high - self.low)
        self.count += 1
        variance = self._squares / self.count
        bet = math.sqrt(2 * math.log(2 / self.alpha) / (variance * self.count * math.log(self.count + 1)))
        self._rising += np.log1p(np.minimum(bet, _CAUTION / _GRID) * (x - _GRID))
        self._falling += np.log1p(-np.minimum(bet, _CAUTION / (1 - _GRID)) * (x - _GRID))
        self._sum += x
        self._squares += (x - self._sum / (self.count + 1)) ** 2
        self._shrink()
        return self.interval

    @property
    def interval(self) -> tuple[float, float]:
        """The interval after the payoffs so far; it never grows."""
        width = self.high - self.low
        return self.low + width * self._interval[0], self.low + width * self._interval[1]

    def _shrink(self) -> None:
        """Leave out the means against which either bet, with half of the capital each, has won 1 / alpha times it."""
        ruin = math.log(2 / self.alpha)
        low, high = self._interval
        self._interval = (
            max(low, float(_GRID[self._rising >= ruin].max(initial=0.0))),
            min(high, float(_GRID[self._falling >= ruin].min(initial=1.0))),
        )
