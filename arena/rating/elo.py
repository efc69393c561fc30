"""Elo's rating system (A. Elo, The Rating of Chessplayers, 1978), for any number of agents and teams."""

from collections.abc import Iterable, Mapping, Sequence
from math import log, tanh
from typing import ClassVar

from arena.core.options import Option
from arena.core.values import AgentName, Json
from arena.rating.pairwise import PairwiseSystem
from arena.rating.results import Side
from arena.rating.system import Rating


class Elo(PairwiseSystem):
    """Each side is compared with every other one of its set, and its agents move by the mean of these comparisons.

    A team is as strong as the mean of its members.
    """

    name: ClassVar[str] = "elo"
    options: ClassVar[tuple[Option, ...]] = (
        Option(name="k", default=32.0, kind="float", low=0, high=10_000, help="Points at stake in one set."),
        Option(name="scale", default=400.0, kind="float", low=1, high=1e6, help="Points for ten wins to one loss."),
        Option(name="start", default=1500.0, kind="float", low=-1e6, high=1e6, help="Points of a new agent."),
    )

    def __init__(self, **settings: Json) -> None:
        super().__init__(**settings)
        self._k, self._scale = self._number("k"), self._number("scale")
        self._points: list[float] = []

    def ratings(self) -> Mapping[AgentName, Rating]:
        """Points; Elo states no uncertainty."""
        return {agent: Rating(self._points[at]) for agent, at in self._positions.items()}

    def _enter(self, agent: AgentName) -> None:
        self._points.append(self._number("start"))

    def _numbers(self, at: int) -> Sequence[float]:
        return (self._points[at],)

    def _place(self, at: int, numbers: Sequence[float]) -> None:
        (self._points[at],) = numbers

    def _rate_pairs(self, first: Iterable[int], second: Iterable[int], score: Iterable[float]) -> None:
        points, half, steepness = self._points, self._k / 2, _steepness(self._scale)
        for i, j, s in zip(first, second, score, strict=True):
            one, two = points[i], points[j]
            change = half * (s + s - 1 - tanh((one - two) * steepness))
            points[i] = one + change
            points[j] = two - change

    def _rate_sides(self, parts: Sequence[Side]) -> None:
        at = [[self._positions[agent] for agent in side.agents] for side in parts]
        strength = [sum(self._points[one] for one in side) / len(side) for side in at]
        for here, side in enumerate(parts):
            surprise = sum(
                side.score_against(other) - expected(strength[here], strength[there], self._scale)
                for there, other in enumerate(parts)
                if there != here
            )
            change = self._k * surprise / (len(parts) - 1)
            for one, weight in zip(at[here], side.weights or [1.0] * len(at[here]), strict=True):
                self._points[one] += change * weight


def expected(own: float, other: float, scale: float = 400.0) -> float:
    """The score expected against one opponent, 0 to 1."""
    return 0.5 + 0.5 * tanh((own - other) * _steepness(scale))


def _steepness(scale: float) -> float:
    """1 / (1 + 10**(-x / scale)) is 0.5 + 0.5 * tanh(x * steepness), which never overflows."""
    return log(10) / scale / 2
