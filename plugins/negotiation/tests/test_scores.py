"""Surplus and its measures, against a second way to compute them (RULES.md 6)."""

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.core.seed import Seed
from arena_negotiation.domain import Issue, Terms
from arena_negotiation.dond import ITEMS
from arena_negotiation.scores import benchmark
from arena_negotiation.utility import Linear
from plugins.negotiation.tests.negotiating import BALLOON, WALK, accept, act, ended, game, keep, price, start

SEEDS = st.integers(0, 10**6)


class Oracle:
    """All that a scenario of Deal or No Deal offers, from its values alone."""

    def __init__(self, state) -> None:
        first, second = (private["values"] for private in state._scenario.private)
        counts = {issue.name: issue.high for issue in state._scenario.domain.issues}
        self.outcomes = list(product(*(range(counts[item] + 1) for item in ITEMS)))
        self.points = {
            kept: (
                sum(first[item] * n for item, n in zip(ITEMS, kept, strict=True)),
                sum(second[item] * (counts[item] - n) for item, n in zip(ITEMS, kept, strict=True)),
            )
            for kept in self.outcomes
        }

    def expected(self, point) -> dict[str, float]:
        every = [*self.points.values(), (0, 0)]
        best = max(a * b for a, b in every)
        efficient = [p for p in every if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in every)]
        return {
            "welfare": sum(point) / max(a + b for a, b in every),
            "pareto": float(point in efficient),
            "pareto_distance": min(self.apart(point, p) for p in efficient),
            "nash_ratio": point[0] * point[1] / best,
            "nash_distance": min(self.apart(point, p) for p in every if p[0] * p[1] == best),
        }

    def apart(self, one, other) -> float:
        """Each side's surplus goes from 0 to 10, so these are the units."""
        return math.hypot((one[0] - other[0]) / 10, (one[1] - other[1]) / 10) / math.sqrt(2)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 10**6))
def test_measures_agree_with_brute_force(seed: int, choice: int) -> None:
    """RULES.md 6.2, 6.1"""
    state = game().new_state(Seed.of(seed), {})
    oracle = Oracle(state)
    kept = oracle.outcomes[choice % len(oracle.outcomes)]
    outcome = ended(act(state, keep(*kept), accept(0)))
    point = oracle.points[kept]
    assert tuple(seat.score for seat in outcome) == point
    for name, value in oracle.expected(point).items():
        assert outcome[0].metrics[name] == outcome[1].metrics[name] == pytest.approx(value), name
    total = sum(point)
    assert [seat.metrics["share"] for seat in outcome] == pytest.approx([s / total if total else 0.0 for s in point])
    assert [seat.rank for seat in outcome] == [1 + (point[1] > point[0]), 1 + (point[0] > point[1])]


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_no_deal_counts_as_nothing(seed: int) -> None:
    """RULES.md 6.2, 7.3"""
    state = game().new_state(Seed.of(seed), {})
    expected = Oracle(state).expected((0, 0))
    first, second = ended(act(state, WALK))
    for name, value in {**expected, "deal": 0.0, "turns": 1.0, "share": 0.0, "irrational": 0.0}.items():
        assert first.metrics[name] == second.metrics[name] == pytest.approx(value), name


def test_a_price_exists_only_with_a_deal() -> None:
    """RULES.md 6.2"""
    assert "price" not in ended(act(start(BALLOON), WALK))[0].metrics
    assert ended(act(start(BALLOON), price(16), accept(2)))[0].metrics["price"] == 16.0
    assert "price" not in ended(act(start(), keep(0, 0, 0), accept(0)))[0].metrics


def test_a_deal_that_harms_a_seat_is_marked_for_that_seat() -> None:
    """RULES.md 6.2"""
    seller, buyer = ended(act(start(BALLOON, cost=15), price(12), accept(2)))
    assert (seller.score, buyer.score) == (-3.0, 8.0)
    assert (seller.metrics["irrational"], buyer.metrics["irrational"]) == (1.0, 0.0)
    assert seller.metrics["nash_ratio"] == 0.0


def test_the_even_price_is_the_nash_point() -> None:
    """RULES.md 6.2, 8.2"""
    seller, buyer = ended(act(start(BALLOON), price(14), accept(2)))
    assert seller.score == buyer.score == 6.0
    assert seller.rank == buyer.rank == 1
    assert seller.metrics["nash_ratio"] == seller.metrics["welfare"] == seller.metrics["pareto"] == 1.0
    assert seller.metrics["nash_distance"] == seller.metrics["pareto_distance"] == 0.0


def test_harm_to_both_is_no_nash_point() -> None:
    """RULES.md 6.2"""
    alike = (Linear((1,), -5), Linear((1,), -5))
    marks = benchmark(Terms((Issue("price", 0, 6),)), alike, (0.0, 0.0))
    assert (marks.nash_product, marks.nash, marks.frontier) == (1.0, {(1.0, 1.0)}, {(1.0, 1.0)})


def test_turns_are_counted() -> None:
    """RULES.md 6.2"""
    assert ended(act(start(), keep(0, 0, 0), {"act": "reject"}, WALK))[0].metrics["turns"] == 3.0


def test_the_reward_is_the_surplus_and_comes_at_the_end() -> None:
    """RULES.md 6.1"""
    state = act(start(BALLOON), price(15))
    assert state.rewards() == {}
    act(state, accept(2))
    assert state.rewards() == {0: {"surplus": 7.0}, 1: {"surplus": 5.0}}


def test_drawn_scenarios_are_rated_over_several_deals() -> None:
    """RULES.md 6.1"""
    assert (game().spec.set_deals, game(BALLOON).spec.set_deals) == (5, 1)
