"""The payoff matrix: means of sets, honest intervals, and missing pairs that stay missing."""

import io

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.values import AgentName, SetId
from arena.rating import SetResult, Standing
from arena.rating.payoff import Cell, PayoffTally, cross_play, matrix, solve
from arena.rating.payoff_table import read_payoffs


def finished(scores, *, matches=1, teams=None):
    """A set in which each agent scored so much, summed over its matches."""
    ranks = {agent: 1 + sum(other > score for other in scores.values()) for agent, score in scores.items()}
    lines = [Standing(AgentName(a), ranks[a], score, matches, 0, matches, 0, 0) for a, score in scores.items()]
    return SetResult(0, SetId("s"), True, lines, teams)


def pool(*sets):
    return PayoffTally().update(sets).matrix()


def table(*rows, **settings):
    return read_payoffs(io.BytesIO("\n".join(["agent,opponent,score,count", *rows]).encode()), **settings)


def test_a_cell_is_the_mean_of_its_sets_a_match():
    found = pool(finished({"a": 3, "b": 1}, matches=2), finished({"a": 0, "b": 2}, matches=1))
    assert found.agents == ("a", "b")
    assert found.payoff[0, 1] == pytest.approx((1.5 + 0) / 2)
    assert found.payoff[1, 0] == pytest.approx((0.5 + 2) / 2)
    assert found.count.tolist() == [[0, 2], [2, 0]]


def test_a_pair_that_never_met_is_missing_and_not_guessed():
    found = pool(finished({"a": 1, "b": 0}), finished({"b": 1, "c": 0}))
    assert np.isnan([found.payoff[0, 2], found.low[0, 2], found.high[0, 2], found.margins[0, 2]]).all()
    assert found.count[0, 2] == 0


def test_every_pair_of_a_larger_set_counts_but_not_team_mates():
    scores = {"a": 2, "b": 1, "c": 0}
    assert pool(finished(scores)).count.tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    mates = pool(finished(scores, teams={AgentName("a"): "red", AgentName("b"): "red"}))
    assert mates.count.tolist() == [[0, 0, 1], [0, 0, 1], [1, 1, 0]]


def test_margins_take_the_constant_sum_out():
    found = pool(*[finished({"a": 1, "b": 0})] * 3, finished({"a": 0, "b": 1}))
    assert found.margins == pytest.approx(np.array([[0, 0.25], [-0.25, 0]]))
    assert found.majority[0, 1] == pytest.approx(0.5)


def test_intervals_hold_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(400):
        wins = rng.choice([1.0, 0.5, 0.0], p=[0.5, 0.3, 0.2], size=40).tolist()
        found = pool(*(finished({"a": score, "b": 1 - score}) for score in wins))
        hits += found.low[0, 1] <= 0.65 <= found.high[0, 1]
    assert 0.92 < hits / 400 < 0.98


def test_an_interval_after_equal_payoffs_is_no_point():
    found = pool(*[finished({"a": 1, "b": 0})] * 10)
    assert found.high[0, 1] == pytest.approx(1)
    assert found.low[0, 1] == pytest.approx(10 / (10 + 1.96**2), abs=1e-4)


def test_without_a_range_there_is_no_interval():
    assert np.isnan(pool(finished({"a": 1, "b": 1})).low[0, 1])


def test_a_pair_that_stands_once_is_antisymmetric():
    found = table("a,b,0.25,8")
    assert found.payoff[1, 0] == -0.25
    assert found.low[1, 0] == -found.high[0, 1]
    assert found.count.tolist() == [[0, 8], [8, 0]]


def test_a_pair_that_stands_twice_is_taken_as_it_stands():
    assert table("a,b,0.75,8", "b,a,0.5,6").payoff[1, 0] == 0.5


def test_scores_outside_of_the_range_have_no_interval_until_it_is_named():
    assert np.isnan(table("a,b,7,8").low[0, 1])
    assert 7 >= table("a,b,7,8", bounds=(-10, 10)).low[0, 1] > -10


