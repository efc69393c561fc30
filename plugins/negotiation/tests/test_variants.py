"""What is particular to each variant (RULES.md 1.4, 3.3 to 3.6 and 8 to 11)."""

import pytest

from arena.core.errors import BadOption, IllegalAction
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Seat
from plugins.negotiation.tests.negotiating import (
    BUYSELL,
    MULTI,
    REJECT,
    SIMPLE,
    SPIRAL,
    TRADE,
    ULTIMATUM,
    WALK,
    accept,
    act,
    acts,
    ended,
    game,
    levels,
    offer,
    price,
    start,
    view,
)


def own(wood: int, gold: int):
    """A proposal in the wood and gold of SPIRAL: what its proposer has afterwards."""
    return offer(wood=wood, gold=gold)


# ---- buysell


def test_buying_and_selling_pays_by_the_price() -> None:
    """RULES.md 8.2, 8.5"""
    outcome = ended(act(start(BUYSELL), price(55), price(45), accept(1)))
    assert [(seat.role, seat.score) for seat in outcome] == [("seller", 5.0), ("buyer", 15.0)]
    assert outcome[0].metrics["price"] == 45.0


def test_a_rejection_is_final_where_it_says_so() -> None:
    """RULES.md 3.3, 8.5, 1.3"""
    state = act(start(BUYSELL), price(55), REJECT)
    assert (view(state, 0)["ended"], [seat.score for seat in ended(state)]) == ("rejection", [0.0, 0.0])
    assert ended(act(start(ULTIMATUM), offer(dollars=60), REJECT))[0].metrics["deal"] == 0.0


def test_offers_are_counted_and_the_fifth_is_refused() -> None:
    """RULES.md 3.6, 8.5"""
    state = act(start(BUYSELL), *[price(n) for n in (90, 10, 80, 20, 70, 30, 65, 35)])
    assert acts(state, Seat(0)) == ["reject", "accept", "walk"]
    assert view(state, 0)["proposals_left"] == [0, 0]
    with pytest.raises(IllegalAction, match=r"RULES.md 3\.6: you have made all your 4 offers"):
        state.check(Seat(0), price(50))
    assert [seat.score for seat in ended(act(state, accept(7)))] == [-5.0, 25.0]


def test_limits_are_drawn_around_cost_and_value() -> None:
    """RULES.md 8.6"""
    variant = game(BUYSELL, spread=50)._variant
    limits = [[next(iter(p.values())) for p in variant.scenario(Seed.of(n)).private] for n in range(2000)]
    costs, values = ({limit[seat] for limit in limits} for seat in (0, 1))
    assert costs == set(range(91))
    assert values == set(range(10, 111))


@pytest.mark.parametrize("options", [{"cost": 60}, {"cost": 70}, {"budget": 40}])
def test_a_sale_that_a_side_cannot_gain_by_is_refused(options) -> None:
    """RULES.md 8.3"""
    with pytest.raises(BadOption, match=r"option cost: .* must be below"):
        game(BUYSELL, **options)


# ---- ultimatum


def test_one_offer_one_answer() -> None:
    """RULES.md 9.1, 9.2"""
    state = act(start(ULTIMATUM), offer(dollars=60))
    assert acts(state, Seat(1)) == ["reject", "accept", "walk"]
    assert [(seat.role, seat.score) for seat in ended(act(state, accept(0)))] == [
        ("proposer", 60.0),
        ("responder", 40.0),
    ]


def test_three_offers_a_side_and_a_turn_to_answer_in() -> None:
    """RULES.md 9.2, 2.3"""
    state = act(start(ULTIMATUM, proposals=3), *[offer(dollars=n) for n in (90, 90, 80, 80, 70, 70)])
    assert acts(state, Seat(0)) == ["reject", "accept", "walk"]
    assert [seat.score for seat in ended(act(state, accept(5)))] == [30.0, 70.0]


# ---- exchange


def test_a_trade_is_scored_by_what_each_owned_at_first() -> None:
    """RULES.md 10.1, 10.2"""
    state = start(TRADE)
    assert view(state, 0)["holdings"] == [{"x": 25, "y": 5}, {"x": 5, "y": 25}]
    outcome = ended(act(state, offer(x=20, y=12), accept(0)))
    assert [seat.score for seat in outcome] == [2.0, -2.0]
    assert outcome[1].metrics["irrational"] == 1.0
    with pytest.raises(IllegalAction, match=r"RULES.md 3\.6"):
        act(start(TRADE), *[offer(x=25, y=n) for n in (9, 5, 8, 5, 7, 5)]).check(Seat(0), offer(x=25, y=6))


