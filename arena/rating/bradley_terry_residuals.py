"""Where results depart from what ratings lead to expect: pair by pair, and for agents that share a match."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.bradley_terry_covariates import Rows, design
from arena.rating.bradley_terry_intervals import curvature
from arena.rating.bradley_terry_newton import Maximum, Moments, Posterior, Tally, maximise, moments
from arena.rating.bradley_terry_pairs import Comparisons, Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_NODES = 15
_LEAST_LEFT = 0.01
"""The least share of what is known of a pair that must rest on results against others."""
_PLAUSIBLE = 2.0
"""Standard deviations below which the normal approximation of a p-value will do."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Two agents, on how many results or matches, what came, what was expected, and the p-value of the difference."""

    first: AgentName
    second: AgentName
    count: int
    observed: float
    expected: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    posterior: Posterior
    rows: Rows
    best: Maximum
    covariance: Floats

    @classmethod
    def of(cls, results: Comparisons, ridge: float) -> "_Fit":
        _, cells, rows = design(results, None)
        posterior = Posterior(cells, Tally.of(rows, rows.count, len(cells.first)), ridge)
        best = maximise(posterior)
        return cls(posterior, rows, best, curvature(best).root)

    def variance(self, some: Ints) -> float:
        """The variance of the mean logit of one pair's cells."""
        cells = self.posterior.cells
        levels = np.average(cells.levels[some], axis=0, weights=self.posterior.tally.weight[some])
        effects = range(cells.units, cells.units + cells.effects)
        places = [int(cells.first[some[0]]), int(cells.second[some[0]]), *effects]
        direction = np.array([1.0, -1.0, *levels])
        return float(direction @ self.covariance[np.ix_(places, places)] @ direction)


def meetings(results: Comparisons, ridge: float) -> Iterator[Departure]:
    """For each pair that met: the first one's total against what both agents' results against others predict.

    The pair's own results are taken out of the fit by one Newton step (by Sherman and Morrison's formula). The
    two-sided p-value is exact for independent results, averaged over the uncertainty of the prediction; a departure
    below two standard deviations has a normal one. Pairs of which others say next to nothing are left out.

    Raises:
        BadRequest: when a result is weighted or neither won, drawn nor lost.
    """
    weighted = results.weight is not None and (results.weight != 1).any()
    if weighted or not np.isin(results.score, (0, 0.5, 1)).all():
        raise BadRequest("pairs are tested on plain results only: each won, drawn or lost, of weight 1")
    fitted = _Fit.of(results, ridge)
    tally, pair, size = fitted.posterior.tally, fitted.posterior.cells.pair, len(results.agents)
    logit, log_nu = fitted.posterior.logits(fitted.best.params), fitted.posterior.log_nu(fitted.best.params)
    order = np.argsort(pair, kind="stable")
    for cells in np.split(order, np.flatnonzero(np.diff(pair[order])) + 1):
        count, won = tally.weight[cells], float(tally.score[cells].sum())
        alone = _without(logit[cells], log_nu, count, won, fitted.variance(cells))
        if alone is None:
            continue
        expected, p = _surprise(alone.logit, alone.variance, log_nu, count, won)
        one, two = divmod(int(pair[cells[0]]), size)
        yield Departure(results.agents[one], results.agents[two], int(count.sum()), won, expected, p)


class _Prediction(NamedTuple):
    logit: Floats
    variance: float


def _without(logit: Floats, log_nu: float, count: Floats, won: float, spread: float) -> _Prediction | None:
    """The logits that all other results predict, and their variance; `spread` is that in the whole fit.

    None where less than a hundredth of what is known rests on other results: nothing is left to compare with.
    """
    moment = moments(logit, log_nu)
    left = 1 - spread * float(count @ moment.score_variance)
    if left < _LEAST_LEFT:
        return None
    return _Prediction(logit - spread / left * (won - float(count @ moment.score)), spread / left)


def _surprise(logit: Floats, variance: float, log_nu: float, count: Floats, won: float) -> tuple[float, float]:
    """The expected total and the two-sided p-value of `won`, over a normal uncertainty of all logits together."""
    nodes, share = _quadrature()
    moment = moments(logit + np.sqrt(variance) * nodes[:, None], log_nu)
    means = moment.score @ count
    expected = float(share @ means)
    scatter = float(share @ (moment.score_variance @ count + (means - expected) ** 2))
    if abs(won - expected) <= _PLAUSIBLE * np.sqrt(scatter):
        return expected, _two_sided_normal((won - expected) / np.sqrt(scatter))
    chances = share @ _totals(moment, count)
    at = round(2 * won)
    return expected, float(min(1.0, 2 * min(chances[: at + 1].sum(), chances[at:].sum())))


