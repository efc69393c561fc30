"""Alpha-rank: the published examples, and numbers whatever the payoffs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rating.alpha_rank import alpha_rank

RPS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], dtype=float)
ALPHAS = [1e-3, 1.0, 1e2, 1e8, math.inf]


@pytest.mark.parametrize("alpha", ALPHAS)
def test_rock_paper_scissors_are_equal(alpha):
    assert alpha_rank(RPS, alpha) == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("alpha", [1e2, math.inf])
def test_the_prisoners_dilemma_ends_in_defection(alpha):
    assert alpha_rank(np.array([[3.0, 0.0], [5.0, 1.0]]), alpha) == pytest.approx([0, 1])


def test_a_finite_intensity_gives_the_chain_of_the_paper():
    alpha, population = 0.05, 10
    payoffs = np.array([[0, 0.3, -1], [-0.3, 0, 0.2], [1, -0.2, 0]])
    chain = np.zeros((3, 3))
    for resident in range(3):
        for mutant in set(range(3)) - {resident}:
            s = alpha * (payoffs[mutant, resident] - payoffs[resident, mutant])
            chain[resident, mutant] = (1 - math.exp(-s)) / (1 - math.exp(-population * s)) / 2
        chain[resident, resident] = 1 - chain[resident].sum()
    shares = alpha_rank(payoffs, alpha, population)
    assert shares @ chain == pytest.approx(shares, abs=1e-12)


def test_ties_drift_both_ways():
    assert alpha_rank(np.zeros((4, 4))) == pytest.approx([0.25] * 4)
    assert alpha_rank(np.zeros((1, 1))) == pytest.approx([1.0])


def test_the_limit_is_what_large_intensities_approach():
    margins = np.sign(np.random.default_rng(5).normal(size=(9, 9)))
    margins = np.triu(margins, 1) - np.triu(margins, 1).T
    assert alpha_rank(margins, 40.0) == pytest.approx(alpha_rank(margins), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.sampled_from(ALPHAS), st.sampled_from([1e-300, 1e-9, 1, 1e150]))
def test_shares_are_never_nan(seed, size, alpha, scale):
    rng = np.random.default_rng(seed)
    payoffs = np.round(rng.normal(size=(size, size)), int(rng.integers(0, 4))) * scale
    with np.errstate(over="ignore"):
        shares = alpha_rank(payoffs, alpha)
    assert np.isfinite(shares).all()
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(1)