def test_deal_follows_deal_until_the_last_turn() -> None:
    """RULES.md 1.4, 10.4, 10.1"""
    state = act(start(SPIRAL), own(5, 15), accept(0))
    assert view(state, 0)["holdings"] == [{"wood": 5, "gold": 15}, {"wood": 15, "gold": 5}]
    assert (view(state, 0)["secured"], view(state, 1)["secured"]) == (50.0, 50.0)
    assert view(state, 0)["open_offers"] == []
    state = act(state, own(0, 18), accept(1), *[REJECT] * 6)
    outcome = ended(state)
    assert [(seat.score, seat.rank) for seat in outcome] == [(70.0, 2), (110.0, 1)]
    assert (view(state, 0)["ended"], outcome[0].metrics["deals"], outcome[0].metrics["deal"]) == ("deadline", 2.0, 1.0)


def test_what_was_dealt_stays_dealt_when_a_side_walks() -> None:
    """RULES.md 1.4, 3.4"""
    assert [seat.score for seat in ended(act(start(SPIRAL), own(5, 15), accept(0), WALK))] == [50.0, 50.0]


def test_one_deal_can_be_all() -> None:
    """RULES.md 10.3"""
    assert ended(act(start(SPIRAL, deals="one"), own(5, 15), accept(0)))[0].score == 50.0


def test_an_act_is_one_act() -> None:
    """RULES.md 10.5, 1.2"""
    assert act(start(SIMPLE), REJECT).to_move() == (1,)


# ---- multi-issue


def test_a_deal_in_a_later_round_is_worth_less() -> None:
    """RULES.md 11.4, 6.2"""
    early = act(start(MULTI), levels(2), accept(0))
    late = act(start(MULTI), REJECT, REJECT, REJECT, REJECT, levels(2), accept(0))
    for now, then in zip(ended(early), ended(late), strict=True):
        assert then.score == pytest.approx(0.98**2 * now.score)
    assert view(late, 0)["deal"]["surplus"] == ended(late)[0].score


def test_nobody_sees_when_the_table_closes() -> None:
    """RULES.md 11.5, 5.1"""
    closes = set()
    for seed in range(200):
        state = game(MULTI, rounds=4).new_state(Seed.of(seed), {})
        assert "closes" not in view(state, 0)
        end, taken = view(state, OMNISCIENT)["closes"], 0
        while state.to_move():
            assert view(state, 0)["turns"] == 8
            act(state, REJECT)
            taken += 1
        assert taken == end
        closes.add(end)
    assert closes == {4, 5, 6, 7, 8}


def test_a_known_deadline_is_the_last_turn() -> None:
    """RULES.md 11.5"""
    assert ended(act(start(MULTI, deadline="known", rounds=3), *[REJECT] * 6))[0].metrics["turns"] == 6.0


def test_a_quota_makes_a_deal_that_binds_the_rest() -> None:
    """RULES.md 11.3, 3.2, 6.2"""
    for seed in range(40):
        state = game(MULTI, parties=3, quota=2).new_state(Seed.of(seed), {})
        act(state, levels(0), REJECT, accept(0))
        assert view(state, 1)["deal"]["backers"] == [0, 2]
        scenario = state._scenario
        outcome = ended(state)
        assert [seat.score for seat in outcome] == [scenario.surplus(Seat(n), (0,) * 4) for n in range(3)]
        assert outcome[1].metrics["irrational"] == 0.0


def test_all_are_needed_without_a_quota() -> None:
    """RULES.md 11.3, 3.3"""
    state = act(start(MULTI, parties=3), levels(0), accept(0))
    assert state.to_move() == (2,)
    assert ended(act(state, accept(0)))[0].metrics["deal"] == 1.0
    state = act(start(MULTI, parties=3), levels(0), REJECT)
    assert view(state, 2)["open_offers"] == []


def test_who_walks_has_no_more_turns_and_no_part_in_a_deal() -> None:
    """RULES.md 3.4"""
    state = act(start(MULTI, parties=3, quota=2), levels(0), WALK, levels(1), levels(2))
    assert (state.to_move(), view(state, 0)["gone"]) == ((2,), [1])
    outcome = ended(act(state, accept(2)))
    assert (outcome[1].score, outcome[1].metrics["irrational"], outcome[0].metrics["deal"]) == (0.0, 0.0, 1.0)


def test_the_match_is_over_when_too_few_are_left() -> None:
    """RULES.md 3.4, 1.3"""
    assert view(act(start(MULTI, parties=3), WALK), 0)["ended"] == "walk"
    assert view(act(start(MULTI, parties=3, quota=2), WALK, WALK), 0)["ended"] == "walk"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"quota": 3}, "quota: 3 must be 0 or from 2 to parties"),
        ({"quota": 1}, "quota: 1 must be"),
        ({"issues": 6, "levels": 20}, "more than 20000 outcomes"),
        ({"issues": 1, "levels": 2}, "a single issue needs 3 or more"),
    ],
)
def test_parties_that_cannot_meet_are_refused(options, reason: str) -> None:
    """RULES.md 11.6"""
    with pytest.raises(BadOption, match=reason):
        game(MULTI, **options)
