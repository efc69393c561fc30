"""What a Bradley-Terry fit says: ratings with intervals, effects of covariates, and forecasts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log
from typing import Final, NamedTuple

import numpy as np

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.bradley_terry_newton import moments

CENTRE: Final = 1500.0
"""The rating of the mean agent."""
POINTS: Final = 400 / log(10)
"""Rating points of one unit of log-strength: 400 points are odds of 10 to 1, as in Elo's system."""


@dataclass(frozen=True, slots=True)
class Strength:
    """One agent's rating, or that of an agent on one `side` (empty for all sides together).

    `rating`, `low` and `high` are on an Elo-like scale: 1500 is the mean of all agents of the component, and 400 points
    are odds of 10 to 1. The interval is of the distance to that mean. `log_strength` is the same on the natural scale
    with mean 0, and `error` its standard error. `results` is the summed weight of the agent's pairwise results.
    """

    agent: AgentName
    side: str
    rating: float
    low: float
    high: float
    log_strength: float
    error: float
    results: float
    component: int

    @property
    def strength(self) -> float:
        """Bradley and Terry's pi, whose geometric mean over the component is 1."""
        return exp(self.log_strength)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a level of a covariate is worth: Elo-like points above the mean of the factor's levels, and its logit.

    With two levels the first one's advantage over the second is twice its `points`.
    """

    factor: str
    level: str
    points: float
    low: float
    high: float
    logit: float
    error: float


class Forecast(NamedTuple):
    """The probabilities of the three results of one comparison."""

    win: float
    draw: float
    loss: float

    @property
    def score(self) -> float:
        """The expected score, a draw counting one half."""
        return self.win + self.draw / 2


@dataclass(frozen=True, slots=True)
class BradleyTerry:
    """A fitted tournament: `agents` and `sides` best first, `effects` by factor and level.

    Agents of different `components` never met, directly or through others: their ratings do not compare. `all_win`
    and `all_loss` name the agents whose ratings rest on the prior, for want of a point lost or won. `draw` is
    Davidson's nu: equals draw with probability nu / (2 + nu).
    """

    agents: tuple[Strength, ...]
    sides: tuple[Strength, ...]
    effects: tuple[Effect, ...]
    draw: float
    components: tuple[tuple[AgentName, ...], ...]
    all_win: tuple[AgentName, ...]
    all_loss: tuple[AgentName, ...]
    level: float
    by: str
    unit_logits: Mapping[tuple[AgentName, str], float] = field(repr=False)
    level_logits: Mapping[tuple[str, str], float] = field(repr=False)

    @property
    def connected(self) -> bool:
        """Whether all ratings compare with each other."""
        return len(self.components) == 1

    def predict(
        self, agent: AgentName, opponent: AgentName, factors: Mapping[str, tuple[str, str]] | None = None
    ) -> Forecast:
        """The forecast of one comparison; `factors` as in `PairResult`, and one left out counts as even.

        Raises:
            BadRequest: when an agent (on that side) or a level was in no result.
        """
        given = factors or {}
        one, two = given.get(self.by, ("", ""))
        logit = self._strength(agent, one) - self._strength(opponent, two)
        logit += sum(self._effect(name, own) - self._effect(name, other) for name, (own, other) in given.items())
        moment = moments(np.array([logit]), log(self.draw) if self.draw else -np.inf)
        draw, score = float(moment.drawn[0]), float(moment.score[0])
        return Forecast(score - draw / 2, draw, 1 - score - draw / 2)

    def _strength(self, agent: AgentName, side: str) -> float:
        if (agent, side) not in self.unit_logits:
            at = f" with {self.by} {side!r}" if self.by else ""
            raise BadRequest(f"agent {agent!r} was in no result{at}; a forecast needs at least one")
        return self.unit_logits[agent, side]

    def _effect(self, factor: str, level: str) -> float:
        if (factor, level) not in self.level_logits:
            raise BadRequest(f"{factor} {level!r} was in no result; a forecast needs at least one")
        return self.level_logits[factor, level]
