"""Glicko-2 gives the values of Glickman's paper, and is sure where it should be."""

import pytest

from arena.core.values import AgentName
from arena.rating import make_system
from arena.rating.glicko2 import SCALE, Game, Strength, after_period
from tests.rating.sets import finished


def game(rating: float, deviation: float, score: float) -> Game:
    return Game((rating - 1500) / SCALE, deviation / SCALE, score)


def test_the_example_of_the_paper() -> None:
    own = Strength(0.0, 200 / SCALE, 0.06)
    after = after_period(own, [game(1400, 30, 1), game(1550, 100, 0), game(1700, 300, 0)], tau=0.5)
    assert 1500 + SCALE * after.mu == pytest.approx(1464.06, abs=0.01)
    assert SCALE * after.deviation == pytest.approx(151.52, abs=0.01)
    assert after.volatility == pytest.approx(0.05999, abs=1e-5)


def test_three_opponents_of_one_set_are_one_period() -> None:
    system = make_system("glicko2").update([finished({"a": 1, "b": 2, "c": 3, "d": 3})])
    new = Strength(0.0, 350 / SCALE, 0.06)
    after = after_period(new, [game(1500, 350, 1)] * 3, tau=0.5)
    best = system.ratings()[AgentName("a")]
    assert (best.value, best.uncertainty) == pytest.approx((1500 + SCALE * after.mu, SCALE * after.deviation))


def test_a_game_of_weight_two_is_two_games() -> None:
    own = Strength(0.0, 200 / SCALE, 0.06)
    twice = after_period(own, [game(1400, 30, 1)] * 2 + [game(1700, 300, 0)], tau=0.5)
    weighed = after_period(own, [game(1400, 30, 1)._replace(weight=2.0), game(1700, 300, 0)], tau=0.5)
    assert weighed == pytest.approx(twice)


def test_a_set_weighs_as_much_as_both_sides_were_there() -> None:
    weights = {"a": 0.8, "b": 0.5}
    system = make_system("glicko2").update([finished({"a": 1, "b": 2}, weights=weights)])
    after = after_period(Strength(0.0, 350 / SCALE, 0.06), [game(1500, 350, 1)._replace(weight=0.4)], tau=0.5)
    assert system.ratings()[AgentName("a")].value == pytest.approx(1500 + SCALE * after.mu)


def test_no_games_widen_the_deviation_by_the_volatility() -> None:
    idle = after_period(Strength(1.0, 0.5, 0.06), [], tau=0.5)
    assert idle == pytest.approx((1.0, (0.5**2 + 0.06**2) ** 0.5, 0.06))


def test_surprises_raise_the_volatility_and_expected_results_lower_it() -> None:
    calm = after_period(Strength(0.0, 0.3, 0.06), [game(1500, 50, 0.5)] * 10, tau=1.0)
    shaken = after_period(Strength(0.0, 0.3, 0.06), [game(2300, 50, 1)] * 10, tau=1.0)
    assert calm.volatility < 0.06 < shaken.volatility


@pytest.mark.parametrize("tau", [0.001, 0.5, 10.0])
@pytest.mark.parametrize("rating", [-20_000, 0, 1500, 20_000])
def test_the_volatility_is_found_for_any_opponent(rating: float, tau: float) -> None:
    after = after_period(Strength(0.0, 350 / SCALE, 0.06), [game(rating, 30, 1), game(rating, 30, 0)], tau)
    assert 0 < after.volatility < 1e3
    assert 0 < after.deviation < 3
