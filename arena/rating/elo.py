"""Elo's rating system (A. Elo, The Rating of Chessplayers, 1978), for any number of agents."""

import math
from collections.abc import Mapping
from typing import ClassVar

from arena.core.values import AgentName
from arena.rating.results import SetResult
from arena.rating.system import Rating, RatingSystem

START = 1500.0
K = 32.0
"""Points at stake in one set: a win between equals moves both by 16."""
SCALE = 400.0
"""So many points above the opponent, and ten wins are expected for one loss."""


class Elo(RatingSystem):
    """Each agent is compared with every other one of its set, and moves by the mean of these comparisons."""

    name: ClassVar[str] = "elo"

    def __init__(self, k: float = K) -> None:
        self._k = k
        self._points: dict[AgentName, float] = {}

    def add(self, result: SetResult) -> None:
        """Move every agent of the set by K times the mean of (score - expected score) over its opponents."""
        if len(result.standings) == 2:
            self._add_pair(result)
            return
        points = {line.agent: self._points.get(line.agent, START) for line in result.standings}
        for line in result.standings:
            others = [other for other in result.standings if other is not line]
            surprise = sum(
                _score(line.rank, other.rank) - expected(points[line.agent], points[other.agent]) for other in others
            )
            self._points[line.agent] = points[line.agent] + self._k * surprise / max(len(others), 1)

    def _add_pair(self, result: SetResult) -> None:
        one, two = result.standings
        first, second = self._points.get(one.agent, START), self._points.get(two.agent, START)
        change = self._k * (_score(one.rank, two.rank) - expected(first, second))
        self._points[one.agent] = first + change
        self._points[two.agent] = second - change

    def ratings(self) -> Mapping[AgentName, Rating]:
        """Points; Elo states no uncertainty."""
        return {agent: Rating(points) for agent, points in self._points.items()}


def expected(own: float, other: float) -> float:
    """The score expected against one opponent, 0 to 1."""
    difference = max(-10.0, min(10.0, (other - own) / SCALE))
    return 1.0 / (1.0 + math.pow(10.0, difference))


def _score(own: int, other: int) -> float:
    return 0.5 if own == other else float(own < other)
