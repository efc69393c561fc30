"""The rating systems agree with their papers' and packages' reference values."""

import pytest
import trueskill as package
from hypothesis import given
from hypothesis import strategies as st
from openskill.models import PlackettLuce

from arena.core.values import AgentName, SetId
from arena.rating import SYSTEMS, Rating, SetResult, Standing
from arena.rating.elo import Elo
from arena.rating.mean_score import MeanScore
from arena.rating.openskill import OpenSkill
from arena.rating.trueskill import EXACT, TrueSkill


def finished(ranks: dict[str, int], *, number: int = 0, clean: bool = True, score: float = 0.0) -> SetResult:
    """A set of one match in which the agents took these ranks."""
    lines = [Standing(AgentName(agent), rank, score, 1, 0, 1, 0, 0) for agent, rank in ranks.items()]
    return SetResult(number, SetId(f"s{number}"), clean, lines)


def near(value: float, uncertainty: float, tolerance: float = 5e-4) -> object:
    return pytest.approx(Rating(value, uncertainty), abs=tolerance)


def test_trueskill_of_one_win_is_the_published_value() -> None:
    ratings = TrueSkill().update([finished({"a": 1, "b": 2})]).ratings()
    assert ratings == {"a": near(29.396, 7.171), "b": near(20.604, 7.171)}


def test_trueskill_of_one_draw_is_the_published_value() -> None:
    ratings = TrueSkill().update([finished({"a": 1, "b": 1})]).ratings()
    assert ratings == {"a": near(25.0, 6.458), "b": near(25.0, 6.458)}


def test_trueskill_of_three_agents_is_the_published_value() -> None:
    ratings = TrueSkill().update([finished({"a": 1, "b": 2, "c": 3})]).ratings()
    assert [round(ratings[AgentName(agent)].value, 3) for agent in "abc"] == [31.675, 25.0, 18.325]


SETS_OF_TWO = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(1, 2), st.integers(1, 2)).filter(
        lambda row: row[0] != row[1]
    ),
    max_size=60,
)


@given(SETS_OF_TWO)
def test_closed_form_equals_the_factor_graph(rows: list[tuple[str, str, int, int]]) -> None:
    ours = TrueSkill().update(finished({one: p, two: q}) for one, two, p, q in rows).ratings()
    env = package.TrueSkill(backend=EXACT)
    theirs = {agent: env.create_rating() for agent in "abcd"}
    for one, two, p, q in rows:
        (theirs[one],), (theirs[two],) = env.rate([(theirs[one],), (theirs[two],)], [p, q])
    for agent, rating in ours.items():
        assert rating == near(theirs[agent].mu, theirs[agent].sigma, 1e-6)


def test_closed_form_of_a_win_equals_the_package_as_it_comes() -> None:
    (winner,), (loser,) = package.rate([(package.Rating(31, 2),), (package.Rating(28, 5),)])
    system = TrueSkill()
    system._beliefs = {AgentName("a"): (31, 2), AgentName("b"): (28, 5)}
    assert system.update([finished({"b": 2, "a": 1})]).ratings() == {
        "a": near(winner.mu, winner.sigma, 1e-6),
        "b": near(loser.mu, loser.sigma, 1e-6),
    }


def test_trueskill_stays_finite_after_the_most_surprising_results() -> None:
    system = TrueSkill(tau=0).update(finished({"a": 1, "b": 2}) for _ in range(3000))
    for ranks in ({"a": 1, "b": 1}, {"b": 1, "a": 2}):
        ratings = system.update([finished(ranks)]).ratings()
        assert all(abs(r.value) < 1e3 and 0 < (r.uncertainty or 0) < 25 / 3 for r in ratings.values())


def test_openskill_equals_its_package() -> None:
    model = PlackettLuce()
    (one,), (two,), (three,) = model.rate([[model.rating()] for _ in range(3)], ranks=[2, 1, 2])
    ratings = OpenSkill().update([finished({"a": 2, "b": 1, "c": 2})]).ratings()
    assert ratings == {
        "a": near(one.mu, one.sigma, 1e-12),
        "b": near(two.mu, two.sigma, 1e-12),
        "c": near(three.mu, three.sigma, 1e-12),
    }


def test_openskill_package_gives_the_reference_values() -> None:
    model = PlackettLuce()
    teams = model.rate([[model.rating(), model.rating()], [model.rating(), model.rating()]])
    assert [team[0].mu for team in teams] == pytest.approx([26.964294621803063, 23.035705378196937], abs=1e-9)
    assert teams[0][0].sigma == pytest.approx(8.177962604389991, abs=1e-9)
    wins, _ = model.predict_win([[model.rating()], [model.rating(mu=33.564, sigma=1.123)]])
    assert wins == pytest.approx(0.2021226121041832, abs=1e-9)


def test_elo_moves_equals_by_half_of_k() -> None:
    ratings = Elo().update([finished({"a": 1, "b": 2})]).ratings()
    assert ratings == {"a": Rating(1516.0), "b": Rating(1484.0)}


def test_elo_of_four_hundred_points_expects_ten_to_one() -> None:
    system = Elo(k=400)
    system.update([finished({"a": 1, "b": 2})])
    system.update([finished({"a": 1, "b": 2})])
    ratings = system.ratings()
    assert ratings[AgentName("a")].value == pytest.approx(1700 + 400 / 11)


@given(st.lists(st.permutations([1, 2, 2, 3]), max_size=20))
def test_elo_keeps_the_sum_of_points(rows: list[list[int]]) -> None:
    system = Elo().update(finished(dict(zip("abcd", ranks, strict=True))) for ranks in rows)
    assert sum(rating.value - 1500 for rating in system.ratings().values()) == pytest.approx(0, abs=1e-6)


def test_mean_score_states_the_interval_of_its_samples() -> None:
    samples = [1.0, 2.0, 3.0, 4.0]
    rating = MeanScore().update(finished({"a": 1}, score=s) for s in samples).ratings()[AgentName("a")]
    assert rating == near(2.5, 1.959964 * (5 / 3) ** 0.5 / 2, 1e-5)
    assert MeanScore().update([finished({"a": 1})]).ratings()[AgentName("a")].uncertainty is None


@pytest.mark.parametrize("name", SYSTEMS)
def test_more_wins_never_rate_lower(name: str) -> None:
    rows = [finished({"a": 1, "b": 2, "c": 3}, score=0), finished({"a": 1, "b": 1})]
    ratings = SYSTEMS[name]().update(rows).ratings()
    assert ratings[AgentName("a")].value >= ratings[AgentName("b")].value >= ratings[AgentName("c")].value


@pytest.mark.parametrize("name", SYSTEMS)
def test_ratings_are_a_view_of_the_stream(name: str) -> None:
    rows = [finished({"a": 1 + i % 2, "b": 1 + i % 3, "c": 2}, number=i) for i in range(30)]
    whole = SYSTEMS[name]().update(rows).ratings()
    halves = SYSTEMS[name]().update(rows[:13]).update(rows[13:]).ratings()
    assert whole == halves
