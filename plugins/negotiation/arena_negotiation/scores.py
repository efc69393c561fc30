"""How good a deal was: for its seats, for all together, and beside the best there could have been.

Everything is computed by going through all outcomes. With disagreement point d, surplus is s_i = u_i - d_i.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import dist, prod, sqrt
from operator import ge
from typing import TypeAlias

from arena_negotiation.domain import Domain
from arena_negotiation.scenario import Scenario
from arena_negotiation.utility import Utility

Point: TypeAlias = tuple[float, ...]
"""One surplus a seat."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a scenario has to offer, over all its outcomes and the disagreement point (all zeros).

    `low` and `span` scale each seat's surplus to [0, 1]; `nash` are the points of the largest Nash product among those
    that harm nobody.
    """

    frontier: frozenset[Point]
    welfare: float
    nash_product: float
    nash: frozenset[Point]
    low: Point
    span: Point

    def scaled(self, point: Point) -> Point:
        """Each seat's surplus between the worst (0) and the best (1) it could have."""
        return tuple((s - low) / span for s, low, span in zip(point, self.low, self.span, strict=True))

    def distance(self, point: Point, targets: Iterable[Point]) -> float:
        """Euclidean distance to the nearest target in scaled surplus, over the diagonal: from 0 to 1."""
        here = self.scaled(point)
        return min(dist(here, self.scaled(target)) for target in targets) / sqrt(len(point))


@lru_cache(maxsize=1024)
def benchmark(domain: Domain, utilities: tuple[Utility, ...], disagreement: tuple[float, ...]) -> Benchmark:
    """The benchmark of a scenario; kept, since the matches of a set share theirs."""
    pairs = tuple(zip(utilities, disagreement, strict=True))
    points = {tuple(u(outcome) - d for u, d in pairs) for outcome in domain.outcomes()} | {(0.0,) * len(pairs)}
    columns = tuple(zip(*points, strict=True))
    low = tuple(map(min, columns))
    harmless = [point for point in points if min(point) >= 0.0]
    best = max(map(prod, harmless))
    return Benchmark(
        frontier=frozenset(_undominated(points)),
        welfare=max(map(sum, points)),
        nash_product=best,
        nash=frozenset(point for point in harmless if prod(point) == best),
        low=low,
        span=tuple(max(column) - least or 1.0 for column, least in zip(columns, low, strict=True)),
    )


def measure(scenario: Scenario, point: Point, agreed: bool) -> Mapping[str, float]:
    """The measures of a match that are the same for all its seats (RULES.md 6)."""
    marks = benchmark(scenario.domain, scenario.utilities, scenario.disagreement)
    harmless = min(point) >= 0.0
    return {
        "deal": float(agreed),
        "welfare": _ratio(sum(point), marks.welfare),
        "pareto": float(point in marks.frontier),
        "pareto_distance": marks.distance(point, marks.frontier),
        "nash_ratio": _ratio(prod(point), marks.nash_product) if harmless else 0.0,
        "nash_distance": marks.distance(point, marks.nash),
    }


def shares(point: Point) -> Sequence[float]:
    """Each seat's part of the joint surplus; 0 for all when there is none."""
    return [_ratio(surplus, sum(point)) for surplus in point]


def ranks(scores: Sequence[float]) -> list[int]:
    """1 for the best score; equal scores share a rank."""
    return [1 + sum(other > score for other in scores) for score in scores]


def _undominated(points: Iterable[Point]) -> list[Point]:
    frontier: list[Point] = []
    for point in sorted(points, reverse=True):
        if not any(all(map(ge, better, point)) for better in frontier):
            frontier.append(point)
    return frontier


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else 0.0
