"""Scores over many games: the published statistics, reproducible and robust."""

import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, trim_mean

from arena.core.errors import BadRequest
from arena.rating.aggregate import (
    Scores,
    interquartile_interval,
    interquartile_mean,
    performance_profile,
    probability_of_improvement,
)


def runs(seed: int, games: int = 4, count: int = 10, shift: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {f"game-{at}": rng.normal(at + shift, 1 + at, size=count) for at in range(games)}


def test_interquartile_mean_is_the_trimmed_mean() -> None:
    scores = runs(1)
    expected = trim_mean(np.concatenate(list(scores.values())), 0.25)
    assert interquartile_mean(scores) == pytest.approx(expected, abs=1e-12)


def test_interquartile_mean_counts_runs_on_the_edge_in_part() -> None:
    assert interquartile_mean({"go": [0, 6, 24]}) == pytest.approx((6 / 3 + 24 / 12) / 0.5)
    assert interquartile_mean({"go": [0, 3, 6, 9, 12]}) == pytest.approx((0.75 * 3 + 6 + 0.75 * 9) / 2.5)
    assert interquartile_mean({"go": [7.0]}) == pytest.approx(7)


def test_interquartile_mean_ignores_an_outlier() -> None:
    usual = {"go": [1, 2, 3, 4, 5, 6, 7, 8]}
    odd = {"go": [1, 2, 3, 4, 5, 6, 7, 1e9]}
    assert interquartile_mean(odd) == interquartile_mean(usual)


def test_each_game_counts_alike_whatever_its_runs() -> None:
    few = {"go": [1.0] * 4, "hex": [3.0] * 4}
    many = {"go": [1.0] * 4, "hex": [3.0] * 400}
    assert interquartile_mean(few) == pytest.approx(interquartile_mean(many)) == pytest.approx(2.0)


def test_interval_of_the_interquartile_mean_covers_the_truth() -> None:
    truth = interquartile_mean(runs(0, count=20_000))
    found = [interquartile_interval(runs(seed, count=20), resamples=400) for seed in range(200)]
    assert all(one.low <= one.value <= one.high for one in found)
    assert 0.88 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.99


def test_bootstraps_are_the_same_for_the_same_seed() -> None:
    one, two, other = (interquartile_interval(runs(1), resamples=100, seed=seed) for seed in (1, 1, 2))
    assert one == two != other


def test_profile_is_the_share_of_runs_above_each_threshold() -> None:
    profile = performance_profile({"go": [0, 1, 2, 3], "hex": [2, 2]}, [-1, 1.5, 2, 9], resamples=200)
    assert profile.shares == (1.0, 0.75, 0.125, 0.0)
    assert all(low <= share <= high for low, share, high in zip(profile.low, profile.shares, profile.high, strict=True))


def test_probability_of_improvement_is_mann_whitneys() -> None:
    ours, theirs = runs(1, count=8, shift=0.5), runs(2, count=12)
    expected = np.mean([mannwhitneyu(ours[game], theirs[game]).statistic / 96 for game in ours])
    found = probability_of_improvement(ours, theirs, resamples=200)
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high


def test_equal_scores_are_no_improvement() -> None:
    assert probability_of_improvement({"go": [1, 1]}, {"go": [1, 1, 1], "hex": [9]}, resamples=10).value == 0.5


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ({}, "there are no scores"),
        ({"go": []}, "game 'go' has no runs"),
        ({"go": [1.0, math.nan]}, "not a finite number"),
    ],
)
def test_scores_that_cannot_be_aggregated_get_one_clear_sentence(scores: Scores, sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        interquartile_mean(scores)


def test_agents_without_a_common_game_are_not_compared() -> None:
    with pytest.raises(BadRequest, match="no game in common"):
        probability_of_improvement({"go": [1]}, {"hex": [1]})
