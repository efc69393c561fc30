"""Payoffs of a population of agents or checkpoints: summed set by set, told with intervals, and where they are unsure.

A set is one sample of every pair in it, whatever its number of matches: matches of one set share agents and deals.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.payoff import Cell, PayoffMatrix, matrix, score_interval

Floats = NDArray[np.float64]


class Metric(StrEnum):
    """What a payoff is: WINS, 1 for a set in which the row earned more than the column and 1/2 for as much, or SCORE,
    the mean score a match."""

    WINS = "wins"
    SCORE = "score"


class PairSums(NamedTuple):
    """What the sets of one pair sum up to, for `agent`: how many there are, and since which set's number.

    `total` and `squares` are the sums of its mean scores a match and of their squares, `low` and `high` the least and
    the greatest of them. It earned more than `opponent` in `wins` sets, and less in `losses`.
    """

    agent: AgentName
    opponent: AgentName
    samples: int
    total: float
    squares: float
    wins: int
    losses: int
    low: float
    high: float
    since: int = 0

    def with_more(self, more: "PairSums") -> "PairSums":
        """The sums of these sets and of others of the same pair."""
        return self._replace(
            samples=self.samples + more.samples,
            total=self.total + more.total,
            squares=self.squares + more.squares,
            wins=self.wins + more.wins,
            losses=self.losses + more.losses,
            low=min(self.low, more.low),
            high=max(self.high, more.high),
            since=min(self.since, more.since),
        )

    @property
    def score(self) -> Cell:
        """Mean and spread of the mean scores."""
        mean = self.total / self.samples
        squares = max(0.0, self.squares - self.total * mean)
        return Cell(self.agent, self.opponent, mean, self.samples, squares, (self.wins - self.losses) / self.samples)

    @property
    def share(self) -> Cell:
        """Mean and spread of the sets won, drawn ones counted as half."""
        draws = self.samples - self.wins - self.losses
        mean = (self.wins + draws / 2) / self.samples
        squares = self.wins * (1 - mean) ** 2 + draws * (0.5 - mean) ** 2 + self.losses * mean**2
        return Cell(self.agent, self.opponent, mean, self.samples, squares, (self.wins - self.losses) / self.samples)


Sums = Mapping[tuple[AgentName, AgentName], PairSums]
"""The pairs that have met, each from both sides."""


@dataclass(frozen=True, slots=True, eq=False)
class PayoffTable:
    """Arrays of shape (rows, columns): `mean` payoffs of rows against columns, their 95 % interval from `low` to
    `high`, and `count`, the sets. All are NaN where nothing is known, and then `count` is 0; so are the bounds of
    scores that are all the same so far."""

    rows: tuple[AgentName, ...]
    columns: tuple[AgentName, ...]
    metric: Metric
    mean: Floats
    low: Floats
    high: Floats
    count: NDArray[np.int64]

    @property
    def missing(self) -> list[tuple[AgentName, AgentName]]:
        """Rows and columns that have not met, row by row; nobody misses itself."""
        unmet = ((self.rows[i], self.columns[j]) for i, j in np.argwhere(self.count == 0))
        return [(row, column) for row, column in unmet if row != column]


class Need(NamedTuple):
    """A pairing whose payoff is uncertain: the sets so far, and the interval's width as a share of the range, 1 for a
    pair that has not met."""

    agent: AgentName
    opponent: AgentName
    samples: int
    width: float


def payoff_table(
    sums: Sums,
    rows: Sequence[AgentName],
    columns: Sequence[AgentName],
    metric: Metric = Metric.WINS,
    bounds: tuple[float, float] | None = None,
) -> PayoffTable:
    """Rows against columns.

    `bounds` are the least and the greatest mean score there can be, by default those seen, which makes intervals of few
    sets too narrow; scores outside of them have no interval.

    The interval is `arena.rating.payoff.score_interval`, sets being the samples.
    """
    shape = len(rows), len(columns)
    mean, squares, count = np.full(shape, nan), np.full(shape, nan), np.zeros(shape)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if found := sums.get((row, column)):
                cell = found.share if metric is Metric.WINS else found.score
                mean[i, j], squares[i, j], count[i, j] = cell.mean, cell.squares, cell.samples
    low, high = score_interval(mean, count, squares, _range(sums, metric, bounds))
    return PayoffTable(tuple(rows), tuple(columns), metric, mean, low, high, count.astype(np.int64))


def pool_of(sums: Sums) -> PayoffMatrix:
    """The square matrix of mean scores that opponent sampling decides on (`arena.rating.sampling.Choice`)."""
    agents = sorted({agent for pair in sums for agent in pair})
    return matrix(agents, [pair.score for pair in sums.values()], seen(sums.values()))


def need_matches(
    sums: Sums,
    agents: Sequence[AgentName],
    most: int,
    metric: Metric = Metric.WINS,
    bounds: tuple[float, float] | None = None,
) -> list[Need]:
    """The `most` pairings of these agents with the widest intervals, widest first.

    Uncertainty sampling: where the next result narrows most, a pair that has not met being unknown over the whole
    range. Of a pair's two sides the wider one counts. Among equals, fewer sets come first, then the order of `agents`.
    `bounds` are as in `payoff_table`.

    Raises:
        BadRequest: `most` is not positive, or there are no two agents.
    """
    if most < 1:
        raise BadRequest(f"ask for at least one pairing, not for {most}")
    if len(agents) < 2:
        raise BadRequest("a pairing needs two agents; name more of them, or let more play")
    table = payoff_table(sums, agents, agents, metric, bounds)
    low, high = _range(sums, metric, bounds)
    width = (table.high - table.low) / (high - low) if high > low else np.full_like(table.mean, nan)
    width = np.nan_to_num(np.maximum(width, width.T), nan=1.0)
    pairs = [
        Need(agents[i], agents[j], int(table.count[i, j]), float(width[i, j]))
        for i, j in combinations(range(len(agents)), 2)
    ]
    return sorted(pairs, key=lambda pair: (-pair.width, pair.samples))[:most]


def _range(sums: Sums, metric: Metric, bounds: tuple[float, float] | None) -> tuple[float, float]:
    return (0.0, 1.0) if metric is Metric.WINS else bounds or seen(sums.values())


def seen(sums: Iterable[PairSums]) -> tuple[float, float]:
    """The least and the greatest mean score of a set so far."""
    pairs = list(sums)
    return min((pair.low for pair in pairs), default=0.0), max((pair.high for pair in pairs), default=0.0)
