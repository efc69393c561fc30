"""Covariances and graphs against slow and plain computations of the same thing."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from arena.core.values import AgentName
from arena.rating.bradley_terry import RIDGE, BradleyTerry, Comparisons, Factor, Interval, fit
from arena.rating.bradley_terry_connectivity import bounded, components

AGENTS = tuple(AgentName(letter) for letter in "abcd")
UNITS, LEVELS = 4, 2


def table(clustered: bool) -> Comparisons:
    """Sixty results with draws, seats, and sets of three results of any agents."""
    rng = np.random.default_rng(1)
    first = rng.integers(4, size=60)
    second = (first + rng.integers(1, 4, size=60)) % 4
    seat = rng.integers(2, size=60)
    score = rng.choice([0, 0.5, 1], size=60, p=[0.3, 0.3, 0.4])
    factors = {"seat": Factor(("0", "1"), seat, 1 - seat)}
    weight = rng.choice([0.5, 1, 2], size=60) if clustered else None
    return Comparisons(AGENTS, first, second, score, np.arange(60) // 3 if clustered else None, weight, factors)


def log_density(results: Comparisons, params: np.ndarray, at: int) -> float:
    """The weighted log-likelihood of one result, written out."""
    seat = results.factors["seat"]
    logit = params[results.first[at]] - params[results.second[at]]
    logit += params[UNITS + seat.first[at]] - params[UNITS + seat.second[at]]
    log_weights = np.array([-logit / 2, params[-1], logit / 2])
    weight = 1.0 if results.weight is None else results.weight[at]
    return float(weight * (log_weights[round(2 * results.score[at])] - np.log(np.exp(log_weights).sum())))


def plain_errors(results: Comparisons, best: BradleyTerry, interval: Interval) -> np.ndarray:
    """Standard errors of the centred strengths by numeric differentiation."""
    units = [best.unit_logits[agent, ""] for agent in AGENTS]
    params = np.array([*units, *best.level_logits.values(), np.log(best.draw)])
    slopes = np.array([approx_fprime(params, lambda p, at=at: log_density(results, p, at), 1e-6) for at in range(60)])

    def slope(at_params: np.ndarray) -> np.ndarray:
        return approx_fprime(at_params, lambda p: sum(log_density(results, p, at) for at in range(60)), 1e-5)

    step = np.eye(len(params)) * 1e-4
    hessian = np.array([(slope(params + one) - slope(params - one)) / 2e-4 for one in step])
    root = np.linalg.inv(RIDGE * np.eye(len(params)) - (hessian + hessian.T) / 2)
    groups = np.arange(60) if results.cluster is None else results.cluster
    scores = np.array([slopes[groups == group].sum(axis=0) for group in np.unique(groups)])
    factor = len(scores) / (len(scores) - 1) * 60 / (60 - len(params))
    whole = root if interval == "curvature" else root @ (scores.T @ scores) @ root * factor
    centring = np.eye(UNITS, len(params)) - np.pad(np.full((UNITS, UNITS), 1 / UNITS), ((0, 0), (0, LEVELS + 1)))
    return np.sqrt((centring @ whole @ centring.T).diagonal())


@pytest.mark.parametrize(("interval", "clustered"), [("curvature", False), ("sandwich", False), ("sandwich", True)])
def test_standard_errors_equal_those_of_numeric_derivatives(interval: Interval, clustered: bool) -> None:
    results = table(clustered)
    best = fit(results, interval=interval)
    ours = {row.agent: row.error for row in best.agents}
    assert [ours[agent] for agent in AGENTS] == pytest.approx(plain_errors(results, best, interval), rel=2e-3)


def test_bootstrap_errors_are_near_the_sandwich() -> None:
    results = table(clustered=True)
    robust = {row.agent: row.error for row in fit(results).agents}
    drawn = {row.agent: row.error for row in fit(results, interval="bootstrap", resamples=400).agents}
    assert all(drawn[agent] == pytest.approx(robust[agent], rel=0.3) for agent in AGENTS)


def test_a_single_rare_link_among_many_results_connects() -> None:
    first = np.concatenate([np.zeros(10_000, dtype=np.int64), np.array([2, 1])])
    second = np.concatenate([np.ones(10_000, dtype=np.int64), np.array([3, 2])])
    assert components(4, first, second).tolist() == [0, 0, 0, 0]
    assert len(set(components(4, first[:-1], second[:-1]).tolist())) == 2


def test_differences_are_bounded_when_points_went_both_ways_around() -> None:
    ring = np.array([0, 1, 2]), np.array([1, 2, 0])
    won, lost = np.ones(3), np.zeros(3)
    assert bounded(3, *ring, won, lost)
    assert not bounded(3, ring[0][:2], ring[1][:2], won[:2], lost[:2])
    assert bounded(3, ring[0][:2], ring[1][:2], won[:2], won[:2])
