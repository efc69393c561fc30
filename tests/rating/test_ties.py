"""Which totals are equal: rounding decides no tie, and nothing but rounding makes one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.values import AgentName
from arena.rating import SeatLine, standings
from arena.rating.ties import Total, places


def summed(*scores: float) -> Total:
    return Total.of(scores)


def test_rounding_decides_no_tie() -> None:
    assert places({"tenths": summed(0.1, 0.1, 0.1), "whole": summed(0.3, 0.0, 0.0)}) == {"tenths": 1, "whole": 1}


def test_a_sum_that_cancels_equals_nothing_at_all() -> None:
    assert places({"cancelled": summed(0.1, 0.2, -0.3), "nothing": summed(0.0)}) == {"cancelled": 1, "nothing": 1}


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e100])
def test_what_more_than_rounding_tells_apart_is_ranked(scale: float) -> None:
    totals = {"best": summed(scale * (1 + 1e-9)), "next": summed(scale), "last": summed(-scale)}
    assert places(totals) == {"best": 1, "next": 2, "last": 3}


def test_one_huge_score_blurs_none_of_the_others() -> None:
    assert places({"huge": summed(1e100), "one": summed(1.0), "none": summed(0.0)}) == {"huge": 1, "one": 2, "none": 3}


def test_equals_share_the_better_rank_and_the_next_one_is_skipped() -> None:
    assert places({"a": summed(1.0), "b": summed(2.0), "c": summed(2.0), "d": summed(0.0)}) == {
        "b": 1,
        "c": 1,
        "a": 3,
        "d": 4,
    }


@given(st.dictionaries(st.text(max_size=3), st.integers(-1000, 1000), max_size=8))
def test_whole_scores_are_ranked_by_how_many_are_better(scores: dict[str, int]) -> None:
    found = places({agent: summed(float(score)) for agent, score in scores.items()})
    assert found == {agent: 1 + sum(other > own for other in scores.values()) for agent, own in scores.items()}


def test_sets_whose_sums_differ_by_rounding_are_drawn_and_keep_the_order_of_names() -> None:
    ann, bob = AgentName("ann"), AgentName("bob")
    matches = [
        [SeatLine(ann, 1, 0.1, False), SeatLine(bob, 2, 0.3 if number == 0 else 0.0, False)] for number in range(3)
    ]
    assert [(line.agent, line.rank) for line in standings(matches)] == [("ann", 1), ("bob", 1)]
    turned = [[SeatLine(bob if line.agent == ann else ann, *line[1:]) for line in lines] for lines in matches]
    assert [(line.agent, line.rank) for line in standings(turned)] == [("ann", 1), ("bob", 1)]
