"""TrueSkill: published values, and equality with the `trueskill` package."""

import pytest
import trueskill as package
from hypothesis import given
from hypothesis import strategies as st

from arena.core.values import AgentName
from arena.rating.trueskill import EXACT, TrueSkill, drawn, won
from tests.rating.sets import AGENTS, Sides, as_result, finished, near, random_sides

SHAPES = {
    "two agents": (4000, {}),
    "free for all": (1000, {"most": 5}),
    "teams": (1500, {"largest": 3, "most": 3}),
    "partial play": (1500, {"largest": 3, "most": 2, "weighted": True}),
}


def test_one_win_is_the_published_value() -> None:
    ratings = TrueSkill().update([finished({"a": 1, "b": 2})]).ratings()
    assert ratings == {"a": near(29.396, 7.171), "b": near(20.604, 7.171)}


def test_one_draw_is_the_published_value() -> None:
    ratings = TrueSkill().update([finished({"a": 1, "b": 1})]).ratings()
    assert ratings == {"a": near(25.0, 6.458), "b": near(25.0, 6.458)}


def test_three_agents_are_the_published_value() -> None:
    ratings = TrueSkill().update([finished({"a": 1, "b": 2, "c": 3})]).ratings()
    assert [round(ratings[AgentName(agent)].value, 3) for agent in "abc"] == [31.675, 25.0, 18.325]


def rated_by(model: package.TrueSkill, sets: list[Sides]) -> dict[AgentName, package.Rating]:
    theirs = {agent: model.create_rating() for agent in AGENTS}
    for sides in sets:
        groups = [{agent: theirs[agent] for agent, _ in side} for _, side in sides]
        weights = [dict(side) for _, side in sides]
        by_place = {(at, agent): weight for at, side in enumerate(weights) for agent, weight in side.items()}
        for group in model.rate(groups, [rank for rank, _ in sides], by_place):
            theirs.update(group)
    return theirs


@pytest.mark.parametrize("shape", SHAPES)
def test_random_matches_rate_as_the_package_rates_them(shape: str) -> None:
    count, form = SHAPES[shape]
    sets = list(random_sides(count, **form))
    theirs = rated_by(package.TrueSkill(backend=EXACT), sets)
    ours = TrueSkill().update(map(as_result, sets)).ratings()
    assert ours == {agent: near(*theirs[agent], 1e-9) for agent in AGENTS}


def test_the_package_as_it_comes_agrees_within_the_error_of_its_normal_distribution() -> None:
    sets = list(random_sides(4000))
    theirs = rated_by(package.TrueSkill(), sets)
    for agent, rating in TrueSkill().update(map(as_result, sets)).ratings().items():
        assert tuple(rating) == pytest.approx(tuple(theirs[agent]), rel=2e-7)


@given(st.floats(-60, 60), st.floats(0, 2))
def test_a_draw_is_even_in_the_gap(gap: float, margin: float) -> None:
    (v, w), (v_mirrored, w_mirrored) = drawn(gap, margin), drawn(-gap, margin)
    assert (v, w) == pytest.approx((-v_mirrored, w_mirrored))
    assert 0 <= w <= 1


@given(st.floats(-200, 200), st.floats(0, 2))
def test_a_win_moves_up_and_makes_surer(gap: float, margin: float) -> None:
    v, w = won(gap, margin)
    assert v >= 0
    assert 0 <= w <= 1


@pytest.mark.parametrize("margin", [0.0, 0.1])
def test_the_tail_joins_the_closed_form(margin: float) -> None:
    before, behind = won(-36.999 + margin, margin), won(-37.001 + margin, margin)
    assert before == pytest.approx(behind, abs=3e-3)


def test_draws_that_cannot_be_make_equal() -> None:
    assert drawn(3.0, 0.0) == (-3.0, 1.0)