@cache
def _quadrature() -> tuple[Floats, Floats]:
    """Places and shares that stand for a standard normal distribution (Gauss and Hermite)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return nodes, weights / weights.sum()


def _totals(moment: Moments, count: Floats) -> Floats:
    """The probabilities of each total in half points, 0 to 2 * results, for each node: a product of spectra."""
    length = int(2 * count.sum()) + 1
    turn = np.exp(-2j * np.pi * np.arange(length) / length)[:, None, None]
    win, loss = moment.score - moment.drawn / 2, 1 - moment.score - moment.drawn / 2
    spectrum = ((loss + moment.drawn * turn + win * turn**2) ** count).prod(axis=2)
    return np.clip(np.fft.ifft(spectrum, axis=0).real.T, 0, 1)


def _two_sided_normal(z: float) -> float:
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def partnerships(results: Comparisons, ridge: float, least: int) -> Iterator[Departure]:
    """For each pair that shared at least `least` matches of three agents or more: what both took from third parties.

    Observed and expected are points above the ratings' prediction a match: in the matches that both were in, and in
    those that each was in without the other (at least `least` too). The one-sided p-value of a gain is Welch's with
    the fewest degrees of freedom; the clusters of the results are the matches.

    Raises:
        BadRequest: when the results name no matches.
    """
    from scipy.special import stdtr

    if results.cluster is None:
        raise BadRequest("the results name no matches, so that nobody can be seen to share one; give their clusters")
    joint, apart = _shared(_Fit.of(results, ridge), len(results.agents))
    low = np.minimum(joint.count, np.minimum(apart.count, apart.count.T))
    for one, two in zip(*np.nonzero(np.triu(low >= max(least, 2), 1)), strict=True):
        observed, expected = float(joint.mean[one, two]), float(apart.mean[one, two] + apart.mean[two, one])
        error = np.sqrt(joint.error2[one, two] + apart.error2[one, two] + apart.error2[two, one])
        p = float(stdtr(low[one, two] - 1, (expected - observed) / max(error, 1e-12)))
        yield Departure(results.agents[one], results.agents[two], int(joint.count[one, two]), observed, expected, p)


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    """Samples for each pair of agents: how many, their means and the squared standard errors of these."""

    count: Floats
    mean: Floats
    error2: Floats

    @classmethod
    def of(cls, count: Floats, total: Floats, square: Floats) -> "_Samples":
        mean = total / np.maximum(count, 1)
        return cls(count, mean, np.maximum(square - count * mean**2, 0) / np.maximum(count * (count - 1), 1))


def _shared(fitted: _Fit, size: int) -> tuple[_Samples, _Samples]:
    """The surplus of both agents in matches they shared, and of the row's agent in matches without the column's."""
    present, points = _by_match(fitted, size)
    shared, own, square = ((left.T @ present).toarray() for left in (present, points, points.power(2)))
    joint = _Samples.of(shared, own + own.T, square + square.T + 2 * (points.T @ points).toarray())
    return joint, _Samples.of(*(total.diagonal()[:, None] - total for total in (shared, own, square)))


def _by_match(fitted: _Fit, size: int) -> "tuple[csr_array, csr_array]":
    """Who was in each match of three or more, and their points above the prediction: (matches, agents) both."""
    from scipy.sparse import coo_array

    rows, cells = fitted.rows, fitted.posterior.cells
    if rows.cluster is None:  # no two results share a match
        empty = coo_array((1, size)).tocsr()
        return empty, empty
    surplus = rows.weight * (rows.score - fitted.best.moments.score[rows.cell])
    place = np.tile(rows.cluster, 2), np.concatenate([cells.first[rows.cell], cells.second[rows.cell]])
    shape = (int(rows.cluster.max()) + 1, size)
    present = coo_array((np.ones(2 * len(surplus)), place), shape=shape).tocsr()
    present.data[:] = 1
    points = coo_array((np.concatenate([surplus, -surplus]), place), shape=shape).tocsr()
    crowd = np.flatnonzero(np.diff(present.indptr) > 2)
    return present[crowd], points[crowd]
