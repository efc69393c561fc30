"""What a scenario has to offer: its Pareto frontier, its largest welfare and its Nash points.

Small domains are gone through outcome by outcome. In large ones, whose outcomes cannot be counted out, two seats divide
items with whole values; there the best surplus of one seat for every surplus of the other is found issue by issue.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena_negotiation.domain import Domain
from arena_negotiation.utility import Linear, Utility

Points: TypeAlias = NDArray[np.float64]
"""One surplus a seat in each row."""

EXHAUSTIVE: Final = 20_000
"""Outcomes that are gone through one by one; more than these are not listed."""
_AT_ONCE: Final = 16
"""Points that strike out others together; of 8 to 32 all are about as fast for some hundred outcomes of three seats."""
_NOT_BEFORE: Final = ~np.tri(_AT_ONCE, k=-1, dtype=np.bool_)
_UNREACHED: Final = np.int64(-(2**62))


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """What there is to reach, over all outcomes and the disagreement point (all zeros).

    `frontier` and `nash` are (points, seats): the undominated points, and those of the largest Nash product among
    them that harm nobody. `span` is the width of each seat's surplus from its worst to its best.
    """

    frontier: Points
    welfare: float
    nash_product: float
    nash: Points
    span: Points

    def dominates(self, point: Sequence[float]) -> bool:
        """Whether some outcome is at least as good as `point` for all and better for one."""
        return bool(((self.frontier >= point).all(axis=1) & (self.frontier > point).any(axis=1)).any())

    def distance(self, point: Sequence[float], targets: Points) -> float:
        """Euclidean distance to the nearest target in scaled surplus, over the diagonal: from 0 to 1."""
        apart = (targets - np.asarray(point)) / self.span
        return float(np.sqrt((apart**2).sum(axis=1).min() / apart.shape[1]))


@lru_cache(maxsize=1024)
def benchmark(domain: Domain, utilities: tuple[Utility, ...], disagreement: tuple[float, ...]) -> Benchmark:
    """The benchmark of a scenario; kept, since the matches of a set share theirs.

    Raises:
        ValueError: the domain is large, and not two seats with whole linear values negotiate.
    """
    if domain.size <= EXHAUSTIVE:
        points = _every_point(domain, utilities, disagreement)
        return _of_points(points, points.min(axis=0), points.max(axis=0))
    linear = tuple(map(_whole, utilities))
    low, high = (np.array([_extreme(domain, u, side) for u in linear]) - disagreement for side in (min, max))
    return _of_points(_best_replies(domain, linear, disagreement), np.minimum(low, 0.0), np.maximum(high, 0.0))


def _every_point(domain: Domain, utilities: tuple[Utility, ...], disagreement: tuple[float, ...]) -> Points:
    columns = [utility.over(domain.grid) - d for utility, d in zip(utilities, disagreement, strict=True)]
    return np.vstack([np.column_stack(columns), np.zeros(len(columns))])


def _of_points(points: Points, low: Points, high: Points) -> Benchmark:
    """`points` holds every undominated point and the disagreement point."""
    frontier = _undominated(points)
    harmless = frontier[(frontier >= 0.0).all(axis=1)]
    products = harmless.prod(axis=1)
    best = float(products.max())
    return Benchmark(
        frontier=frontier,
        welfare=float(frontier.sum(axis=1).max()),
        nash_product=best,
        nash=harmless[products == best],
        span=np.where(high > low, high - low, 1.0),
    )


def _undominated(points: Points) -> Points:
    """Two seats in one sweep; with more, nothing is dominated by what has a smaller sum, so that the largest sums of
    those left strike out, some at a time, first each other and then the rest."""
    if points.shape[1] == 2:
        ordered = points[np.lexsort((-points[:, 1], -points[:, 0]))]
        before = np.concatenate(([-np.inf], np.maximum.accumulate(ordered[:, 1])[:-1]))
        return ordered[ordered[:, 1] > before]
    left, kept = np.ascontiguousarray(points[np.argsort(-points.sum(axis=1), kind="stable")].T), []
    while left.size:
        block, rest = left[:, :_AT_ONCE], left[:, _AT_ONCE:]
        block = block[:, (_exceeds(block, block) | _NOT_BEFORE[: block.shape[1], : block.shape[1]]).all(axis=1)]
        left = rest[:, _exceeds(rest, block).all(axis=1)]
        kept.append(block)
    return np.concatenate(kept, axis=1).T


def _exceeds(some: Points, others: Points) -> NDArray[np.bool_]:
    """Which of `some` is better for a seat than which of `others`, both a point a column: (some, others)."""
    better: NDArray[np.bool_] = some[0][:, None] > others[0]
    for mine, theirs in zip(some[1:], others[1:], strict=True):  # seat by seat: reducing over the seats is slower
        better |= mine[:, None] > theirs
    return better


def _best_replies(domain: Domain, utilities: tuple[Linear, ...], disagreement: tuple[float, ...]) -> Points:
    """The undominated points, from the largest surplus of seat 1 for every one of seat 0: a bounded knapsack.

    Each issue starts where it is worst for seat 0. An issue of n steps is put together of 1, 2, 4, ... steps and a
    rest, which between them make every number up to n (Kellerer, Pferschy and Pisinger, Knapsack Problems, 2004,
    section 7.1).
    """
    worst, steps = [], []
    for issue, a, b in zip(domain.issues, *(u.weights for u in utilities), strict=True):
        worst.append(issue.low if a >= 0 else issue.high)
        away = 1 if a >= 0 else -1
        steps += [(int(abs(a)) * n, int(b) * away * n) for n in _parts(issue.high - issue.low)]
    best, reach = np.full(sum(a for a, _ in steps) + 1, _UNREACHED), 0
    best[0] = 0
    for a, b in sorted(steps):
        np.maximum(best[a : reach + a + 1], best[: reach + 1] + b, out=best[a : reach + a + 1])
        reach += a
    better = np.maximum.accumulate(best[::-1])[::-1]
    reached = np.flatnonzero((best > _UNREACHED // 2) & (best > np.append(better[1:], _UNREACHED)))
    base = [u(tuple(worst)) - d for u, d in zip(utilities, disagreement, strict=True)]
    return np.vstack([np.column_stack([reached, best[reached]]) + base, [0.0, 0.0]])


def _whole(utility: Utility) -> Linear:
    if not isinstance(utility, Linear) or any(float(weight) % 1 for weight in utility.weights):
        raise ValueError("a domain of this size needs linear utilities with whole weights")
    return utility


def _parts(total: int) -> list[int]:
    parts, size = [], 1
    while total > 0:
        parts.append(min(size, total))
        total, size = total - size, 2 * size
    return parts


def _extreme(domain: Domain, utility: Linear, side: Callable[[float, float], float]) -> float:
    ends = (
        (weight * issue.low, weight * issue.high) for issue, weight in zip(domain.issues, utility.weights, strict=True)
    )
    return sum((side(low, high) for low, high in ends), utility.constant)
