"""Running mean and deviation of what is observed, by the parallel update of Chan, Golub and LeVeque (1979)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-2
"""A deviation below it counts as this: what never changes says nothing, and must not be blown up when it does."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Count, mean (size,) and mean square deviation (size,) of all observations so far."""

    count: float
    mean: Doubles
    variance: Doubles

    @classmethod
    def none(cls, size: int) -> "Moments":
        """Before the first observation: as if it were normal already, with the weight of one."""
        return cls(1.0, np.zeros(size), np.ones(size))

    def joined(self, other: "Moments") -> "Moments":
        """Of both samples together."""
        count = self.count + other.count
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.count / count)
        within = self.variance * self.count + other.variance * other.count
        between = np.square(apart) * (self.count * other.count / count)
        return Moments(count, mean, (within + between) / count)

    @property
    def deviation(self) -> Doubles:
        """The standard deviation, LEAST at least."""
        found: Doubles = np.maximum(np.sqrt(self.variance), LEAST)
        return found
