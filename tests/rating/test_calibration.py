"""Forecasts are judged by proper rules, and never by what they could have peeked at."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.errors import BadRequest
from arena.rating.calibration import (
    balance_score,
    brier,
    calibration,
    calibration_curve,
    calibration_error,
    log_loss,
    prequential,
)


def drawn(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated forecasts and their outcomes."""
    rng = np.random.default_rng(seed)
    forecasts = rng.uniform(0.02, 0.98, size=count)
    return forecasts, (rng.random(count) < forecasts).astype(float)


def test_a_coin_costs_log_two_and_a_quarter() -> None:
    assert log_loss([0.5, 0.5], [1, 0]) == pytest.approx(log(2))
    assert brier([0.5, 0.5], [1, 0]) == 0.25


def test_a_draw_is_half_a_win_and_half_a_loss() -> None:
    assert log_loss([0.8], [0.5]) == pytest.approx((log_loss([0.8], [1]) + log_loss([0.8], [0])) / 2)


def test_failed_certainty_is_dear_but_finite() -> None:
    assert 20 < log_loss([1.0], [0]) < 40
    assert log_loss([1.0, 0.0], [1, 0]) == pytest.approx(0, abs=1e-9)


def test_balance_score_is_that_of_the_paper() -> None:
    assert balance_score([0.7], [1]) == pytest.approx(0.3)  # 1 - c: the favoured side won
    assert balance_score([0.7], [0]) == pytest.approx(-0.7)  # -c: it lost
    assert balance_score([0.3], [1]) == pytest.approx(-0.7)
    assert balance_score([0.5], [1]) == 0


def test_a_calibrated_model_scores_nothing_amiss() -> None:
    judged = calibration(*drawn(50_000))
    assert abs(judged.balance) < 0.01
    assert judged.calibration_error < 0.015
    assert all(abs(point.forecast - point.outcome) < 0.03 for point in judged.curve)


def test_balance_score_tells_the_sure_from_the_timid() -> None:
    forecasts, outcomes = drawn(20_000)
    assert balance_score(0.5 + (forecasts - 0.5) * 0.5, outcomes) > 0.05
    assert balance_score(np.clip(0.5 + (forecasts - 0.5) * 2, 0, 1), outcomes) < -0.05


def test_proper_rules_prefer_the_truth() -> None:
    forecasts, outcomes = drawn(20_000)
    for rule in (log_loss, brier):
        assert rule(forecasts, outcomes) < rule(0.5 + (forecasts - 0.5) * 0.7, outcomes)
        assert rule(forecasts, outcomes) < rule(np.clip(forecasts + 0.1, 0, 1), outcomes)


def test_calibration_error_is_the_mean_gap_of_bins_of_equal_mass() -> None:
    forecasts = [0.1] * 5 + [0.9] * 5
    outcomes = [0, 0, 0, 0, 1] + [1] * 5
    assert calibration_error(forecasts, outcomes, bins=2) == pytest.approx((0.1 + 0.1) / 2)
    assert [point.count for point in calibration_curve(forecasts, outcomes, bins=2)] == [5, 5]


@given(st.permutations([(0.3, 1.0), (0.3, 0.0), (0.3, 0.0), (0.6, 1.0), (0.6, 0.0), (0.9, 1.0)]))
def test_measures_do_not_depend_on_the_order(pairs: list[tuple[float, float]]) -> None:
    forecasts, outcomes = zip(*pairs, strict=True)
    ordered = zip(*sorted(pairs), strict=True)
    assert calibration_error(forecasts, outcomes, bins=4) == pytest.approx(calibration_error(*ordered, bins=4))


def test_points_of_the_curve_lie_within_their_intervals() -> None:
    curve = calibration_curve(*drawn(500))
    assert len(curve) == 10
    assert all(point.low <= point.outcome <= point.high for point in curve)
    assert [point.forecast for point in curve] == sorted(point.forecast for point in curve)


class Running:
    """A rating of two agents that notes how many results it knew at each forecast."""

    def __init__(self) -> None:
        self.lead = 0.0
        self.seen: list[float] = []
        self.known_at: list[int] = []

    def expect(self, result: float) -> float:
        self.known_at.append(len(self.seen))
        return self.mean()

    def learn(self, result: float) -> None:
        self.lead += 0.1 * (result - self.mean())
        self.seen.append(result)

    def mean(self) -> float:
        return 1 / (1 + exp(-self.lead))


def test_each_forecast_is_made_before_its_result_is_learnt() -> None:
    predictor = Running()
    stream = (np.random.default_rng(1).random(400) < 0.75).astype(float).tolist()
    judged = prequential(predictor, stream, score=lambda result: result, burn_in=100)
    assert predictor.known_at == list(range(400))
    assert judged.count == 300
    assert judged.log_loss < log(2)


@pytest.mark.parametrize(
    ("forecasts", "outcomes", "sentence"),
    [
        ([], [], "there are no forecasts"),
        ([0.5], [1, 0], "1 forecasts stand beside 2 outcomes"),
        ([1.5], [1], "outside 0..1"),
        ([float("nan")], [1], "outside 0..1"),
        ([0.5], [2], "outside 0..1"),
    ],
)
def test_what_cannot_be_judged_gets_one_clear_sentence(
    forecasts: list[float], outcomes: list[float], sentence: str
) -> None:
    with pytest.raises(BadRequest, match=sentence):
        calibration(forecasts, outcomes)


def test_no_bins_are_refused() -> None:
    with pytest.raises(BadRequest, match="give at least 1"):
        calibration([0.5], [1], bins=0)
