"""What a scenario has to offer, found by brute force from its private values and RULES.md 6 to 11 alone.

It shares no code with the engine's scores: worth is counted out from what each side was told, and every outcome is
compared with every other.
"""

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena_negotiation.scenario import Scenario


def worth(scenario: Scenario, seat: int, outcome: tuple[int, ...]) -> float:
    """The surplus of a seat from an outcome, made at once."""
    private: Any = scenario.private[seat]
    issues = scenario.domain.issues
    if "cost" in private:
        return outcome[0] - private["cost"]
    if "value" in private:
        return private["value"] - outcome[0]
    if "wishes" in private:
        return points(private["wishes"], issues, outcome) - private["reservation"]
    values = private["values"].values() if private else [1]
    pieces = outcome if seat == 0 else [issue.high - n for issue, n in zip(issues, outcome, strict=True)]
    owned = (0,) * len(issues) if scenario.holdings is None else scenario.holdings
    before = (
        owned if seat == 0 or scenario.holdings is None else [i.high - n for i, n in zip(issues, owned, strict=True)]
    )
    return float(sum(v * (now - then) for v, now, then in zip(values, pieces, before, strict=True)))


def points(wishes: dict[str, int], issues: Any, outcome: tuple[int, ...]) -> float:
    """RULES.md 11.1: an issue brings all its points at the good end, nothing at the other, and evenly in between."""
    levels = zip(wishes.values(), issues, outcome, strict=True)
    return sum(abs(wish) * (level if wish > 0 else issue.high - level) for wish, issue, level in levels)


class Oracle:
    """All points of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.outcomes = list(product(*(range(i.low, i.high + 1) for i in scenario.domain.issues)))
        seats = range(len(scenario.private))
        real = [[worth(scenario, seat, outcome) for seat in seats] for outcome in self.outcomes]
        self.points = np.array([*real, [0.0] * len(seats)], dtype=np.float64)
        at_least = (self.points[:, None] >= self.points[None]).all(axis=2)
        better = (self.points[:, None] > self.points[None]).any(axis=2)
        self.efficient = self.points[~(at_least & better).any(axis=0)]
        harmless = self.efficient[(self.efficient >= 0).all(axis=1)]
        products = harmless.prod(axis=1)
        self.best = products.max()
        self.nash = harmless[products == self.best]
        span = self.points.max(axis=0) - self.points.min(axis=0)
        self.span = np.where(span > 0, span, 1.0)

    def expected(self, point: NDArray[np.float64]) -> dict[str, float]:
        """The measures of RULES.md 6.2 for a point."""
        most = self.points.sum(axis=1).max()
        dominated = ((self.points >= point).all(axis=1) & (self.points > point).any(axis=1)).any()
        return {
            "welfare": point.sum() / most if most > 0 else 0.0,
            "pareto": float(not dominated),
            "pareto_distance": self._apart(point, self.efficient),
            "nash_ratio": point.prod() / self.best if self.best > 0 and point.min() >= 0 else 0.0,
            "nash_distance": self._apart(point, self.nash),
        }

    def _apart(self, point: NDArray[np.float64], targets: NDArray[np.float64]) -> float:
        return float(min(np.linalg.norm((t - point) / self.span) for t in targets) / np.sqrt(len(point)))
