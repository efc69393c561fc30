"""What an outcome is worth to a seat."""

from dataclasses import dataclass
from operator import mul
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arena.core.values import Json, Seat
from arena_negotiation.domain import Domain, Outcome


class Utility(Protocol):
    """A seat's preferences. Equal preferences are equal and hash alike."""

    def __hash__(self) -> int:
        """As for any value."""

    def __call__(self, outcome: Outcome) -> float:
        """The worth of an outcome, in the variant's unit."""

    def over(self, grid: NDArray[np.int64]) -> NDArray[np.float64]:
        """The worth of each row of `grid`, an outcome a row."""

    def less(self, worth: float) -> "Utility":
        """The same function, lowered by `worth`."""

    def in_words_of(self, proposer: Seat, domain: Domain) -> Json:
        """The same function over the offers of `proposer`, as agents read it."""


@dataclass(frozen=True, slots=True)
class Linear:
    """`constant + sum(weight x quantity)`: additive over the issues, as in Deal or No Deal (arXiv 1706.05125)."""

    weights: tuple[float, ...]
    constant: float = 0.0

    def __call__(self, outcome: Outcome) -> float:
        """The worth of an outcome."""
        return sum(map(mul, self.weights, outcome), self.constant)

    def over(self, grid: NDArray[np.int64]) -> NDArray[np.float64]:
        """The worth of each row of `grid`: float64 of (rows,), exact where weights are whole."""
        return np.asarray(grid @ np.asarray(self.weights) + self.constant, dtype=np.float64)

    def less(self, worth: float) -> "Linear":
        """The same function, lowered by `worth`."""
        return Linear(self.weights, self.constant - worth)

    def in_words_of(self, proposer: Seat, domain: Domain) -> Json:
        """`{"constant": c, "weights": {issue: w}}` over the quantities that `proposer` names.

        Turning is affine, so the turned function is read off at the origin and at one unit of each issue.
        """
        n = len(domain.issues)
        origin = self(domain.turned(proposer, (0,) * n))
        units = (tuple(int(i == j) for j in range(n)) for i in range(n))
        steps = (self(domain.turned(proposer, unit)) - origin for unit in units)
        weights = {issue.name: step for issue, step in zip(domain.issues, steps, strict=True)}
        return {"constant": origin, "weights": weights}
