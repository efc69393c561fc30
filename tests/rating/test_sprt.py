"""Sequential tests: the field's reference values, promised error rates, and answers to counts that say little."""

import math

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.rating.sprt import (
    Decision,
    Model,
    Sprt,
    elo_estimate,
    normalized_elo_estimate,
    pentanomial,
    trinomial,
)

PAIRS = {
    "normalized 1": (Model.NORMALIZED, (365, 16618, 36029, 200, 16974, 390), (0, 2), 2.25),
    "normalized 2": (Model.NORMALIZED, (127, 4883, 10311, 401, 5150, 104), (-1.75, 0.25), 3.01),
    "normalized, all won": (Model.NORMALIZED, (0, 0, 0, 0, 0, 5550), (0, 5), 111.80),
    "logistic 1": (Model.LOGISTIC, (223, 9863, 20279, 1000, 10037, 246), (0.5, 2.5), -3.07),
    "logistic 2": (Model.LOGISTIC, (871, 26175, 55003, 980, 26678, 821), (0, 2), -4.98),
}
"""Counts of LL, LD, WL, DD, WD, WW and their LLR, as in fastchess's tests."""
MATCHES = {
    "normalized 1": (Model.NORMALIZED, (36433, 36027, 68692), (0, 2), 0.92),
    "normalized 2": (Model.NORMALIZED, (10871, 10650, 20431), (-1.75, 0.25), 2.30),
    "normalized, all won": (Model.NORMALIZED, (4250, 0, 0), (0, 10), 120.55),
    "logistic 1": (Model.LOGISTIC, (21404, 21184, 40708), (0.5, 2.5), -1.57),
    "logistic 2": (Model.LOGISTIC, (57433, 57030, 106593), (0, 2), -2.59),
}
"""Counts of W, L, D and their LLR, as in fastchess's tests."""


@pytest.mark.parametrize(("model", "counts", "elo", "llr"), PAIRS.values(), ids=PAIRS)
def test_llr_of_pairs_is_the_reference_value(model, counts, elo, llr):
    assert float(Sprt(elo0=elo[0], elo1=elo[1], model=model).llr(pentanomial(*counts))) == pytest.approx(llr, abs=6e-3)


@pytest.mark.parametrize(("model", "counts", "elo", "llr"), MATCHES.values(), ids=MATCHES)
def test_llr_of_single_matches_is_the_reference_value(model, counts, elo, llr):
    assert float(Sprt(elo0=elo[0], elo1=elo[1], model=model).llr(trinomial(*counts))) == pytest.approx(llr, abs=6e-3)


def test_elo_and_its_error_are_the_reference_values():
    counts = pentanomial(332, 433, 457, 41, 333, 334)
    assert elo_estimate(counts) == pytest.approx((-8.642667, 10.334394), abs=1e-3)
    assert normalized_elo_estimate(counts) == pytest.approx((-9.172914, 10.960459), abs=1e-5)


def test_bounds_are_those_of_wald():
    assert Sprt(elo0=0, elo1=2).bounds == pytest.approx((-math.log(19), math.log(19)))
    assert Sprt(elo0=0, elo1=2, alpha=0.01, beta=0.1).bounds == pytest.approx((math.log(0.1 / 0.99), math.log(90)))


def test_a_test_ends_at_its_bounds_and_not_before():
    test = Sprt(elo0=0, elo1=50)
    lower, upper = test.bounds
    assert [test.decide(llr) for llr in (lower, lower + 1e-9, upper - 1e-9, upper)] == [
        Decision.ACCEPT_H0,
        Decision.CONTINUE,
        Decision.CONTINUE,
        Decision.ACCEPT_H1,
    ]


@pytest.mark.parametrize("model", Model)
def test_swapping_the_agents_turns_the_test_around(model):
    counts = (30, 90, 200, 120, 60)
    one = Sprt(elo0=-10, elo1=40, model=model).llr(counts)
    assert one == pytest.approx(-Sprt(elo0=-40, elo1=10, model=model).llr(counts[::-1]), abs=1e-6)


