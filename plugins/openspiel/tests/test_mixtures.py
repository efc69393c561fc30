"""An agent that draws a policy before each match, as the table that plays alike (RULES.md, 7)."""

from collections.abc import Callable, Sequence

import pytest

from arena.core.game import Game
from arena.core.policy import Situation
from arena.core.values import TENSOR
from arena_openspiel.exploitability import exploitability
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.mixtures import nash_conv, table_of
from arena_openspiel.policies import POLICIES

Made = Callable[..., Game]


class Betting:
    """Bets with one probability, whatever it holds."""

    wants = frozenset({TENSOR})

    def __init__(self, chance: float) -> None:
        self._chance = chance

    def probabilities(self, situations: Sequence[Situation]) -> list[list[float]]:
        assert all(at.fields[TENSOR].shape == (11,) for at in situations)  # type: ignore[union-attr]  # a tensor
        return [[1 - self._chance, self._chance] for _ in situations]


@pytest.fixture
def kuhn(made: Made) -> OpenSpielGame:
    game = made("kuhn_poker")
    assert isinstance(game, OpenSpielGame)
    return game


def test_a_policy_alone_is_as_far_from_unbeatable_as_its_table(kuhn):
    assert nash_conv(kuhn, [Betting(0.5)]) == pytest.approx(exploitability(POLICIES["uniform"], kuhn).nash_conv)
    assert kuhn.figures([Betting(1.0)])["nash_conv"] == pytest.approx(
        exploitability(POLICIES["always-bet"], kuhn).nash_conv
    )


def test_a_policy_counts_by_how_likely_it_comes_there_itself(kuhn):
    table = table_of(kuhn, [Betting(0.8), Betting(0.2)])
    assert dict(table["0"])[1] == pytest.approx(0.5)
    # Seat 0 comes to "passed, then bet against" with .2 by the first and .8 by the second: (.2 * .8 + .8 * .2) / 1
    assert dict(table["0pb"])[1] == pytest.approx(0.32)
    # Seat 1 has done nothing before, whatever seat 0 did
    assert dict(table["1b"])[1] == pytest.approx(0.5)


def test_where_no_policy_comes_all_count_alike(kuhn):
    table = table_of(kuhn, [Betting(1.0), Betting(1.0)])
    assert dict(table["0pb"])[1] == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["tic_tac_toe", "goofspiel", "bargaining"])
def test_a_game_that_is_too_large_or_no_zero_sum_has_no_figures(made, name):
    assert made(name).figures([Betting(0.5)]) == {}
