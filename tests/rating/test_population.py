"""Payoffs of a population against hand-computed values: sums, missing cells, intervals, and needed matches."""

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.population import Metric, PairSums, need_matches, payoff_table, pool_of, seen
from arena.rating.sampling import RULES, Choice

A, B, C, D = map(AgentName, "ABCD")
Z2 = 1.959963984540054**2


def pair(agent, opponent, scores, others):
    """The sums of a pair from its mean scores, set by set."""
    wins = sum(mine > theirs for mine, theirs in zip(scores, others, strict=True))
    losses = sum(mine < theirs for mine, theirs in zip(scores, others, strict=True))
    squares = sum(score**2 for score in scores)
    return PairSums(agent, opponent, len(scores), sum(scores), squares, wins, losses, min(scores), max(scores))


def met(**meetings):
    """`AB=[1, -1]`: what A earned against B in zero-sum sets."""
    both = {}
    for (one, two), scores in meetings.items():
        against = [-score for score in scores]
        both[AgentName(one), AgentName(two)] = pair(AgentName(one), AgentName(two), scores, against)
        both[AgentName(two), AgentName(one)] = pair(AgentName(two), AgentName(one), against, scores)
    return both


def test_a_drawn_set_is_half_a_win():
    share = met(AB=[2, 1, 0, -5])[A, B].share
    assert (share.mean, share.samples, share.majority) == (5 / 8, 4, 1 / 4)
    assert share.squares == pytest.approx(2 * (3 / 8) ** 2 + (1 / 8) ** 2 + (5 / 8) ** 2)


def test_a_score_is_the_mean_of_sets():
    score = met(AB=[2, 1, 0, -5])[A, B].score
    assert (score.mean, score.samples) == (-1 / 2, 4)
    assert score.squares == pytest.approx(sum((x + 0.5) ** 2 for x in (2, 1, 0, -5)))


def test_sums_grow_to_those_of_all_sets():
    first, rest, whole = met(AB=[2, 1])[A, B], met(AB=[0, -5])[A, B], met(AB=[2, 1, 0, -5])[A, B]
    assert first.with_more(rest) == whole


def test_the_interval_of_sets_won_is_wilsons():
    table = payoff_table(met(AB=[1, 1, 1, 1], AC=[1, 1, -1, -1]), [A], [B, C])
    assert table.low[0] == pytest.approx([4 / (4 + Z2), 0.5 - np.sqrt(Z2 / 16 + Z2**2 / 64) / (1 + Z2 / 4)])
    assert table.high[0] == pytest.approx([1, 0.5 + np.sqrt(Z2 / 16 + Z2**2 / 64) / (1 + Z2 / 4)])


def test_rows_and_columns_are_as_asked_and_a_missing_cell_is_told_as_missing():
    table = payoff_table(met(AB=[1, 3]), [C, A], [B, A], Metric.SCORE)
    assert np.array_equal(table.mean, [[np.nan, np.nan], [2.0, np.nan]], equal_nan=True)
    assert table.count.tolist() == [[0, 0], [2, 0]]
    assert table.missing == [(C, B), (C, A)]


def test_scores_lie_within_their_interval_and_it_within_the_range():
    sums = met(AB=[1, 3, -2], AC=[5, 5, 4])
    table, (low, high) = payoff_table(sums, [A], [B, C], Metric.SCORE), seen(sums.values())
    for least, greatest in ((low, table.low), (table.low, table.mean), (table.mean, table.high), (table.high, high)):
        assert (least <= greatest).all()


def test_a_range_that_is_known_widens_the_interval_of_scores():
    sums = met(AB=[1, 3, -2])
    guessed, known = (payoff_table(sums, [A], [B], Metric.SCORE, bounds) for bounds in (None, (-10, 10)))
    assert known.low < guessed.low < guessed.high < known.high


def test_scores_that_are_all_alike_have_no_interval_and_are_needed():
    table = payoff_table(met(AB=[0, 0]), [A], [B], Metric.SCORE)
    assert (table.mean.item(), np.isnan(table.low.item()), np.isnan(table.high.item())) == (0, True, True)
    assert need_matches(met(AB=[0, 0]), [A, B], 1, Metric.SCORE)[0].width == 1


def test_matches_are_needed_where_nothing_is_known_then_where_little_is():
    sums = met(AB=[1] * 50, AC=[1, -1] * 2, BC=[1, -1] * 20)
    needs = need_matches(sums, [A, B, C, D], 10)
    assert [(need.agent, need.opponent) for need in needs] == [(A, D), (B, D), (C, D), (A, C), (B, C), (A, B)]
    assert [need.samples for need in needs] == [0, 0, 0, 4, 40, 50]
    assert [need.width for need in needs[:3]] == [1, 1, 1]
    assert need_matches(sums, [A, B, C, D], 4) == needs[:4]


def test_another_result_makes_a_pair_less_needed():
    widths = [need_matches(met(AB=[1, -1] * n), [A, B], 1)[0].width for n in range(1, 20)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("agents", "most", "why"), [([A], 1, "two agents"), ([A, B], 0, "at least one pairing")])
def test_needs_of_nobody_are_refused(agents, most, why):
    with pytest.raises(BadRequest, match=why):
        need_matches(met(AB=[1]), agents, most)


def chances(history, rule="meta-nash", **meetings):
    return {
        by_score: RULES[rule](Choice(A, history, pool_of(met(**meetings)), by_score=by_score))
        for by_score in (False, True)
    }


def test_meta_nash_of_scores_is_the_exact_equilibrium_and_that_of_wins_counts_sets():
    """B beats A by 1, C beats B by 1, A beats C by 2: by scores 1/4, 1/2, 1/4; each counts the circle's other side."""
    found = chances([A, B, C], AB=[-1] * 9, BC=[-1] * 9, AC=[2] * 9)
    assert found[True] == pytest.approx([1 / 4, 1 / 2, 1 / 4])
    assert found[False] == pytest.approx([1 / 3] * 3)


def test_meta_nash_plays_only_what_nothing_dominates():
    found = chances([A, B, C], AB=[1, 2], AC=[3, 3], BC=[1, 0])
    assert found[True] == pytest.approx([1, 0, 0])


def test_one_member_twice_is_met_as_often_as_once():
    found = chances([A, B, A], AB=[1, 2])
    assert found[True] == pytest.approx([1 / 2, 0, 1 / 2])


def test_meta_nash_of_scores_needs_every_pair():
    with pytest.raises(BadRequest, match="too few results: A and C have not met"):
        RULES["meta-nash"](Choice(A, [A, B, C], pool_of(met(AB=[1], BC=[1])), by_score=True))
    with pytest.raises(BadRequest, match="too few results: A and D have not met"):
        RULES["meta-nash"](Choice(A, [A, B, D], pool_of(met(AB=[1])), by_score=True))