BAD = {
    "no rows": ((), "has no rows"),
    "score is no number": (("a,b,much,1",), "line 2: the score 'much'"),
    "score is not finite": (("a,b,0,1", "a,c,nan,1"), "line 3: the score 'nan'"),
    "count is no whole number": (("a,b,1,1.5",), "line 2: the count '1.5'"),
    "count is none": (("a,b,1,0",), "line 2: the count '0'"),
    "a name is missing": ((",b,1,1",), "line 2 lacks the name"),
    "too few fields": (("a,b,1",), "line 2 has 3 fields"),
    "too many fields": (("", "a,b,1,2,3"), "line 3 has 5 fields"),
    "a pair twice": (("a,b,1,1", "b,a,1,1", "a,b,1,2"), "line 4 repeats 'a' against 'b' of line 2"),
    "an open quote": (('a,"b,1,1',), "is no proper CSV"),
}


@pytest.mark.parametrize(("rows", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_file_is_answered_with_its_line(rows, sentence):
    with pytest.raises(BadRequest) as refused:
        table(*rows)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"agent,opponent,score\na,b,1", "line 1 names the column 'count' nowhere"),
        (b"agent,agent,opponent,score,count\n", "line 1 names the column 'agent' twice"),
        (b"agent,opponent,score,count\na,b,1,1\n\xff,b,1,1", "line 3 is not UTF-8"),
    ],
    ids=["empty", "no count", "agent twice", "not text"],
)
def test_a_bad_beginning_is_named(data, sentence):
    with pytest.raises(BadRequest) as refused:
        read_payoffs(io.BytesIO(data))
    assert sentence in str(refused.value)


def test_columns_stand_in_any_order_and_others_are_left_out():
    data = b"\xef\xbb\xbfcount,note,Agent,score,opponent\r\n3,x,a,1,b\r\n"
    assert read_payoffs(io.BytesIO(data)).count.tolist() == [[0, 3], [3, 0]]


def test_a_cell_of_the_matrix_stands_once():
    cell = Cell(AgentName("a"), AgentName("b"), 1.0, 1)
    with pytest.raises(BadRequest, match="stands twice"):
        matrix(cell[:2], [cell, cell], (-1, 1))


def test_agents_that_have_not_met_all_others_are_left_out_and_named():
    found = solve(table("a,b,-1,9", "b,c,-1,9", "c,a,-1,9", "d,a,1,1"))
    assert found.nash == {"a": pytest.approx(1 / 3), "b": pytest.approx(1 / 3), "c": pytest.approx(1 / 3), "d": None}
    assert (found.alpha_rank["d"], found.maximal_lottery["d"]) == (None, None)
    assert found.left_out == ("d",)
    assert found.cyclic_share == pytest.approx(1)


def test_of_two_pools_that_never_met_the_larger_is_kept():
    found = solve(table("x,y,1,50", "a,b,1,1", "b,c,1,1", "a,c,1,1"))
    assert found.left_out == ("x", "y")


def test_without_two_that_met_there_is_no_solution():
    found = solve(pool(finished({"a": 1}), finished({"b": 2})))
    assert found.nash == {"a": None, "b": None}
    assert found.cyclic_share is None


def test_the_lottery_counts_sets_and_not_points():
    sets = [finished({"a": 1, "b": 0})] * 3 + [finished({"a": 0, "b": 9})]
    found = solve(pool(*sets))
    assert found.nash == pytest.approx({"a": 0, "b": 1})
    assert found.maximal_lottery == pytest.approx({"a": 1, "b": 0})


def test_cooperative_pools_report_the_gap_between_self_play_and_cross_play():
    own = [finished({"a": 10}), finished({"b": 6}), finished({"c": 99})]
    found = cross_play(pool(*own[:2], finished({"a": 3, "b": 3}), finished({"a": 5, "b": 5})))
    assert found is not None
    assert (found.self_play, found.cross_play, found.gap) == (8, 4, 4)


def test_competitive_pools_and_pools_without_self_play_have_no_gap():
    assert cross_play(pool(finished({"a": 1, "b": 0}), finished({"a": 1}), finished({"b": 1}))) is None
    assert cross_play(pool(finished({"a": 3, "b": 3}))) is None
