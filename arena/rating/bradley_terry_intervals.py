"""How far fitted strengths may be off: by the curvature, by the scatter of match sets, or by resampling the sets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from arena.rating.bradley_terry_covariates import Rows
from arena.rating.bradley_terry_newton import Maximum, Posterior, Tally, maximise, outer_sum
from arena.rating.bradley_terry_pairs import Floats, Ints, sum_by

_CHUNK = 1 << 18
"""Products held in memory at once."""

Contrast = Callable[[Floats], Floats]
"""Reported rows (rows, samples) from parameters (parameters, samples): linear, such as `Design.agent_rows`."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The covariance of the parameters as `root @ middle @ root.T`; `middle` None is `root` itself."""

    root: Floats
    middle: Floats | None

    def errors(self, contrast: Contrast) -> Floats:
        """The standard error of each reported row."""
        rows = contrast(self.root)
        variance = contrast(rows.T).diagonal() if self.middle is None else ((rows @ self.middle) * rows).sum(axis=1)
        return np.sqrt(np.maximum(variance, 0))


class Bounds(Protocol):
    """Turns estimates into intervals."""

    @property
    def level(self) -> float:
        """The probability that an interval is to cover."""

    def around(self, values: Floats, contrast: Contrast) -> tuple[Floats, Floats, Floats]:
        """The low ends, the high ends and the standard errors of the rows that `contrast` gives `values`."""


@dataclass(frozen=True, slots=True)
class Widest:
    """Normal intervals, by the largest standard error among the `spreads`."""

    spreads: tuple[Spread, ...]
    level: float

    def around(self, values: Floats, contrast: Contrast) -> tuple[Floats, Floats, Floats]:
        """Symmetric about the estimate."""
        from scipy.special import ndtri

        error = np.max([spread.errors(contrast) for spread in self.spreads], axis=0)
        half = float(ndtri((1 + self.level) / 2)) * error
        return values - half, values + half, error


@dataclass(frozen=True, slots=True, eq=False)
class Percentiles:
    """Percentiles of bootstrapped parameters, (parameters, resamples); never within the intervals `least`, if any."""

    samples: Floats
    level: float
    least: Widest | None = None

    def around(self, values: Floats, contrast: Contrast) -> tuple[Floats, Floats, Floats]:
        """Wherever the resamples fell."""
        rows = contrast(self.samples)
        low, high = np.quantile(rows, [(1 - self.level) / 2, (1 + self.level) / 2], axis=1)
        error = rows.std(axis=1, ddof=1)
        if self.least is None:
            return low, high, error
        floor, ceiling, least = self.least.around(values, contrast)
        return np.minimum(low, floor), np.maximum(high, ceiling), np.maximum(error, least)


def curvature(best: Maximum) -> Spread:
    """The inverse information, prior included: right when results are independent and the model holds."""
    from scipy.linalg.lapack import dpotri

    inverse, _ = dpotri(best.factor[0], lower=best.factor[1])
    lower = np.tril(inverse)
    return Spread(lower + np.tril(lower, -1).T, None)


def sandwich(best: Maximum, posterior: Posterior, rows: Rows) -> Spread:
    """The cluster-robust covariance (P. J. Huber, 1967; K.-Y. Liang and S. L. Zeger, Biometrika 73, 1986).

    Results within one cluster may depend on each other in any way; the model need not hold. The finite-sample factor
    is clusters / (clusters - 1) * results / (results - parameters).
    """
    surprise = rows.weight * (rows.score - best.moments.score[rows.cell])
    drawn = rows.weight * (rows.drawn - best.moments.drawn[rows.cell])
    if rows.cluster is None:
        filling = _alone(posterior, rows, surprise, drawn)
    else:
        filling = _clustered(posterior, rows, rows.cluster, surprise, drawn)
    results, clusters = rows.count.sum(), rows.clusters
    factor = clusters / max(clusters - 1, 1) * results / max(results - posterior.size, 1)
    return Spread(curvature(best).root, filling * factor)


def _alone(posterior: Posterior, rows: Rows, surprise: Floats, drawn: Floats) -> Floats:
    size = len(posterior.cells.first)
    score = sum_by(rows.cell, rows.count * surprise**2, size)
    cross = sum_by(rows.cell, rows.count * surprise * drawn, size) if posterior.draws else None
    return outer_sum(posterior.cells, score, cross, float(rows.count @ drawn**2))


def _clustered(posterior: Posterior, rows: Rows, cluster: Ints, surprise: Floats, drawn: Floats) -> Floats:
    from scipy.sparse import coo_array

    cells, size = posterior.cells, posterior.size
    levels = cells.levels[rows.cell] * surprise[:, None]
    values = [surprise, -surprise, *levels.T, *([drawn] if posterior.draws else [])]
    columns = [cells.first[rows.cell], cells.second[rows.cell]]
    columns += [np.full(len(surprise), at) for at in range(cells.units, size)]
    place = (np.tile(cluster, len(values)), np.concatenate(columns))
    scores = coo_array((np.concatenate(values), place), shape=(int(cluster.max()) + 1, size)).tocsr()
    return _outer(scores.indptr.astype(np.int64), scores.indices.astype(np.int64), scores.data, size)


def _outer(starts: Ints, columns: Ints, values: Floats, size: int) -> Floats:
    """The sum of the outer products of sparse rows, (size, size): rows of one width at once.

    Nearly all rows have a few entries only: this way they take a quarter of the time of a sparse product.
    """
    total = np.zeros(size * size)
    widths = np.diff(starts)
    for width in np.unique(widths[widths > 0]).tolist():
        rows = starts[:-1][widths == width]
        for some in np.array_split(rows, 1 + len(rows) * width**2 // _CHUNK):
            places = some[:, None] + np.arange(width)
            column, value = columns[places], values[places]
            pairs, products = column[:, :, None] * size + column[:, None, :], value[:, :, None] * value[:, None, :]
            total += sum_by(pairs.ravel(), products.ravel(), size * size)
    return total.reshape(size, size)


def bootstrap(best: Maximum, posterior: Posterior, rows: Rows, resamples: int, rng: np.random.Generator) -> Floats:
    """Parameters refitted to whole clusters drawn with replacement: (parameters, resamples)."""
    found = np.full((posterior.size, resamples), -np.inf)  # the log of nu where a resample has no draws
    for at, count in enumerate(_resamples(rows, resamples, rng)):
        tally = Tally.of(rows, count, len(posterior.cells.first))
        params = maximise(replace(posterior, tally=tally), best.params).params
        found[: len(params), at] = params
    return found


def _resamples(rows: Rows, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """How often each row counts in each resample."""
    if rows.cluster is None:
        results = int(rows.count.sum())
        yield from rng.multinomial(results, rows.count / results, size=resamples).astype(np.float64)
        return
    names, places = np.unique(rows.cluster, return_inverse=True)
    for _ in range(resamples):
        times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
        yield rows.count * times[places]