@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize("elo", [(0, 5), (-500, 500), (499, 500), (-500, -499)], ids=str)
def test_one_sided_counts_have_a_finite_verdict(model, elo):
    rows = [np.eye(5, dtype=int)[at] * size for at in range(5) for size in (0, 1, 50, 10**9)]
    for counts in rows:
        verdict = Sprt(elo0=elo[0], elo1=elo[1], model=model).verdict(counts.tolist())
        assert all(map(math.isfinite, (verdict.llr, verdict.elo, verdict.elo_error)))


def test_many_duels_at_once_are_each_what_they_are_alone():
    counts = np.random.default_rng(1).multinomial(40, [0.1, 0.2, 0.4, 0.2, 0.1], size=(3, 7))
    test = Sprt(elo0=-20, elo1=20)
    assert test.llr(counts) == pytest.approx(np.array([[test.llr(one) for one in row] for row in counts]), abs=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"elo0": 2, "elo1": 2},
        {"elo1": 501},
        {"elo0": math.nan},
        {"alpha": 0.0},
        {"alpha": 1e-320},
        {"beta": 0.5},
        {"alpha": math.nan},
    ],
    ids=str,
)
def test_hypotheses_that_cannot_be_told_apart_are_refused(wrong):
    with pytest.raises(BadRequest):
        Sprt(**{"elo0": 0.0, "elo1": 5.0, **wrong})


@pytest.mark.parametrize("counts", [(0, 0, 10**9 + 1), (-1, 5, 5), (math.nan, 1, 1)], ids=str)
def test_counts_beyond_what_rounding_allows_are_refused(counts):
    with pytest.raises(BadRequest, match="counts of results must be 0 or more, and 1000000000 in sum"):
        Sprt(elo0=0, elo1=5).verdict(counts)


@pytest.mark.parametrize("model", Model)
def test_the_ratio_grows_in_step_with_the_counts_up_to_the_largest(model):
    test, shape = Sprt(elo0=0, elo1=5, model=model), np.array([1, 2, 4, 2, 1])
    assert test.llr(shape * 10**8) == pytest.approx(float(test.llr(shape)) * 10**8, rel=1e-6)


DUELS = 2_000
NOMINAL = 0.05 + 3 * math.sqrt(0.05 * 0.95 / DUELS)
SHAPE = np.array([1, 4, 8, 4, 1]) / 18
SPREAD = math.sqrt(SHAPE @ (np.linspace(0, 1, 5) - 0.5) ** 2)


def shifted(model, elo):
    """The likeliest pairs of this strength: the symmetric shape, tilted until the mean is right."""
    scores = np.linspace(0, 1, 5)
    low, high = -20.0, 20.0
    for _ in range(100):
        tilt = (low + high) / 2
        shares = SHAPE * np.exp(tilt * scores)
        shares /= shares.sum()
        mean = shares @ scores
        spread = math.sqrt(shares @ (scores - mean) ** 2)
        found = (
            -400 * math.log10(1 / mean - 1) if model == "logistic" else (mean - 0.5) / spread / math.sqrt(2) * 347.4356
        )
        low, high = (tilt, high) if found < elo else (low, tilt)
    return shares


@pytest.mark.parametrize("model", Model)
def test_error_rates_of_simulated_duels_are_at_most_nominal(model):
    test = Sprt(elo0=-50, elo1=50, model=model)
    for truth, wrong, seed in ((-50, Decision.ACCEPT_H1, 1), (50, Decision.ACCEPT_H0, 2)):
        ends = duels(test, shifted(model, truth), np.random.default_rng(seed))
        assert np.mean(ends == wrong) <= NOMINAL
        assert not np.any(ends == Decision.CONTINUE)


def duels(test, shares, rng, step=4, longest=2_000):
    """How each duel ended, looked at after every fourth pair."""
    counts, ends, live = np.zeros((DUELS, 5), dtype=int), np.full(DUELS, Decision.CONTINUE.value), np.arange(DUELS)
    for _ in range(0, longest, step):
        counts[live] += rng.multinomial(step, shares, size=live.size)
        rows, places = np.unique(counts[live], axis=0, return_inverse=True)
        decided = np.array([test.decide(llr).value for llr in test.llr(rows)])[places]
        ends[live] = decided
        live = live[decided == Decision.CONTINUE]
        if not live.size:
            break
    return ends
