"""Scores over many games, with honest intervals (Agarwal and others, NeurIPS 2021, arXiv 2108.13264).

Scores stand by game, several runs each, on a scale that the caller has made comparable across games. Each game counts
alike, however many runs it has; bootstraps draw runs within each game and are seeded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from arena.core.errors import BadRequest
from arena.rating.bradley_terry_pairs import Floats

Scores: TypeAlias = Mapping[str, Sequence[float] | Floats]
"""The scores of one agent's runs, by game."""
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its percentile interval by stratified bootstrap."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A performance profile: the share of runs that score above each threshold, with a pointwise interval."""

    thresholds: tuple[float, ...]
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def interquartile_mean(scores: Scores) -> float:
    """The mean of the middle half of all runs: robust to outliers, and steadier than the median.

    Runs on the edge of the middle half count with the part that is inside, so that no run number is special. With as
    many runs in each game and a multiple of four in all, it is scipy's `trim_mean(scores, 0.25)`.

    Raises:
        BadRequest: when there are no games, a game without runs, or a score that is no number.
    """
    columns = _columns(scores)
    return float(_middle_means(columns, _whole(columns))[0])


def interquartile_interval(scores: Scores, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The interquartile mean with its interval.

    Raises:
        BadRequest: as `interquartile_mean`.
    """
    columns = _columns(scores)
    drawn = _drawn(columns, resamples, np.random.default_rng(seed))
    return _interval(interquartile_mean(scores), _middle_means(columns, drawn), level)


def performance_profile(
    scores: Scores, thresholds: Sequence[float], level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Profile:
    """The share of runs above each threshold, averaged over games: the whole distribution at a glance.

    Raises:
        BadRequest: as `interquartile_mean`.
    """
    columns = _columns(scores)
    drawn = _drawn(columns, resamples, np.random.default_rng(seed))
    whole = _whole(columns)
    rows = [_interval(float(_shares(columns, whole, at)[0]), _shares(columns, drawn, at), level) for at in thresholds]
    return Profile(
        thresholds=tuple(thresholds),
        shares=tuple(row.value for row in rows),
        low=tuple(row.low for row in rows),
        high=tuple(row.high for row in rows),
    )


def probability_of_improvement(
    scores: Scores, others: Scores, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """How likely a run of the first agent beats one of the other on a random game; equal scores count half.

    Games that only one of them has are left out.

    Raises:
        BadRequest: as `interquartile_mean`, or when no game is common to both.
    """
    common = sorted(scores.keys() & others.keys())
    if not common:
        raise BadRequest("the two agents have no game in common; compare agents that ran on the same games")
    ours, theirs = _columns({game: scores[game] for game in common}), _columns({game: others[game] for game in common})
    beats = [np.sign(one[:, None] - two) / 2 + 0.5 for one, two in zip(ours, theirs, strict=True)]
    rng = np.random.default_rng(seed)
    drawn = _beaten(beats, _drawn(ours, resamples, rng), _drawn(theirs, resamples, rng))
    return _interval(float(_beaten(beats, _whole(ours), _whole(theirs))[0]), drawn, level)


def _columns(scores: Scores) -> list[Floats]:
    columns = [np.asarray(runs, dtype=np.float64).ravel() for runs in scores.values()]
    empty = [game for game, column in zip(scores, columns, strict=True) if not column.size]
    if empty or not columns:
        raise BadRequest(
            f"game {empty[0]!r} has no runs; leave it out" if empty else "there are no scores to aggregate"
        )
    if not all(np.isfinite(column).all() for column in columns):
        raise BadRequest("a score is not a finite number; leave such runs out or give them their worst score")
    return columns


def _whole(columns: list[Floats]) -> list[Floats]:
    """The weights of the runs as they are, (1, runs) by game."""
    return [np.full((1, column.size), 1 / column.size) for column in columns]


def _drawn(columns: list[Floats], resamples: int, rng: np.random.Generator) -> list[Floats]:
    """The weights of the runs when as many are drawn with replacement from each game, (resamples, runs) by game."""
    sizes = [column.size for column in columns]
    return [rng.multinomial(size, np.full(size, 1 / size), size=resamples) / size for size in sizes]


def _middle_means(columns: list[Floats], weights: list[Floats]) -> Floats:
    """The interquartile mean under each row of weights."""
    values = np.concatenate(columns)
    order = np.argsort(values)
    above = np.cumsum(np.concatenate(weights, axis=1)[:, order], axis=1) / len(columns)
    inside = np.diff(np.clip(above, 0.25, 0.75), axis=1, prepend=0.25)
    return np.asarray(inside @ values[order] / inside.sum(axis=1))


def _shares(columns: list[Floats], weights: list[Floats], threshold: float) -> Floats:
    by_game = [weight @ (column > threshold) for column, weight in zip(columns, weights, strict=True)]
    return np.asarray(np.mean(by_game, axis=0))


def _beaten(beats: list[Floats], ours: list[Floats], theirs: list[Floats]) -> Floats:
    """The weighted share of pairs of runs that ours win, averaged over games; `beats` is (our runs, their runs)."""
    by_game = [((one @ won) * two).sum(axis=1) for won, one, two in zip(beats, ours, theirs, strict=True)]
    return np.asarray(np.mean(by_game, axis=0))


def _interval(value: float, drawn: Floats, level: float) -> Interval:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))
