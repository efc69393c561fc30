"""What all rating systems promise: a view of the stream, settings checked by name, one update an agent and set."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.errors import BadOption, BadRequest
from arena.core.values import AgentName
from arena.rating import SYSTEMS, Rating, make_system
from arena.rating.elo import Elo
from arena.rating.mean_score import MeanScore
from arena.rating.system import RatingSystem
from tests.rating.sets import as_result, finished, near, random_sides

DRIFTING = [name for name, system in SYSTEMS.items() if any(option.name == "frozen" for option in system.options)]


def test_every_system_has_the_name_that_commands_select_it_by() -> None:
    openskill = {"openskill", "openskill-bt", "openskill-bt-part", "openskill-tm", "openskill-tm-part"}
    assert set(SYSTEMS) == {"trueskill", "elo", "glicko2", "mean"} | openskill


@pytest.mark.parametrize("name", SYSTEMS)
def test_more_wins_never_rate_lower(name: str) -> None:
    rows = [finished({"a": 1, "b": 2, "c": 3}), finished({"a": 1, "b": 1})]
    ratings = SYSTEMS[name]().update(rows).ratings()
    assert ratings[AgentName("a")].value >= ratings[AgentName("b")].value >= ratings[AgentName("c")].value


@pytest.mark.parametrize("name", SYSTEMS)
def test_ratings_are_a_view_of_the_stream(name: str) -> None:
    rows = [finished({"a": 1 + i % 2, "b": 1 + i % 3, "c": 2}, number=i) for i in range(30)]
    whole = SYSTEMS[name]().update(rows).ratings()
    half = SYSTEMS[name]().update(rows[:13])
    restored = SYSTEMS[name]()
    restored.restore(json.loads(json.dumps(half.state())))
    assert list(restored.update(rows[13:]).ratings().items()) == list(whole.items())
    assert half.update(rows[13:]).ratings() == whole


@pytest.mark.parametrize("name", SYSTEMS)
def test_an_agent_that_met_nobody_keeps_its_starting_rating(name: str) -> None:
    new = SYSTEMS[name]().update([finished({"a": 1, "b": 2})]).ratings()
    alone = SYSTEMS[name]().update([finished({"a": 1})]).ratings()
    mates = SYSTEMS[name]().update([finished({"a": 1, "b": 1}, teams={"a": "x", "b": "x"})]).ratings()
    assert set(new) == set(mates) == {"a", "b"}
    assert alone[AgentName("a")] == mates[AgentName("a")] == mates[AgentName("b")]


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name != "mean"])
def test_the_members_of_the_better_team_gain(name: str) -> None:
    teams = {"a": "red", "b": "red", "c": "blue", "d": "blue"}
    ratings = SYSTEMS[name]().update([finished({"a": 1, "b": 1, "c": 2, "d": 2}, teams=teams)]).ratings()
    won, mate, lost, fourth = (ratings[AgentName(agent)].value for agent in "abcd")
    assert (won, lost) == pytest.approx((mate, fourth))
    assert won > lost


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_stays_finite_after_the_most_surprising_results(name: str) -> None:
    one_sided = [finished({"a": 1, "b": 2}), finished({"a": 1, "b": 2, "c": 3})] * 500
    surprises = [finished(ranks) for ranks in ({"a": 1, "b": 1}, {"b": 1, "a": 2}, {"c": 1, "b": 1, "a": 3})]
    for rating in SYSTEMS[name]().update(one_sided + surprises).ratings().values():
        assert abs(rating.value) < 1e5
        assert rating.uncertainty is None or 0 <= rating.uncertainty < 1e3


@pytest.mark.parametrize("name", DRIFTING)
def test_a_frozen_agent_has_no_drift_and_the_others_keep_theirs(name: str) -> None:
    rows = [as_result(sides) for sides in random_sides(200)] + [finished({"x": 1 + i % 2, "y": 1}) for i in range(200)]
    free, frozen = make_system(name).update(rows).ratings(), make_system(name, ["frozen=x,z"]).update(rows).ratings()
    agent = AgentName("x")
    assert (frozen[agent].uncertainty or 0) < (free[agent].uncertainty or 0)
    assert all(free[other] == rating for other, rating in frozen.items() if other not in "xy")


@pytest.mark.parametrize(
    ("name", "setting", "sentence"),
    [
        ("elo", "kk=3", "unknown option 'kk'; there is k, scale, start"),
        ("elo", "k", "'k' is not of the form key=value"),
        ("elo", "k=many", "option k: 'many' is not a number from 0 up to 10000"),
        ("elo", "k=nan", "option k: nan is not a number from 0 up to 10000"),
        ("trueskill", "draw=1", "option draw: 1.0 is not a number from 0 up to 0.99"),
        ("glicko2", "tau=-1", "option tau: -1.0 is not a number from 0.001 up to 10"),
        ("mean", "tau=1", "unknown option 'tau'; there is none"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(name: str, setting: str, sentence: str) -> None:
    with pytest.raises(BadOption) as refused:
        make_system(name, [setting])
    assert str(refused.value) == sentence


def test_an_unknown_system_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="unknown rating system 'glicko'; there is elo, glicko2, mean, openskill, "):
        make_system("glicko")


def test_settings_by_name_are_those_of_the_constructor() -> None:
    assert make_system("elo", ["k=10"]).update([finished({"a": 1, "b": 2})]).ratings() == {
        "a": Rating(1505.0),
        "b": Rating(1495.0),
    }


def test_elo_moves_equals_by_half_of_k() -> None:
    ratings = Elo().update([finished({"a": 1, "b": 2})]).ratings()
    assert ratings == {"a": Rating(1516.0), "b": Rating(1484.0)}


def test_elo_of_four_hundred_points_expects_ten_to_one() -> None:
    system = Elo(k=400)
    system.update([finished({"a": 1, "b": 2}), finished({"a": 1, "b": 2})])
    assert system.ratings()[AgentName("a")].value == pytest.approx(1700 + 400 / 11)


def test_elo_of_two_is_the_same_by_sides() -> None:
    rows = [(1, "a", "b"), (2, "b", "c"), (1, "c", "a"), (1, "b", "a")]
    plain = Elo().update(finished({one: rank, two: 3 - rank}) for rank, one, two in rows).ratings()
    teams = {agent: agent for agent in "abc"}
    sides = Elo().update(finished({one: rank, two: 3 - rank}, teams=teams) for rank, one, two in rows).ratings()
    assert {agent: rating.value for agent, rating in plain.items()} == pytest.approx(
        {agent: rating.value for agent, rating in sides.items()}, abs=1e-9
    )


@given(st.lists(st.permutations([1, 2, 2, 3]), max_size=20))
def test_elo_keeps_the_sum_of_points(rows: list[list[int]]) -> None:
    system: RatingSystem = Elo().update(finished(dict(zip("abcd", ranks, strict=True))) for ranks in rows)
    assert sum(rating.value - 1500 for rating in system.ratings().values()) == pytest.approx(0, abs=1e-6)


def test_mean_score_states_the_interval_of_its_samples() -> None:
    samples = [1.0, 2.0, 3.0, 4.0]
    rating = MeanScore().update(finished({"a": 1}, score=s) for s in samples).ratings()[AgentName("a")]
    assert rating == near(2.5, 3.182446 * (5 / 3) ** 0.5 / 2, 1e-5)
    assert MeanScore().update([finished({"a": 1})]).ratings()[AgentName("a")].uncertainty is None


@pytest.mark.parametrize("count", [2, 3, 5, 20])
def test_the_interval_of_a_mean_covers_it_as_often_as_it_says(count: int) -> None:
    rng, covered, trials = random.Random(count), 0, 2_000
    for _ in range(trials):
        system = MeanScore().update(finished({"a": 1}, score=rng.gauss(0, 1)) for _ in range(count))
        low, high = system.interval(system.ratings()[AgentName("a")]) or (0.0, 0.0)
        covered += low <= 0 <= high
    assert abs(covered / trials - 0.95) < 3 * (0.95 * 0.05 / trials) ** 0.5


@pytest.mark.parametrize("samples", [[7.0], [1.0, 1.0, 1.0], [0.1, 0.3 / 3, 0.1]], ids=str)
def test_a_mean_of_samples_that_are_alike_states_no_interval(samples: list[float]) -> None:
    system = MeanScore().update(finished({"a": 1}, score=score) for score in samples)
    (rating,) = system.ratings().values()
    assert (rating.uncertainty, system.interval(rating)) == (None, None)
