"""When two totals of scores are equal: floating point tells 0.1 + 0.1 + 0.1 from 0.3, and no ranking should."""

from collections.abc import Collection, Hashable, Mapping
from math import fsum
from typing import Final, NamedTuple, Self, TypeVar

ROUNDING: Final = 1e-12
"""Totals that differ by no more than this share of the largest number in them differ by rounding."""

_Key = TypeVar("_Key", bound=Hashable)


class Total(NamedTuple):
    """A sum, or a mean, of scores; `size` is the largest magnitude among it and them, by which rounding goes."""

    value: float
    size: float

    @classmethod
    def of(cls, scores: Collection[float], share: int = 1) -> Self:
        """The correctly rounded sum of some scores over `share`: 1 for the sum itself, their number for the mean."""
        value = fsum(scores) / share
        return cls(value, max(abs(value), *map(abs, scores)))

    def equals(self, other: Self) -> bool:
        """Whether rounding alone may have made the difference."""
        return abs(self.value - other.value) <= ROUNDING * max(self.size, other.size)


def places(totals: Mapping[_Key, Total]) -> dict[_Key, int]:
    """The rank of each from 1, the highest total first; equal ones share the better rank."""
    order = sorted(totals.items(), key=lambda item: -item[1].value)
    found: dict[_Key, int] = {}
    rank, leader = 1, next((total for _, total in order), None)
    for at, (key, total) in enumerate(order, start=1):
        if leader is None or not total.equals(leader):
            rank, leader = at, total
        found[key] = rank
    return found
