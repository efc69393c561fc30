"""Whom an agent in training meets next: rules that turn results and a history of opponents into chances.

A history names the opponents on offer, oldest first, such as the frozen checkpoints of a league. Every rule is a pure
function; `draw` takes the generator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil, inf, nan
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.payoff import PayoffMatrix

Floats = NDArray[np.float64]

PRIOR: Final = 1.0
"""Wins and losses that every pair is credited with beforehand, one each: a pair that never met counts as even."""
POWER: Final = 2.0
"""How much more the hardest opponents are met under `prioritized_hard`, AlphaStar's exponent."""
SHARE: Final = 0.5
"""How much of the history `delta_uniform` looks back on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a rule decides on: the `learner`, the `history` it may meet, and the payoffs so far.

    Payoffs may lack agents or pairs. An opponent may stand in the history more than once, and the learner may too.
    With `by_score` the history's own game is one of mean payoffs instead of win rates, and none of them may be missing.
    """

    learner: AgentName
    history: Sequence[AgentName]
    payoffs: PayoffMatrix
    by_score: bool = False

    def win_rates(self) -> Floats:
        """The learner's chance against each of the history, draws as half a win, shape (history,).

        The posterior mean under a Beta(PRIOR, PRIOR): 1/2 where nothing is known.
        """
        rates: Floats = self._rates([self.learner])[0]
        return rates

    def margins(self) -> Floats:
        """Win rates of the history among itself less 1/2, shape (history, history), with the same prior.

        With `by_score`, half of what the row earns more than the column.

        Raises:
            BadRequest: two of the history have not met, and their payoff is asked for.
        """
        if self.by_score:
            return self._earned()
        rates = self._rates(self.history) - 0.5
        return (rates - rates.T) / 2

    def _earned(self) -> Floats:
        places = self._places(self.history)
        margins = np.pad(self.payoffs.margins, (0, 1), constant_values=nan)[np.ix_(places, places)]
        margins[places[:, None] == places[None, :]] = 0.0
        names = np.array(self.history)
        missing = np.isnan(margins) | ((places[:, None] < 0) & (names[:, None] != names[None, :]))
        if missing.any():
            one, two = (self.history[at] for at in np.argwhere(missing)[0])
            raise BadRequest(f"too few results: {one} and {two} have not met; let them play a set first")
        return margins

    def _rates(self, rows: Sequence[AgentName]) -> Floats:
        one, two = self._places(rows), self._places(self.history)
        cells = np.ix_(one, two)
        # Nobody's place is the last one, in a border of zeros; an agent against itself is even.
        count = np.pad(self.payoffs.count, (0, 1))[cells] * (one[:, None] != two[None, :])
        wins = np.where(count > 0, count * (1 + np.pad(self.payoffs.majority, (0, 1))[cells]) / 2, 0.0)
        return np.asarray((wins + PRIOR) / (count + 2 * PRIOR))

    def _places(self, agents: Sequence[AgentName]) -> NDArray[np.int64]:
        place = {agent: i for i, agent in enumerate(self.payoffs.agents)}
        return np.array([place.get(agent, -1) for agent in agents], dtype=np.int64)


Rule = Callable[[Choice], Floats]
"""The chance of each opponent of the history, shape (history,), summing to 1."""


def prioritized_hard(choice: Choice, power: float = POWER) -> Floats:
    """Prioritized fictitious self-play towards those that win: (1 - x)^power for a win rate of x.

    Vinyals et al., "Grandmaster level in StarCraft II using multi-agent reinforcement learning" (2019).

    Raises:
        BadRequest: a power that is negative, or no finite number.
    """
    if not 0 <= power < inf:
        raise BadRequest(f"power says how much those that win are preferred: {power} is not a finite number from 0 on")
    logs = power * np.log1p(-choice.win_rates())  # a power of many hundreds would leave nothing of any chance
    return _normalized(np.exp(logs - logs.max()))


def prioritized_even(choice: Choice) -> Floats:
    """Prioritized fictitious self-play towards equals: x (1 - x) for a win rate of x. Source as `prioritized_hard`."""
    rates = choice.win_rates()
    return _normalized(rates * (1 - rates))


def uniform(choice: Choice) -> Floats:
    """The whole history alike: fictitious play (Brown 1951; Heinrich, Lanctot and Silver 2015)."""
    return _normalized(np.ones(len(choice.history)))


def meta_nash(choice: Choice) -> Floats:
    """The maximum-entropy equilibrium of the history's own game: the oracle's opponent in double oracle and PSRO.

    Lanctot et al., "A Unified Game-Theoretic Approach to Multiagent Reinforcement Learning" (2017).
    """
    from arena.rating.nash import nash_average

    return nash_average(choice.margins()).weights


def delta_uniform(choice: Choice, share: float = SHARE) -> Floats:
    """The last `share` of the history alike, rounded up: 1 is all of it, and next to 0 only the latest.

    Bansal et al., "Emergent Complexity via Multi-Agent Competition" (2018), draw from (delta v, v) of v versions:
    `share` is 1 - delta.

    Raises:
        BadRequest: a share that is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise BadRequest(f"share is the part of the history to look back on: {share} is not above 0 and at most 1")
    total = len(choice.history)
    recent = max(1, ceil(round(share * total, 9)))
    return _normalized(np.arange(total) >= total - recent)


RULES: Final[Mapping[str, Rule]] = {
    "pfsp-hard": prioritized_hard,
    "pfsp-even": prioritized_even,
    "uniform": uniform,
    "meta-nash": meta_nash,
    "delta-uniform": delta_uniform,
}
"""Every rule by the name that events call it by, with its usual settings."""


def rule(name: str, **settings: float) -> Rule:
    """The rule of this name, with settings other than the usual ones: `rule("delta-uniform", share=0.2)`.

    Raises:
        BadRequest: no rule has this name, or the rule has no such setting.
    """
    if name not in RULES:
        raise BadRequest(f"unknown sampling rule {name!r}; there is {', '.join(sorted(RULES))}")
    known = _SETTINGS.get(name, frozenset())
    if unknown := sorted(settings.keys() - known):
        raise BadRequest(f"{name} has no setting {unknown[0]!r}; it has {', '.join(sorted(known)) or 'none'}")
    return partial(RULES[name], **settings)


def distribution(choice: Choice, by: Rule) -> dict[AgentName, float]:
    """The chance of each opponent by name; one that stands in the history twice has the sum.

    Raises:
        BadRequest: the history is empty.
    """
    if not choice.history:
        raise BadRequest(f"there is nobody for {choice.learner} to meet: the history is empty")
    chances: dict[AgentName, float] = {}
    for agent, chance in zip(choice.history, by(choice).tolist(), strict=True):
        chances[agent] = chances.get(agent, 0.0) + chance
    return chances


def draw(choice: Choice, by: Rule, rng: Random) -> AgentName:
    """One opponent, with a generator such as `seed.stream("opponent", 7)`.

    Raises:
        BadRequest: the history is empty.
    """
    chances = distribution(choice, by)
    return rng.choices(list(chances), weights=list(chances.values()))[0]


def _normalized(weights: NDArray[np.floating] | NDArray[np.bool_]) -> Floats:
    return np.asarray(weights / weights.sum(), dtype=np.float64)


_SETTINGS: Final[Mapping[str, frozenset[str]]] = {
    "pfsp-hard": frozenset({"power"}),
    "delta-uniform": frozenset({"share"}),
}
