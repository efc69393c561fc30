"""Glicko-2 (M. Glickman, Example of the Glicko-2 system, 2022): a rating, its deviation and its volatility.

A set is a rating period of the agents in it; the deviation of the others does not grow meanwhile, so that a rating does
not depend on how busy the ladder is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import exp, fsum, log, pi, sqrt
from statistics import fmean
from typing import ClassVar, Final, NamedTuple

from arena.core.options import Option
from arena.core.values import AgentName, Json
from arena.rating.pairwise import FROZEN, PairwiseSystem
from arena.rating.results import Side
from arena.rating.system import Rating

SCALE: Final = 173.7178
"""Points of the shown scale to one of the internal scale."""
_CONVERGED: Final = 1e-6
_STEPS: Final = 100
"""Regula falsi needs some five; a bound keeps any input from looping."""
_STEEPEST: Final = 700.0
"""exp() of more overflows."""


class Strength(NamedTuple):
    """What the system believes of one agent, on the internal scale: mu, phi and sigma of the paper."""

    mu: float
    deviation: float
    volatility: float


class Game(NamedTuple):
    """One comparison of a rating period: the opponent before the period, and the own score, 1, 0.5 or 0.

    `weight` is the share of it that was played: it counts as so many games.
    """

    mu: float
    deviation: float
    score: float
    weight: float = 1.0


class Glicko2(PairwiseSystem):
    """`value` and `uncertainty` are rating and deviation, starting at 1500 and 350.

    Each side of a set plays one game with every other; a team meets them as the mean of its members does. Who took part
    for a while only has as much less of a game: its weight is the own share times the mean share of the other side.
    """

    name: ClassVar[str] = "glicko2"
    options: ClassVar[tuple[Option, ...]] = (
        Option(name="rating", default=1500.0, kind="float", low=-1e6, high=1e6, help="Points of a new agent."),
        Option(name="deviation", default=350.0, kind="float", low=1, high=1e4, help="How uncertain that is."),
        Option(name="volatility", default=0.06, kind="float", low=1e-6, high=1, help="Expected drift of a skill."),
        Option(name="tau", default=0.5, kind="float", low=1e-3, high=10, help="How fast the volatility may change."),
        FROZEN,
    )

    def __init__(self, **settings: Json) -> None:
        super().__init__(**settings)
        self._tau, self._origin = self._number("tau"), self._number("rating")
        self._strengths: list[Strength] = []

    def ratings(self) -> Mapping[AgentName, Rating]:
        """Rating and deviation of every agent, in points."""
        return {agent: self._shown(self._strengths[at]) for agent, at in self._positions.items()}

    def _shown(self, own: Strength) -> Rating:
        return Rating(self._origin + SCALE * own.mu, SCALE * own.deviation)

    def _enter(self, agent: AgentName) -> None:
        volatility = 0.0 if self._is_frozen(agent) else self._number("volatility")
        self._strengths.append(Strength(0.0, self._number("deviation") / SCALE, volatility))

    def _numbers(self, at: int) -> Sequence[float]:
        return self._strengths[at]

    def _place(self, at: int, numbers: Sequence[float]) -> None:
        self._strengths[at] = Strength(*numbers)

    def _rate_pairs(self, first: Iterable[int], second: Iterable[int], score: Iterable[float]) -> None:
        strengths, tau = self._strengths, self._tau
        for i, j, s in zip(first, second, score, strict=True):
            one, two = strengths[i], strengths[j]
            strengths[i] = after_period(one, [Game(two.mu, two.deviation, s)], tau)
            strengths[j] = after_period(two, [Game(one.mu, one.deviation, 1 - s)], tau)

    def _rate_sides(self, parts: Sequence[Side]) -> None:
        members = [[self._positions[agent] for agent in side.agents] for side in parts]
        means = [_mean([self._strengths[at] for at in side]) for side in members]
        shares = [side.weights or [1.0] * len(side.agents) for side in parts]
        for here, side in enumerate(parts):
            games = [
                Game(means[there].mu, means[there].deviation, side.score_against(other), fmean(shares[there]))
                for there, other in enumerate(parts)
                if there != here
            ]
            for at, share in zip(members[here], shares[here], strict=True):
                own = self._strengths[at]
                played = [game._replace(weight=game.weight * share) for game in games]
                lifted = after_period(own._replace(mu=means[here].mu), played, self._tau)
                self._strengths[at] = lifted._replace(mu=own.mu + lifted.mu - means[here].mu)


def after_period(own: Strength, games: Sequence[Game], tau: float) -> Strength:
    """Steps 3 to 7 of the paper: the strength after one rating period with these games, each as often as its weight.

    A volatility of 0 stays, and the skill does not drift.
    """
    damped = [1 / sqrt(1 + 3 * game.deviation**2 / pi**2) for game in games]
    expected = [_expected(g * (own.mu - game.mu)) for g, game in zip(damped, games, strict=True)]
    known = [*zip(damped, games, expected, strict=True)]
    information = fsum(game.weight * g**2 * e * (1 - e) for g, game, e in known)
    surprise = fsum(game.weight * g * (game.score - e) for g, game, e in known)
    volatility = own.volatility and _volatility(own, information, surprise, tau)
    deviation = 1 / sqrt(1 / (own.deviation**2 + volatility**2) + information)
    return Strength(own.mu + deviation**2 * surprise, deviation, volatility)


def _volatility(own: Strength, information: float, surprise: float, tau: float) -> float:
    """Step 5 of the paper, by the Illinois variant of regula falsi."""
    if not information:
        return own.volatility
    variance, spread2 = 1 / information, own.deviation**2
    delta2, start = (variance * surprise) ** 2, log(own.volatility**2)

    def slope(x: float) -> float:
        grown = spread2 + variance + exp(x)
        return exp(x) * (delta2 - grown) / (2 * grown**2) - (x - start) / tau**2

    low, high = start, _bracket(slope, start, tau, delta2 - spread2 - variance)
    at_low, at_high = slope(low), slope(high)
    for _ in range(_STEPS):
        if abs(high - low) <= _CONVERGED or at_high == at_low:
            break
        middle = low + (low - high) * at_low / (at_high - at_low)
        at_middle = slope(middle)
        if at_middle * at_high <= 0:
            low, at_low = high, at_high
        else:
            at_low /= 2
        high, at_high = middle, at_middle
    return exp(low / 2)


def _bracket(slope: Callable[[float], float], start: float, tau: float, excess: float) -> float:
    """A second point, so that the root lies between it and `start`."""
    if excess > 0:
        return log(excess)
    step = 1
    while slope(start - step * tau) < 0:
        step += 1
    return start - step * tau


def _mean(side: Sequence[Strength]) -> Strength:
    count = len(side)
    deviation = sqrt(fsum(one.deviation**2 for one in side) / count)
    return Strength(fsum(one.mu for one in side) / count, deviation, 0.0)


def _expected(advantage: float) -> float:
    return 1 / (1 + exp(min(-advantage, _STEEPEST)))
