"""A share of matches and how far it is to be believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, Self


def wilson(wins: float, count: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion (JASA 22, 1927)."""
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle = (wins + z2 / 2) / (count + z2)
    half = sqrt(z2 * max(wins * (count - wins) / count + z2 / 4, 0.0)) / (count + z2)
    return max(middle - half, 0.0), min(middle + half, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of `matches`, 0 to 1, with its 95 % interval by `wilson`."""

    value: float
    low: float
    high: float
    matches: int

    @classmethod
    def of(cls, wins: float, matches: int) -> Self:
        """The share of `wins` among `matches`; a draw may be half a win."""
        low, high = wilson(wins, matches)
        return cls(value=wins / matches, low=low, high=high, matches=matches)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """A share that a table holds under the names of these fields, beside whatever else."""
        return cls(value=row["value"], low=row["low"], high=row["high"], matches=int(row["matches"]))

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"
