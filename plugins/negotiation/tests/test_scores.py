"""Surplus and its measures, against a second way to compute them (RULES.md 6)."""

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from arena.core.seed import Seed
from arena.core.values import Seat
from arena_negotiation import frontier
from arena_negotiation.domain import Issue, Terms
from arena_negotiation.frontier import benchmark
from arena_negotiation.scenario import Scenario
from arena_negotiation.scores import measure
from arena_negotiation.utility import Linear
from arena_negotiation.variants.exchange import swap
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYSELL,
    DOND,
    MULTI,
    SIMPLE,
    SPIRAL,
    TRADE,
    ULTIMATUM,
    WALK,
    accept,
    act,
    ended,
    game,
    keep,
    price,
    start,
)
from plugins.negotiation.tests.oracle import Oracle, worth

DRAWN = 1000
"""Scenarios of each variant in which something is drawn."""


def compare(scenario: Scenario, rng: Random) -> None:
    """The measures of a random outcome and of no deal, both ways."""
    oracle = Oracle(scenario)
    for row in (rng.randrange(len(oracle.outcomes)), -1):
        point = oracle.points[row]
        if row >= 0:
            mine = [scenario.surplus(Seat(seat), oracle.outcomes[row]) for seat in range(len(point))]
            assert mine == pytest.approx(point)
        measured = measure(scenario, tuple(point), agreed=row >= 0)
        for name, value in oracle.expected(point).items():
            assert measured[name] == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize(
    ("name", "options", "scenarios"),
    [
        (BALLOON, {}, 1),
        (BALLOON, {"cost": 15}, 1),
        (BUYSELL, {}, 1),
        (BUYSELL, {"spread": 30}, DRAWN),
        (ULTIMATUM, {}, 1),
        (TRADE, {}, 1),
        (SPIRAL, {}, 1),
        (DOND, {}, DRAWN),
        (MULTI, {}, 50),
        (MULTI, {"issues": 3}, DRAWN),
        (MULTI, {"parties": 3, "quota": 2, "issues": 3, "levels": 4}, DRAWN),
    ],
)
def test_measures_agree_with_brute_force(name: str, options, scenarios: int) -> None:
    """RULES.md 6.1, 6.2"""
    rng, variant = Random(name), game(name, **options)._variant
    for seed in range(scenarios):
        compare(variant.scenario(Seed.of(seed)), rng)


def small_swap(rng: Random) -> Scenario:
    """Three resources, few enough for brute force."""
    stocks = [tuple(rng.randint(0, 3) for _ in range(3)) for _ in range(2)]
    values = [tuple(rng.randint(1, 9) for _ in range(3)) for _ in range(2)]
    return swap(("a", "b", "c"), stocks, values)


def test_large_domains_are_measured_as_small_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES.md 6.2: the way that large domains take, on small ones, against brute force."""
    monkeypatch.setattr(frontier, "EXHAUSTIVE", 0)
    rng = Random(7)
    for _ in range(DRAWN):
        compare(small_swap(rng), rng)


def test_the_benchmark_of_simple_agrees_with_all_its_outcomes() -> None:
    """RULES.md 6.2, 10.3: every number of every resource, one after the other, on whole scenarios."""
    variant = game(SIMPLE)._variant
    for seed in range(DRAWN):
        scenario = variant.scenario(Seed.of(seed))
        points = replies(scenario)
        marks = benchmark(scenario.domain, scenario.utilities, scenario.disagreement)
        assert marks.welfare == points.sum(axis=1).max()
        assert marks.nash_product == points[(points >= 0).all(axis=1)].prod(axis=1).max()
        before = np.concatenate(([-np.inf], np.maximum.accumulate(points[:-1, 1])))
        assert np.array_equal(marks.frontier, points[points[:, 1] > before])


def replies(scenario: Scenario) -> NDArray[np.float64]:
    """The largest surplus of seat 1 for each of seat 0, from its best down, by trying every number of each resource."""
    first, second = ([int(v) for v in private["values"].values()] for private in scenario.private)
    best = np.full(sum(v * issue.high for v, issue in zip(first, scenario.domain.issues, strict=True)) + 1, -np.inf)
    best[0] = 0
    for a, b, issue in zip(first, second, scenario.domain.issues, strict=True):
        before, best = best, np.full_like(best, -np.inf)
        for n in range(issue.high + 1):
            np.maximum(best[a * n :], before[: len(before) - a * n] - b * n, out=best[a * n :])
    base = [worth(scenario, seat, (0,) * len(first)) for seat in (0, 1)]
    reached = np.flatnonzero(best > -np.inf)[::-1]
    return np.column_stack([reached, best[reached]]) + base


def test_the_outcome_carries_the_measures_of_its_deal() -> None:
    """RULES.md 6.1, 6.2"""
    rng = Random(3)
    for seed in range(50):
        state = game().new_state(Seed.of(seed), {})
        oracle = Oracle(state._scenario)
        kept = rng.choice(oracle.outcomes)
        point = oracle.points[oracle.outcomes.index(kept)]
        outcome = ended(act(state, keep(*kept), accept(0)))
        assert [seat.score for seat in outcome] == point.tolist()
        for name, value in oracle.expected(point).items():
            assert outcome[0].metrics[name] == outcome[1].metrics[name] == pytest.approx(value), name
        total = point.sum()
        assert [seat.metrics["share"] for seat in outcome] == pytest.approx([s / total if total else 0 for s in point])
        assert [seat.rank for seat in outcome] == [1 + (point[1] > point[0]), 1 + (point[0] > point[1])]


def test_no_deal_counts_as_nothing() -> None:
    """RULES.md 6.2, 7.3"""
    for seed in range(30):
        state = game().new_state(Seed.of(seed), {})
        expected = Oracle(state._scenario).expected(np.zeros(2))
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
    assert (marks.nash_product, marks.nash.tolist(), marks.frontier.tolist()) == (1.0, [[1.0, 1.0]], [[1.0, 1.0]])


def test_a_large_domain_without_whole_values_is_refused() -> None:
    """What cannot be gone through is not guessed at."""
    wide = Terms(tuple(Issue(name, 0, 999) for name in "ab"))
    with pytest.raises(ValueError, match="whole weights"):
        benchmark(wide, (Linear((0.5, 1)), Linear((-1, -1))), (0.0, 0.0))


def test_turns_and_offers_are_counted() -> None:
    """RULES.md 6.2"""
    first, second = ended(act(start(), keep(0, 0, 0), {"act": "reject"}, WALK))
    assert first.metrics["turns"] == 3.0
    assert (first.metrics["offers"], second.metrics["offers"]) == (1.0, 0.0)


def test_the_reward_is_the_surplus_and_comes_at_the_end() -> None:
    """RULES.md 6.1"""
    state = act(start(BALLOON), price(15))
    assert state.rewards() == {}
    act(state, accept(2))
    assert state.rewards() == {0: {"surplus": 7.0}, 1: {"surplus": 5.0}}


def test_drawn_scenarios_are_rated_over_several_deals() -> None:
    """RULES.md 6.1"""
    deals = {name: game(name).spec.set_deals for name in (DOND, MULTI, BALLOON, ULTIMATUM, TRADE, SPIRAL)}
    assert deals == {DOND: 5, MULTI: 5, BALLOON: 1, ULTIMATUM: 1, TRADE: 1, SPIRAL: 1}
    assert game(BUYSELL, spread=5).spec.set_deals == 5
