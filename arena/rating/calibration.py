"""How far forecasts of results can be believed: scoring rules, calibration curves, and honest evaluation over a stream.

A forecast is an expected score from 0 to 1, an outcome the score that came: 1 for a win, 0.5 for a draw, 0 for a loss.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from arena.core.errors import BadRequest
from arena.core.share import wilson
from arena.rating.bradley_terry_pairs import Floats

BINS = 10
_SURE = 1e-12
"""A forecast of certainty that fails costs the logarithm of this, not infinity."""

Result_contra = TypeVar("Result_contra", contravariant=True)
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One bin of a calibration curve: the mean forecast, the mean outcome with its 95 % interval, and its size."""

    forecast: float
    outcome: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What can be said of a series of forecasts; the functions of this module say what each number is."""

    count: int
    log_loss: float
    brier: float
    calibration_error: float
    balance: float
    curve: tuple[CurvePoint, ...]


class Predictor(Protocol[Result_contra]):
    """Anything that forecasts a result before it is told of it."""

    def expect(self, result: Result_contra) -> float:
        """The expected score of the result's first side, from earlier results alone."""

    def learn(self, result: Result_contra) -> None:
        """Take the result into account."""


def calibration(
    forecasts: Sequence[float] | Floats, outcomes: Sequence[float] | Floats, bins: int = BINS
) -> Calibration:
    """All measures at once.

    Raises:
        BadRequest: when there are no forecasts, their number is not that of the outcomes, or one is outside 0..1.
    """
    forecast, outcome = _checked(forecasts, outcomes)
    return Calibration(
        count=len(forecast),
        log_loss=log_loss(forecast, outcome),
        brier=brier(forecast, outcome),
        calibration_error=calibration_error(forecast, outcome, bins),
        balance=balance_score(forecast, outcome),
        curve=calibration_curve(forecast, outcome, bins),
    )


def prequential(
    predictor: Predictor[Seen],
    stream: Iterable[Seen],
    score: Callable[[Seen], float],
    burn_in: int = 0,
    bins: int = BINS,
) -> Calibration:
    """Forecast each result of the stream before learning it; the first `burn_in` are learnt and not counted.

    `score` reads the first side's score off a result. No forecast ever sees its own outcome or a later one (A. P.
    Dawid, JRSS A 147, 1984).

    Raises:
        BadRequest: when the stream has no more than `burn_in` results, or a forecast is outside 0..1.
    """
    forecasts: list[float] = []
    outcomes: list[float] = []
    for result in stream:
        forecasts.append(predictor.expect(result))
        outcomes.append(score(result))
        predictor.learn(result)
    return calibration(forecasts[burn_in:], outcomes[burn_in:], bins)


def log_loss(forecasts: Sequence[float] | Floats, outcomes: Sequence[float] | Floats) -> float:
    """The mean negative log-likelihood in nats; a coin's is log 2. A draw counts as half a win and half a loss."""
    forecast, outcome = _checked(forecasts, outcomes)
    safe = np.clip(forecast, _SURE, 1 - _SURE)
    return float(-(outcome * np.log(safe) + (1 - outcome) * np.log1p(-safe)).mean())


def brier(forecasts: Sequence[float] | Floats, outcomes: Sequence[float] | Floats) -> float:
    """The mean squared error (G. W. Brier, Monthly Weather Review 78, 1950); a coin's is 0.25 without draws."""
    forecast, outcome = _checked(forecasts, outcomes)
    return float(((forecast - outcome) ** 2).mean())


def balance_score(forecasts: Sequence[float] | Floats, outcomes: Sequence[float] | Floats) -> float:
    """The favoured side's mean score less its mean forecast (arXiv 2309.06248).

    0 for a calibrated model, positive for one that is too timid, negative for one that is too sure. A forecast of
    exactly 0.5 favours nobody and counts 0.
    """
    forecast, outcome = _checked(forecasts, outcomes)
    return float((np.sign(forecast - 0.5) * (outcome - forecast)).mean())


def calibration_error(
    forecasts: Sequence[float] | Floats, outcomes: Sequence[float] | Floats, bins: int = BINS
) -> float:
    """The expected calibration error over bins of equal mass: the mean distance of forecast and outcome by bin.

    It is biased upwards by chance alone, by up to sqrt(bins / (2 pi count)) for even forecasts; compare like with like.
    """
    forecast, outcome = _checked(forecasts, outcomes)
    gaps = [len(p) * abs(p.mean() - y.mean()) for p, y in _binned(forecast, outcome, bins)]
    return float(sum(gaps) / len(forecast))


def calibration_curve(
    forecasts: Sequence[float] | Floats, outcomes: Sequence[float] | Floats, bins: int = BINS
) -> tuple[CurvePoint, ...]:
    """Bins of equal mass for a plot, lowest forecasts first; the interval is Wilson's, at most too wide with draws."""
    forecast, outcome = _checked(forecasts, outcomes)
    points: list[CurvePoint] = []
    for p, y in _binned(forecast, outcome, bins):
        low, high = wilson(float(y.sum()), len(y))
        points.append(CurvePoint(float(p.mean()), float(y.mean()), low, high, len(y)))
    return tuple(points)


def _binned(forecast: Floats, outcome: Floats, bins: int) -> list[tuple[Floats, Floats]]:
    """Forecasts in order and their outcomes, in bins that differ by one at most; equal forecasts share their outcomes.

    Sharing makes the bins independent of the order in which equal forecasts stand.
    """
    if bins < 1:
        raise BadRequest(f"{bins} bins hold nothing; give at least 1, such as {BINS}")
    values, place, count = np.unique(forecast, return_inverse=True, return_counts=True)
    shared = np.bincount(place, outcome) / count
    ordered = np.repeat(values, count), np.repeat(shared, count)
    split = [np.array_split(column, min(bins, len(forecast))) for column in ordered]
    return list(zip(*split, strict=True))


def _checked(forecasts: Sequence[float] | Floats, outcomes: Sequence[float] | Floats) -> tuple[Floats, Floats]:
    forecast, outcome = np.asarray(forecasts, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if not forecast.size:
        raise BadRequest("there are no forecasts to judge; at least one with its outcome is needed")
    if forecast.shape != outcome.shape or forecast.ndim != 1:
        raise BadRequest(f"{forecast.size} forecasts stand beside {outcome.size} outcomes; give one outcome for each")
    if not (min(forecast.min(), outcome.min()) >= 0 and max(forecast.max(), outcome.max()) <= 1):
        raise BadRequest("a forecast or outcome is outside 0..1; give expected scores, and 1, 0.5 or 0")
    return forecast, outcome
