"""The scenarios of the variants that draw them, beside Deal or No Deal (RULES.md 10 and 11)."""

from collections import Counter

import numpy as np
import pytest

from arena.core.seed import Seed
from arena_negotiation.scenario import Scenario
from arena_negotiation.variants.exchange import value_range
from plugins.negotiation.tests.negotiating import DOND, MULTI, SIMPLE, game
from plugins.negotiation.tests.oracle import Oracle

DRAWS = 5000


def scenarios(name: str, draws: int, **options) -> list[Scenario]:
    variant = game(name, **options)._variant
    return [variant.scenario(Seed.of(seed)) for seed in range(draws)]


def test_resources_and_values_span_what_the_rules_say() -> None:
    """RULES.md 10.3"""
    drawn = scenarios(SIMPLE, DRAWS)
    values = [list(private["values"].values()) for scenario in drawn for private in scenario.private]
    spans = {"wheat": (5, 6), "wood": (8, 12), "sheep": (12, 18), "brick": (20, 30), "ore": (32, 40)}
    for column, (low, high) in zip(zip(*values, strict=True), spans.values(), strict=True):
        assert set(column) == set(range(low, high + 1))
    first = [scenario.holdings for scenario in drawn]
    second = [tuple(i.high - n for i, n in zip(s.domain.issues, s.holdings, strict=True)) for s in drawn]
    for stocks in (first, second):
        assert {n for stock in stocks for n in stock} == set(range(5, 26))


def test_a_value_never_leaves_its_bounds() -> None:
    """RULES.md 10.3: TextArena's rounding and limits."""
    assert [list(value_range(base))[:: len(value_range(base)) - 1] for base in (5, 10, 15, 25, 40)] == [
        [5, 6],
        [8, 12],
        [12, 18],
        [20, 30],
        [32, 40],
    ]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"issues": 1, "levels": 3},
        {"issues": 6, "levels": 2},
        {"parties": 6, "issues": 3},
        {"levels": 20, "issues": 3},
    ],
    ids=str,
)
def test_everybody_can_gain_and_something_is_contested(options) -> None:
    """RULES.md 11.1, 11.2"""
    for scenario in scenarios(MULTI, 100, **options):
        wishes = [list(private["wishes"].values()) for private in scenario.private]
        levels = scenario.domain.issues[0].high + 1
        assert all(sum(map(abs, own)) == 100 // (levels - 1) and 0 not in own for own in wishes)
        assert all(0 <= private["reservation"] <= 40 for private in scenario.private)
        assert any(min(column) < 0 < max(column) for column in zip(*wishes, strict=True))
        surpluses = [
            u.over(scenario.domain.grid) - d for u, d in zip(scenario.utilities, scenario.disagreement, strict=True)
        ]
        assert (np.array(surpluses) > 0).all(axis=0).any()


def test_deadlines_are_even() -> None:
    """RULES.md 11.5"""
    closes = Counter(scenario.turns for scenario in scenarios(MULTI, 3000))
    assert set(closes) == set(range(10, 21))
    assert sum((n - 3000 / 11) ** 2 / (3000 / 11) for n in closes.values()) < 30  # chi-squared, 10 degrees: p < 0.001


@pytest.mark.parametrize("name", [SIMPLE, MULTI, DOND])
def test_scores_lie_within_what_the_game_promises(name: str) -> None:
    """RULES.md 6.1"""
    spec = game(name).spec
    for scenario in scenarios(name, 100):
        for utility, disagreement in zip(scenario.utilities, scenario.disagreement, strict=True):
            reach = [(w * i.low, w * i.high) for w, i in zip(utility.weights, scenario.domain.issues, strict=True)]
            worst, best = (utility.constant + sum(map(side, reach)) - disagreement for side in (min, max))
            assert spec.score_low <= worst <= best <= spec.score_high


def test_in_most_scenarios_there_is_more_to_gain_than_by_going_half_way() -> None:
    """The best joint surplus beats that of the best even level: there is something to find out."""
    assert sum(_best(s) > _best_even(s) for s in scenarios(MULTI, 60, issues=3)) > 30


def _best(scenario: Scenario) -> float:
    return float(Oracle(scenario).points.sum(axis=1).max())


def _best_even(scenario: Scenario) -> float:
    levels = range(scenario.domain.issues[0].high + 1)
    return max(sum(scenario.surplus(seat, (n,) * 3) for seat in (0, 1)) for n in levels)  # type: ignore[arg-type]
