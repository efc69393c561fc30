"""The payoff matrix of a pool of agents: what each earns against each other, how sure that is, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.results import SetResult

Floats = NDArray[np.float64]

_Z95: Final = 1.959963984540054
_TIE: Final = 1e-12


class Cell(NamedTuple):
    """What the samples of one pair amount to: their mean for `agent`, and the sum of squared deviations from it.

    `majority` is the share of samples in which `agent` did better less that in which it did worse. Where only means are
    known, `squares` and `majority` are NaN.
    """

    agent: AgentName
    opponent: AgentName
    mean: float
    samples: int
    squares: float = nan
    majority: float = nan


@dataclass(frozen=True, slots=True, eq=False)
class PayoffMatrix:
    """Arrays of shape (agents, agents), of rows against columns; the diagonal is self-play.

    `payoff` is a mean, `low` and `high` its 95 % interval, `majority` as in `Cell`; all NaN where nothing is known, and
    then `count`, the samples, is 0.
    """

    agents: tuple[AgentName, ...]
    payoff: Floats
    low: Floats
    high: Floats
    count: NDArray[np.int64]
    majority: Floats

    @property
    def margins(self) -> Floats:
        """Half of what the row earns more than the column, antisymmetric; NaN where either side is missing.

        In a game of constant sum that is the payoff, less half of the sum. The diagonal is 0.
        """
        return _antisymmetric(self.payoff)

    def take(self, chosen: Sequence[int]) -> "PayoffMatrix":
        """The matrix of some agents, by their places, in this order."""
        cells = np.ix_(chosen, chosen)
        return PayoffMatrix(
            tuple(self.agents[i] for i in chosen),
            self.payoff[cells],
            self.low[cells],
            self.high[cells],
            self.count[cells],
            self.majority[cells],
        )

    def complete(self) -> list[int]:
        """The places of agents that have all met one another: what solution concepts are computed over.

        While a pair is missing, the agent with the most missing pairs is left out, among equals the one with the fewest
        samples, then the last one. It is quick and leaves few out, though not always as few as can be.
        """
        missing = np.isnan(self.margins)
        kept = list(range(len(self.agents)))
        while kept and missing[np.ix_(kept, kept)].any():
            gaps, samples = missing[np.ix_(kept, kept)].sum(axis=1), self.count[kept].sum(axis=1)
            kept.pop(max(range(len(kept)), key=lambda i: (gaps[i], -samples[i], i)))
        return kept


@dataclass(frozen=True, slots=True)
class Solution:
    """Solution concepts by agent; None for those `left_out`, who have not met all the others.

    `nash`, `alpha_rank` and `maximal_lottery` each sum to 1. Without two agents that have met, all are None.
    """

    nash: Mapping[AgentName, float | None]
    alpha_rank: Mapping[AgentName, float | None]
    maximal_lottery: Mapping[AgentName, float | None]
    cyclic_share: float | None
    left_out: tuple[AgentName, ...]


@dataclass(frozen=True, slots=True)
class CrossPlay:
    """Mean scores of a cooperative pool: of agents with themselves, with one another, and the first less the second."""

    self_play: float
    cross_play: float
    gap: float


class PayoffTally:
    """Adds finished sets up. A set is one sample of every pair in it: the mean score a match, of either side.

    In a set of more than two agents a pair's payoff is what the row earned in the column's company; mates of one team
    are no pair. A set of one agent is its self-play.
    """

    def __init__(self) -> None:
        self._cells: dict[tuple[AgentName, AgentName], list[float]] = {}
        self._range = float("inf"), float("-inf")

    def add(self, result: SetResult) -> None:
        """Count one finished set."""
        sides = [(line.agent, line.rank, line.score / line.matches) for line in result.standings]
        low, high = self._range
        self._range = min(low, *(side[2] for side in sides)), max(high, *(side[2] for side in sides))
        teams = result.teams or {}
        for agent, rank, sample in sides:
            for other, theirs, _ in sides:
                mates = agent == other or (agent in teams and teams[agent] == teams.get(other))
                if not mates or len(sides) == 1:
                    self._sample(agent, other, sample, (theirs > rank) - (theirs < rank))

    def update(self, results: Iterable[SetResult]) -> "PayoffTally":
        """Count a stream of finished sets."""
        for result in results:
            self.add(result)
        return self

    def matrix(self, bounds: tuple[float, float] | None = None) -> PayoffMatrix:
        """The matrix so far, agents in order of their names.

        `bounds` are the least and the greatest payoff there can be; the range of those seen when left out, which makes
        intervals of few results too narrow.
        """
        cells = self.cells()
        return matrix(sorted({cell.agent for cell in cells}), cells, bounds or self.seen)

    def cells(self) -> list[Cell]:
        """The pairs that have met, each from both sides."""
        return [
            Cell(agent, opponent, mean, int(count), squares, votes / count)
            for (agent, opponent), (count, mean, squares, votes) in self._cells.items()
        ]

    @property
    def seen(self) -> tuple[float, float]:
        """The least and the greatest payoff so far."""
        return self._range

    def _sample(self, agent: AgentName, other: AgentName, sample: float, vote: int) -> None:
        cell = self._cells.setdefault((agent, other), [0, 0.0, 0.0, 0])
        cell[0] += 1
        step = sample - cell[1]
        cell[1] += step / cell[0]
        cell[2] += step * (sample - cell[1])
        cell[3] += vote


def matrix(agents: Sequence[AgentName], cells: Iterable[Cell], bounds: tuple[float, float]) -> PayoffMatrix:
    """The matrix of these cells, each pair standing at most once in either order.

    A pair that stands in one order only is taken as zero-sum: the other side earns the negative. `bounds` are the least
    and the greatest payoff there can be; where a payoff is outside of them, no interval is stated.

    Raises:
        BadRequest: a cell stands twice, or names an agent that is not among `agents`.
    """
    place = {agent: i for i, agent in enumerate(agents)}
    known = np.full((4, len(agents), len(agents)), nan)
    known[1] = 0
    for cell in cells:
        if cell.agent not in place or cell.opponent not in place:
            raise BadRequest(f"{cell.agent} against {cell.opponent} is not of this matrix")
        at = place[cell.agent], place[cell.opponent]
        if known[1][at]:
            raise BadRequest(f"{cell.agent} against {cell.opponent} stands twice")
        known[:, *at] = cell.mean, cell.samples, cell.squares, cell.majority
    mirrored = (known[1] == 0) & (known[1].T > 0)
    flipped = known.transpose(0, 2, 1) * np.array([-1, 1, 1, -1])[:, None, None]
    mean, count, squares, majority = np.where(mirrored, flipped, known) + 0.0
    low, high = score_interval(mean, count, squares, bounds)
    majority = np.where(np.isnan(majority), _votes(mean), majority)
    return PayoffMatrix(tuple(agents), mean, low, high, count.astype(np.int64), majority)


def solve(pool: PayoffMatrix) -> Solution:
    """Nash averaging, alpha-rank in its limit, the maximal lottery and the cyclic share of the agents that all met.

    All take the margins, half of what the row earns more than the column: in zero-sum games that is the payoff.
    """
    from arena.rating.alpha_rank import alpha_rank
    from arena.rating.cyclic import cyclic_share
    from arena.rating.lottery import maximal_lottery
    from arena.rating.nash import nash_average

    kept = pool.complete()
    met = pool.take(kept) if len(kept) > 1 else pool.take([])
    left_out = tuple(agent for agent in pool.agents if agent not in met.agents)

    def named(shares: Floats) -> dict[AgentName, float | None]:
        found = dict(zip(met.agents, shares.tolist(), strict=True))
        return {agent: found.get(agent) for agent in pool.agents}

    if not met.agents:
        nothing = named(np.empty(0))
        return Solution(nothing, nothing, nothing, None, left_out)
    margins = met.margins
    return Solution(
        nash=named(nash_average(margins).weights),
        alpha_rank=named(alpha_rank(margins)),
        maximal_lottery=named(maximal_lottery(_antisymmetric(met.majority))),
        cyclic_share=cyclic_share(margins),
        left_out=left_out,
    )


def cross_play(pool: PayoffMatrix) -> CrossPlay | None:
    """The gap of a cooperative pool; None for a pool whose pairs do not share their payoffs, or without self-play.

    Compared are the agents whose self-play is known: the mean of theirs, and the mean of the cells between them.
    """
    met = ~np.isnan(pool.margins) & ~np.eye(len(pool.agents), dtype=bool)
    own = np.flatnonzero(~np.isnan(np.diagonal(pool.payoff)))
    between = pool.payoff[np.ix_(own, own)][met[np.ix_(own, own)]]
    if not between.size or not np.allclose(pool.margins[met], 0, atol=_TIE):
        return None
    alone, together = float(np.diagonal(pool.payoff)[own].mean()), float(between.mean())
    return CrossPlay(alone, together, alone - together)


def _antisymmetric(payoffs: Floats) -> Floats:
    margins: Floats = (payoffs - payoffs.T) / 2
    np.fill_diagonal(margins, 0.0)
    scale = np.nanmax(np.abs(payoffs), initial=0.0)
    return np.where(np.abs(margins) < _TIE * scale, 0.0, margins)


def _votes(mean: Floats) -> Floats:
    """Majorities from means alone: the margins, as if payoffs counted wins less losses, within -1 to 1."""
    margins = _antisymmetric(mean)
    return margins / max(1.0, float(np.nanmax(np.abs(margins), initial=0.0)))


def score_interval(mean: Floats, count: Floats, squares: Floats, bounds: tuple[float, float]) -> tuple[Floats, Floats]:
    """Lower and upper 95 % bounds of means, in the shape of these; NaN where there is no mean, or no range.

    Wilson's score interval (1927) on the range of payoffs, narrowed by how much less they vary than all-or-nothing.

    Nothing varies more, so that unknown squares mean no narrowing. It stays within the range, and is no point after
    equal payoffs.
    """
    low, high = bounds
    if not low < high:
        return np.full_like(mean, nan), np.full_like(mean, nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (mean - low) / (high - low)
        share = np.where((share < -_TIE) | (share > 1 + _TIE), nan, np.clip(share, 0, 1))
        most = count * share * (1 - share)
        ratio = (squares / (high - low) ** 2 + 1) / (most + 1)
        spread = _Z95**2 * np.clip(np.where(np.isnan(squares), 1.0, ratio), 0, 1) / count
        centre = (share + spread / 2) / (1 + spread)
        half = np.sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    width = high - low
    return low + width * np.minimum(share, centre - half), low + width * np.maximum(share, centre + half)
