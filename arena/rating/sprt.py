"""Sequential tests of one duel: when enough has been played to say which of two hypotheses holds.

`Sprt` is the generalised sequential probability ratio test (GSPRT) on match outcomes that are won, drawn or lost.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arena.core.errors import BadRequest

Floats = NDArray[np.float64]

NORMALIZED: Final = 800 / math.log(10)
"""Normalized Elo of one standard deviation a match (M. Van den Bergh, "Comments on normalized Elo", 2021)."""
MAX_ELO: Final = 500.0
"""Hypotheses further from 0 than this are refused: no duel needs a sequential test to tell them apart."""
LARGEST: Final = 10**9
"""Results that a test counts at most: beyond, rounding is no longer small beside its bounds."""
RAREST: Final = 1e-12
"""The least alpha and beta."""
_Z95: Final = 1.959963984540054
_EMPTY: Final = 1e-3
"""An empty count becomes this, as in Fishtest's LLRcalc.regularize, so that every outcome stays possible."""
_EDGE: Final = 1e-3
"""Scores this near to 0 or 1 are cut there before they become Elo, as in Fishtest: about 1200 points either way."""
_SETTLED: Final = 1e-12


class Model(StrEnum):
    """The unit of the hypotheses: Elo of the mean score, or of the mean score in standard deviations."""

    NORMALIZED = "normalized"
    LOGISTIC = "logistic"


class Decision(StrEnum):
    """What the test says after the results so far."""

    ACCEPT_H0 = "accept-h0"
    ACCEPT_H1 = "accept-h1"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test after some results: the log-likelihood ratio and the two bounds it is held against.

    `elo` is logistic Elo of the mean score, whatever the model, and `elo_error` half of its 95 % interval.
    """

    llr: float
    lower: float
    upper: float
    decision: Decision
    elo: float
    elo_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprt:
    """A test of H0, the first agent is `elo0` stronger, against H1, it is `elo1` stronger.

    `alpha` is the chance to accept H1 where H0 holds, `beta` that to accept H0 where H1 holds.

    Results are counts of equally spaced scores from 0 to the most that can be won: (L, D, W) of single matches, or
    (LL, LD, DD + WL, WD, WW) of seat-swapped pairs, whose two matches depend on one another; sets of n matches have
    2 n + 1 counts.

    Raises:
        BadRequest: hypotheses or error rates that no test can tell apart.
    """

    elo0: float
    elo1: float
    alpha: float = 0.05
    beta: float = 0.05
    model: Model = Model.NORMALIZED

    def __post_init__(self) -> None:
        if not -MAX_ELO <= self.elo0 < self.elo1 <= MAX_ELO:
            raise BadRequest(f"elo0 must be below elo1, and both within {-MAX_ELO:.0f} to {MAX_ELO:.0f}")
        if not (RAREST <= self.alpha < 0.5 and RAREST <= self.beta < 0.5):
            raise BadRequest(f"alpha and beta are chances of an error: each must be {RAREST:g} to below 0.5")

    @property
    def bounds(self) -> tuple[float, float]:
        """Wald's bounds: H0 is accepted at or below the first, H1 at or above the second."""
        return math.log(self.beta / (1 - self.alpha)), math.log((1 - self.beta) / self.alpha)

    def llr(self, counts: ArrayLike) -> Floats:
        """The log-likelihood ratio of H1 to H0; `counts` has shape (..., outcomes), the answer has shape (...).

        Each hypothesis is represented by its most likely distribution given the counts (M. Van den Bergh,
        "The generalized maximum likelihood ratio for the expectation value of a distribution", and section 4.1 of
        "Comments on normalized Elo").
        """
        scores, shares, total = _distribution(counts)
        if self.model is Model.LOGISTIC:
            excess = [_tilt(shares, scores - _expected(elo)) for elo in (self.elo0, self.elo1)]
        else:
            matches = (len(scores) - 1) / 2
            excess = [
                _tilt_to_t(shares, scores, elo / NORMALIZED * math.sqrt(matches)) for elo in (self.elo0, self.elo1)
            ]
        ratio: Floats = total * (shares * (np.log(excess[0]) - np.log(excess[1]))).sum(axis=-1)
        return ratio

    def decide(self, llr: float) -> Decision:
        """What a log-likelihood ratio amounts to."""
        lower, upper = self.bounds
        if llr >= upper:
            return Decision.ACCEPT_H1
        return Decision.ACCEPT_H0 if llr <= lower else Decision.CONTINUE

    def verdict(self, counts: Sequence[int]) -> Verdict:
        """The test after these results, in the order that the class describes."""
        llr = float(self.llr(counts))
        lower, upper = self.bounds
        return Verdict(llr, lower, upper, self.decide(llr), *elo_estimate(counts))


