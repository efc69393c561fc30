"""What games measure of seats, as means by agent, side and role; intervals know which matches hang together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple, TypeAlias

from arena.core.values import AgentName
from arena.rating.ties import ROUNDING

_Level: TypeAlias = tuple[AgentName, str | None, str | None]


class MetricRow(NamedTuple):
    """The mean of one metric over the seats of an agent for which it was measured, `seats` in `sets` sets.

    `side` and `role` are None where all of them count together. `low` and `high` bound the mean 95 times in 100; they
    are None after a single set, and while all sets are alike.
    """

    metric: str
    agent: AgentName
    side: str | None
    role: str | None
    mean: float
    low: float | None
    high: float | None
    seats: int
    sets: int


class MetricTally:
    """Grows seat by seat, the seats of a set one after the other; what it holds does not grow with the sets.

    A metric that a seat does not have, for want of occasion, does not count. Matches of a set share agents and often
    deals, so that the sets are the samples: the interval is Student's, of the linearised ratio of two sums over sets
    (W. G. Cochran, Sampling Techniques, 1977, 6.4).
    """

    def __init__(self) -> None:
        self._means: dict[tuple[str, _Level], _Mean] = {}

    def add(self, number: int, agent: AgentName, side: str, role: str, metrics: Mapping[str, float]) -> None:
        """Count one seat of the set of this number."""
        levels: dict[_Level, None] = {(agent, None, None): None}
        if side:
            levels[agent, side, None] = None
        if role:
            levels[agent, side or None, role] = None
        for metric, value in metrics.items():
            for level in levels:
                mean = self._means.get((metric, level))
                if mean is None:
                    mean = self._means[metric, level] = _Mean()
                mean.add(number, float(value))

    def rows(self) -> list[MetricRow]:
        """Every mean: by metric and agent, all seats together first, then each side, and each of its roles."""
        found = [_row(metric, level, mean) for (metric, level), mean in self._means.items()]
        return sorted(found, key=lambda row: (row.metric, row.agent, row.side or "", row.role or ""))


@dataclass(slots=True)
class _Mean:
    """Sums over sets of what each has: `n` values that add up to `s`. The last set is open until another one comes."""

    number: int = -1
    own_n: int = 0
    own_s: float = 0.0
    sets: int = 0
    n: int = 0
    s: float = 0.0
    squares: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0))
    """Sums of n * n, n * s and s * s."""

    def add(self, number: int, value: float) -> None:
        if number != self.number:
            self._close()
            self.number, self.own_n, self.own_s = number, 0, 0.0
        self.own_n += 1
        self.own_s += value

    def closed(self) -> "_Mean":
        """The same with its last set counted."""
        copy = _Mean(self.number, self.own_n, self.own_s, self.sets, self.n, self.s, self.squares)
        copy._close()
        return copy

    def _close(self) -> None:
        if not self.own_n:
            return
        n, s, (nn, ns, ss) = self.own_n, self.own_s, self.squares
        self.sets += 1
        self.n += n
        self.s += s
        self.squares = nn + n * n, ns + n * s, ss + s * s

    def half_width(self) -> float | None:
        """Half of the 95 % interval; None where nothing tells how far off the mean may be."""
        from scipy.special import stdtrit

        if self.sets < 2:
            return None
        mean, (nn, ns, ss) = self.s / self.n, self.squares
        spread = max(0.0, ss - 2 * mean * ns + mean * mean * nn)
        if spread <= ROUNDING * ss:
            return None
        error = sqrt(spread * self.sets / (self.sets - 1)) / self.n
        return float(stdtrit(self.sets - 1, 0.975)) * error


def _row(metric: str, level: _Level, open_mean: _Mean) -> MetricRow:
    closed = open_mean.closed()
    mean, half = closed.s / closed.n, closed.half_width()
    low, high = (None, None) if half is None else (mean - half, mean + half)
    return MetricRow(metric, *level, mean, low, high, closed.n, closed.sets)


def telling(rows: Sequence[MetricRow]) -> list[MetricRow]:
    """The rows for people: where all seats were on one side, or in one role, only the row that names it."""
    named = {(row.metric, row.agent, row.side if row.role else None, row.seats) for row in rows if row.side or row.role}
    return [row for row in rows if row.role or (row.metric, row.agent, row.side, row.seats) not in named]
