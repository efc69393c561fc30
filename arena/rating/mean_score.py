"""Mean score with an interval: the ladder of single-seat and cooperative games, whose agents all share one rank."""

from collections.abc import Mapping
from math import sqrt
from typing import ClassVar

from arena.core.values import AgentName, Json
from arena.rating.results import SetResult
from arena.rating.system import Z95, Rating, RatingSystem


class MeanScore(RatingSystem):
    """`value` is the mean score a match, in the game's unit; `uncertainty` is half the width of its 95 % interval.

    The sets are the samples (Welford's running variance); after a single one the interval is unknown.
    """

    name: ClassVar[str] = "mean"
    half_width: ClassVar[float] = 1.0

    def __init__(self, **settings: Json) -> None:
        super().__init__(**settings)
        self._moments: dict[AgentName, tuple[int, float, float]] = {}

    def add(self, result: SetResult) -> None:
        """Take each agent's mean score of the set as one sample."""
        for line in result.standings:
            count, mean, squares = self._moments.get(line.agent, (0, 0.0, 0.0))
            sample = line.score / line.matches
            moved = mean + (sample - mean) / (count + 1)
            self._moments[line.agent] = count + 1, moved, squares + (sample - mean) * (sample - moved)

    def ratings(self) -> Mapping[AgentName, Rating]:
        """The mean and its interval for every agent."""
        return {
            agent: Rating(mean, Z95 * sqrt(squares / (count - 1) / count) if count > 1 else None)
            for agent, (count, mean, squares) in self._moments.items()
        }
