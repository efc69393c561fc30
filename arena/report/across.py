"""Agents over several games: interquartile means and performance profiles, each game counting alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.core.values import AgentName
from arena.rating.aggregate import Interval, Profile, interquartile_interval, performance_profile
from arena.report.facts import GameFacts

RUNS: Final = 1_000
"""Sets of an agent and game, the latest, that are drawn from: a bootstrap of more needs gigabytes."""
THRESHOLDS: Final = tuple(step / 20 for step in range(20))


@dataclass(frozen=True, slots=True)
class Versatile:
    """One agent's middle half of all its sets in all games, and its profile over thresholds from 0 up."""

    agent: AgentName
    sets: int
    middle: Interval
    profile: Profile


@dataclass(frozen=True, slots=True)
class Across:
    """The agents that played all of the games, best first; those that did not are `left_out`."""

    games: Sequence[str]
    agents: Sequence[Versatile]
    left_out: Sequence[AgentName]


def compare(facts: Sequence[GameFacts]) -> Across | None:
    """The aggregate over games in which agents met; None for fewer than two such games."""
    played = [one for one in facts if one.shares]
    if len(played) < 2:
        return None
    everybody = set().union(*(one.shares.keys() for one in played))
    common = set.intersection(*(set(one.shares) for one in played))
    found = [_versatile(agent, played) for agent in common]
    found.sort(key=lambda one: (-one.middle.value, one.agent))
    return Across([one.game for one in played], found, sorted(everybody - common))


def _versatile(agent: AgentName, facts: Sequence[GameFacts]) -> Versatile:
    scores = {one.game: one.shares[agent][-RUNS:] for one in facts}
    sets = sum(map(len, scores.values()))
    return Versatile(agent, sets, interquartile_interval(scores), performance_profile(scores, THRESHOLDS))
