"""The engine as a whole against known figures. Seeds are fixed, so it passes always or never."""

from math import sqrt

import pytest

from arena.agents.simple import RandomAgent
from arena.core.seed import Seed
from arena_werewolf.bots.random_table import RandomTable
from plugins.werewolf.tests.driver import Factory, finish, make, winner


def village_rate(preset: str, agent: Factory, matches: int) -> float:
    game = make(preset)
    return sum(winner(finish(game, Seed.of(n), agent, agent)) == "village" for n in range(matches)) / matches


@pytest.mark.parametrize(
    ("preset", "agent", "rate", "matches"),
    [
        ("ww7-lspo", RandomTable, 0.093, 3000),
        ("ww7-lspo", RandomAgent, 0.127, 2000),
        ("ww4-mini", RandomTable, 1 / 3, 2000),
    ],
)
def test_the_village_wins_as_often_as_is_known(preset: str, agent: Factory, rate: float, matches: int) -> None:
    """RULES.md 9: within three and a half standard errors."""
    tolerance = 3.5 * sqrt(rate * (1 - rate) / matches)
    assert abs(village_rate(preset, agent, matches) - rate) < tolerance
