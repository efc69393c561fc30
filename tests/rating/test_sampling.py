"""Opponent sampling: each rule's formula, the prior of unknown pairs, and draws that follow the seed."""

import math
from collections import Counter

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.seed import Seed
from arena.core.values import AgentName, SetId
from arena.rating import SetResult, Standing
from arena.rating.payoff import PayoffTally
from arena.rating.sampling import RULES, Choice, distribution, draw, rule

HISTORY = tuple(map(AgentName, ("v1", "v2", "v3", "v4")))


def payoffs(**records):
    """Sets of one match: `me_v1="WWL"` says how the first fared against the second."""
    ranks = {"W": (1, 2), "D": (1, 1), "L": (2, 1)}
    tally = PayoffTally()
    for names, results in records.items():
        for result in results:
            pair = zip(names.split("_"), ranks[result], strict=True)
            lines = [Standing(AgentName(name), rank, 2.0 - rank, 1, 0, 0, 0, 0) for name, rank in pair]
            tally.add(SetResult(0, SetId("s"), True, lines))
    return tally.matrix()


def choice(history=HISTORY, **records):
    return Choice(AgentName("me"), history, payoffs(**records))


def test_win_rates_are_smoothed_and_unknown_pairs_are_even():
    rates = choice(me_v1="WWWW", me_v2="LLD", v3_v4="W").win_rates()
    assert rates == pytest.approx([5 / 6, 1.5 / 5, 1 / 2, 1 / 2])


def test_pfsp_prefers_those_that_win():
    found = choice(me_v1="WWWW", me_v2="LLLL")
    losses = np.array([1 / 6, 5 / 6, 1 / 2, 1 / 2])
    assert RULES["pfsp-hard"](found) == pytest.approx(losses**2 / (losses**2).sum())
    assert rule("pfsp-hard", power=1)(found) == pytest.approx(losses / losses.sum())


def test_pfsp_prefers_equals():
    found = choice(me_v1="WWWW", me_v2="LLLL")
    weights = np.array([5 / 36, 5 / 36, 1 / 4, 1 / 4])
    assert RULES["pfsp-even"](found) == pytest.approx(weights / weights.sum())


def test_uniform_is_the_whole_history_alike():
    assert RULES["uniform"](choice(me_v1="WWWW")) == pytest.approx([1 / 4] * 4)


@pytest.mark.parametrize(
    ("share", "chances"),
    [(1, [1 / 4] * 4), (0.5, [0, 0, 1 / 2, 1 / 2]), (0.51, [0, 1 / 3, 1 / 3, 1 / 3]), (0.01, [0, 0, 0, 1])],
    ids=str,
)
def test_delta_uniform_looks_back_on_the_last_share(share, chances):
    assert rule("delta-uniform", share=share)(choice()) == pytest.approx(chances)


def test_a_share_of_tenths_is_not_rounded_up_by_decimal_rests():
    history = [AgentName(f"v{i}") for i in range(10)]
    found = rule("delta-uniform", share=0.1 * 3)(choice(history))
    assert np.count_nonzero(found) == 3


def test_meta_nash_is_the_equilibrium_of_the_history():
    circle = choice(HISTORY[:3], v1_v2="W" * 50, v2_v3="W" * 50, v3_v1="W" * 50)
    assert RULES["meta-nash"](circle) == pytest.approx([1 / 3] * 3)
    ladder = choice(HISTORY[:3], v2_v1="WWW", v3_v1="WWW", v3_v2="WWW")
    assert RULES["meta-nash"](ladder) == pytest.approx([0, 0, 1])
    assert RULES["meta-nash"](choice()) == pytest.approx([1 / 4] * 4)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_gives_chances_that_sum_to_one(name):
    for history in (HISTORY, HISTORY[:1], (*HISTORY, AgentName("me"), HISTORY[0])):
        chances = RULES[name](choice(history, me_v1="W" * 100, me_v2="LDW"))
        assert chances.shape == (len(history),)
        assert chances.min() >= 0
        assert chances.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", RULES)
def test_the_same_seed_draws_the_same_opponents(name):
    found = choice(me_v1="WLLD", me_v3="WWW")
    one, two = ([draw(found, RULES[name], Seed.of(7).stream("opponent", i)) for i in range(20)] for _ in range(2))
    assert one == two
    assert set(one) <= set(HISTORY)


def test_draws_follow_the_chances():
    found = choice(me_v1="WWWW", me_v2="LLLL")
    rng = Seed.of(1).stream("opponent")
    counts = Counter(draw(found, RULES["pfsp-hard"], rng) for _ in range(8_000))
    for agent, chance in distribution(found, RULES["pfsp-hard"]).items():
        assert counts[agent] / 8_000 == pytest.approx(chance, abs=0.02)


def test_an_opponent_that_stands_twice_has_the_sum():
    twice = (AgentName("v1"), AgentName("v2"), AgentName("v1"))
    assert distribution(choice(twice), RULES["uniform"]) == pytest.approx({"v1": 2 / 3, "v2": 1 / 3})


def test_bad_requests_are_answered_with_what_would_be_right():
    with pytest.raises(BadRequest, match="the history is empty"):
        draw(choice(()), RULES["uniform"], Seed.of(1).stream("opponent"))
    with pytest.raises(BadRequest, match="unknown sampling rule 'pfsp'; there is delta-uniform, "):
        rule("pfsp")
    with pytest.raises(BadRequest, match="uniform has no setting 'share'; it has none"):
        rule("uniform", share=0.5)
    with pytest.raises(BadRequest, match="0 is not above 0"):
        rule("delta-uniform", share=0)(choice())
    for power in (-1.0, math.inf, math.nan):
        with pytest.raises(BadRequest, match=f"{power} is not a finite number from 0 on"):
            rule("pfsp-hard", power=power)(choice())
