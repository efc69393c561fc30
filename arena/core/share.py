"""A share of matches and how far it is to be believed."""

from dataclasses import dataclass
from math import sqrt
from typing import Final, Self

Z: Final = 1.959964
"""Of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of `matches`, 0 to 1, with its 95 % interval by Wilson's formula (JASA 22, 1927)."""

    value: float
    low: float
    high: float
    matches: int

    @classmethod
    def of(cls, wins: float, matches: int) -> Self:
        """The share of `wins` among `matches`; a draw may be half a win."""
        value, spread = wins / matches, Z * Z / matches
        middle = (value + spread / 2) / (1 + spread)
        half = Z / (1 + spread) * sqrt(value * (1 - value) / matches + spread / (4 * matches))
        return cls(value=value, low=max(0.0, middle - half), high=min(1.0, middle + half), matches=matches)

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"