def elo_estimate(counts: Sequence[int]) -> tuple[float, float]:
    """Logistic Elo of the mean score and half of its 95 % interval, from counts as `Sprt` takes them."""
    scores, shares, total = _distribution(counts)
    mean, deviation = _moments(shares, scores)
    half = _Z95 * float(deviation) / math.sqrt(total)
    low, here, high = (_elo(float(mean) + step) for step in (-half, 0.0, half))
    return here, (high - low) / 2


def normalized_elo_estimate(counts: Sequence[int]) -> tuple[float, float]:
    """Normalized Elo and half of its 95 % interval, from counts as `Sprt` takes them."""
    scores, shares, total = _distribution(counts)
    mean, deviation = _moments(shares, scores)
    scale = NORMALIZED / math.sqrt((len(scores) - 1) / 2)
    return float((mean - 0.5) / deviation) * scale, _Z95 * scale / math.sqrt(total)


def pentanomial(ll: int, ld: int, wl: int, dd: int, wd: int, ww: int) -> tuple[int, ...]:
    """Pairs as they are reported, in the order that `Sprt` takes; one win each and two draws score the same."""
    return ll, ld, wl + dd, wd, ww


def trinomial(wins: int, losses: int, draws: int) -> tuple[int, ...]:
    """Matches as they are reported, in the order that `Sprt` takes."""
    return losses, draws, wins


def _distribution(counts: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Scores from 0 to 1, the share of each outcome, and how many outcomes there are."""
    filled = np.asarray(counts, dtype=np.float64)
    if not ((filled >= 0).all() and (filled.sum(axis=-1) <= LARGEST).all()):
        raise BadRequest(f"counts of results must be 0 or more, and {LARGEST} in sum at most")
    filled = np.where(filled == 0, _EMPTY, filled)
    total = filled.sum(axis=-1)
    return np.linspace(0, 1, filled.shape[-1]), filled / total[..., None], total


def _moments(shares: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of one outcome."""
    mean = shares @ scores
    return mean, np.sqrt((shares * (scores - mean[..., None]) ** 2).sum(axis=-1))


def _tilt_to_t(shares: Floats, scores: Floats, t: float) -> Floats:
    """How much each share is divided by to give the likeliest distribution with (mean - 1/2) / deviation = t."""
    top = 0.5 + 0.5 * t / math.hypot(1, t)
    likeliest = np.broadcast_to([1 - top, *[0.0] * (len(scores) - 2), top], shares.shape)
    for step in range(60):
        mean, deviation = (moment[..., None] for moment in _moments(likeliest, scores))
        offsets = scores - 0.5 - t * deviation * (1 + ((mean - scores) / deviation) ** 2) / 2
        excess = _tilt(shares, offsets)
        before, likeliest = likeliest, shares / excess
        if step > 20:  # rare distributions make it swing to and fro
            likeliest = (likeliest + before) / 2
        if np.abs(likeliest - before).max(initial=0) < 1e-9:
            break
    return excess


def _tilt(shares: Floats, offsets: Floats) -> Floats:
    """1 + x offsets, with the x at which shares / (1 + x offsets) has mean offset 0.

    The mean falls from one pole to the other. Newton's steps are those of the mean times its distance from both poles,
    which is nearly straight, and bisection takes over where they would leave the bracket.
    """
    left, right = -1 / offsets.max(axis=-1), -1 / offsets.min(axis=-1)
    low, high = np.broadcast_to(left, shares.shape[:-1]), np.broadcast_to(right, shares.shape[:-1])
    x = np.zeros_like(low)
    for _ in range(100):
        terms = offsets / (1 + x[..., None] * offsets)
        mean, slope = (shares * terms).sum(axis=-1), -(shares * terms**2).sum(axis=-1)
        low, high = np.where(mean > 0, x, low), np.where(mean < 0, x, high)
        away, turn = (x - left) * (right - x), left + right - 2 * x
        step = x - mean * away / (slope * away + mean * turn)
        moved = np.where((step > low) & (step < high), step, (low + high) / 2)
        settled = np.abs(moved - x) <= _SETTLED * np.minimum(x - left, right - x)
        x = moved
        if settled.all():
            break
    tilted: Floats = 1 + x[..., None] * offsets
    return tilted


def _expected(elo: float) -> float:
    return float(1 / (1 + 10 ** (-elo / 400)))


def _elo(score: float) -> float:
    return -400 * math.log10(1 / min(max(score, _EDGE), 1 - _EDGE) - 1)
