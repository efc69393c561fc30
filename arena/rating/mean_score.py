"""Mean score with an interval: the ladder of single-seat and cooperative games, whose agents all share one rank."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import ClassVar

from arena.core.values import AgentName, Json
from arena.rating.results import SetResult
from arena.rating.system import Rating, RatingSystem
from arena.rating.ties import ROUNDING


class MeanScore(RatingSystem):
    """`value` is the mean score a match, in the game's unit; `uncertainty` is half the width of its 95 % interval.

    The sets are the samples (Welford's running variance), and the interval is Student's. After a single one, or while
    all are alike, nothing tells how far the mean may be off: there is no interval.
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

    def state(self) -> dict[str, list[float]]:
        """How many samples, their mean and squares."""
        return {agent: list(own) for agent, own in self._moments.items()}

    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Go on from them."""
        for agent, (count, mean, squares) in state.items():
            self._moments[AgentName(agent)] = int(count), float(mean), float(squares)

    def ratings(self) -> Mapping[AgentName, Rating]:
        """The mean and its interval for every agent."""
        return {agent: Rating(own[1], _half_width(*own)) for agent, own in self._moments.items()}


def _half_width(count: int, mean: float, squares: float) -> float | None:
    """Half of the interval of a mean of `count` samples, whose squared distances to it add up to `squares`."""
    from scipy.special import stdtrit

    if count < 2 or sqrt(squares / count) <= ROUNDING * abs(mean):
        return None
    return float(stdtrit(count - 1, 0.975)) * sqrt(squares / (count - 1) / count)
