"""Turns, offers and acts at the table (RULES.md 1 to 3 and 8)."""

import pytest

from arena.core.errors import BadOption, IllegalAction
from arena.core.seed import Seed
from arena.core.values import Seat
from arena_negotiation.protocol import Act, AlternatingOffers
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYER,
    REJECT,
    SELLER,
    WALK,
    accept,
    act,
    acts,
    ended,
    game,
    price,
    start,
)


def open_ids(state, seat) -> list[int]:
    offers = state.observe(seat, frozenset({"view"}))["view"]["open_offers"]
    return [offer["id"] for offer in offers if offer["by"] != seat]


def test_turns_alternate_from_the_first_seat_on() -> None:
    """RULES.md 1.1, 1.2"""
    state, movers = start(rounds=3), []
    while state.to_move():
        movers.extend(state.to_move())
        act(state, REJECT)
    assert movers == [0, 1] * 3


def test_only_the_seat_to_move_may_act() -> None:
    """RULES.md 1.2"""
    with pytest.raises(IllegalAction, match=r"RULES.md 1\.2"):
        start().check(Seat(1), REJECT)
    with pytest.raises(IllegalAction, match=r"RULES.md 1\.2"):
        act(start(), WALK).check(Seat(1), REJECT)


@pytest.mark.parametrize(
    ("actions", "reason"),
    [([WALK], "walk"), ([price(15), accept(2)], "agreement"), ([price(15), REJECT, REJECT, REJECT], "deadline")],
)
def test_a_match_ends_by_agreement_walking_or_the_last_turn(actions, reason: str) -> None:
    """RULES.md 1.3, 3.4"""
    state = act(start(BALLOON, rounds=2), *actions)
    assert not state.to_move()
    assert state.observe(SELLER, frozenset({"view"}))["view"]["ended"] == reason
    assert ended(state)[0].metrics["deal"] == (reason == "agreement")


def test_both_openings_stand_before_the_first_turn() -> None:
    """RULES.md 8.1, 2.4"""
    state = start(BALLOON)
    assert (open_ids(state, SELLER), open_ids(state, BUYER)) == ([1], [0])
    assert ended(act(start(BALLOON), accept(1)))[0].metrics["price"] == 10.0
    assert ended(act(start(BALLOON), REJECT, accept(0)))[0].metrics["price"] == 20.0


def test_a_balloon_sells_at_the_accepted_price() -> None:
    """RULES.md 8.2, 6.1, 3.1"""
    outcome = ended(act(start(BALLOON), price(17), price(13), accept(3)))
    assert [seat.score for seat in outcome] == [5.0, 7.0]
    assert [seat.role for seat in outcome] == ["seller", "buyer"]
    assert [seat.rank for seat in outcome] == [2, 1]


def test_the_balloon_is_the_same_for_every_seed() -> None:
    """RULES.md 8.4"""
    everything = frozenset({"view", "text"})
    views = [game(BALLOON).new_state(Seed.of(n), {}).observe(SELLER, everything) for n in (1, 2)]
    assert views[0] == views[1]
    assert game(BALLOON).indistinguishable(Seed.of(1), SELLER) is None


@pytest.mark.parametrize("options", [{"bid": 20}, {"cost": 20}, {"value": 10}, {"value": 8, "cost": 8}, {"ask": 8}])
def test_a_balloon_that_a_side_cannot_gain_by_is_refused(options) -> None:
    """RULES.md 8.3"""
    with pytest.raises(BadOption, match="must be below"):
        game(BALLOON, **options)


@pytest.mark.parametrize("options", [{}, {"cost": 15}, {"value": 12}, {"cost": 0, "value": 900, "ask": 1000, "bid": 0}])
def test_scores_span_what_the_balloon_can_bring(options) -> None:
    """RULES.md 8.2, 6.1"""
    sold = game(BALLOON, **options)
    low, high = sold.spec.score_low, sold.spec.score_high
    prices = (sold.config["bid"], sold.config["ask"])
    scores = [s.score for p in prices for s in ended(act(sold.new_state(Seed.of(1), {}), price(p), accept(2)))]
    assert (min(0.0, *scores), max(scores)) == (low, high)


def test_a_new_offer_closes_the_proposers_last() -> None:
    """RULES.md 2.4, 3.2"""
    state = act(start(BALLOON), price(18), REJECT, price(17))
    assert open_ids(state, BUYER) == [3]
    with pytest.raises(IllegalAction, match=r"RULES.md 3\.2: you can accept offer 3 and no other"):
        state.check(BUYER, accept(2))


def test_a_counter_offer_leaves_the_other_sides_offer_open() -> None:
    """RULES.md 2.4"""
    assert ended(act(start(BALLOON), price(18), price(12), REJECT, accept(2)))[0].metrics["price"] == 18.0


def test_a_rejected_offer_cannot_be_accepted_later() -> None:
    """RULES.md 3.3, 2.4"""
    state = act(start(BALLOON), REJECT, REJECT)
    assert open_ids(state, SELLER) == open_ids(state, BUYER) == []
    with pytest.raises(IllegalAction, match=r"RULES.md 3\.2: no offer to you is open"):
        state.check(SELLER, accept(1))
    assert "accept" not in acts(state, SELLER)


@pytest.mark.parametrize("forged", [0, 2, 7, -1, 10**30])
def test_own_and_unknown_offers_cannot_be_accepted(forged: int) -> None:
    """RULES.md 3.2"""
    with pytest.raises(IllegalAction, match=r"RULES.md 3\.2"):
        start(BALLOON).check(SELLER, accept(forged))


def test_nobody_proposes_when_nobody_is_left_to_answer() -> None:
    """RULES.md 3.1"""
    state = act(start(BALLOON, rounds=1), price(11))
    assert acts(state, BUYER) == ["reject", "accept", "walk"]
    with pytest.raises(IllegalAction, match=r"RULES.md 3\.1"):
        state.check(BUYER, price(12))


def test_the_default_is_to_reject_in_silence() -> None:
    """RULES.md 3.5, 3.3"""
    state = start(BALLOON)
    assert state.default_action(SELLER) == state.check(SELLER, REJECT) == REJECT
    assert game().spec.forfeit == "plays default"


def test_a_quota_of_three_seats_makes_a_deal_without_the_fourth() -> None:
    """The protocol carries more than two seats: Aydogan et al.'s stacked offers with a quota."""
    protocol, seats = AlternatingOffers(seats=4, rounds=2, quota=3), [Seat(n) for n in range(4)]
    table = protocol.lay()
    offer = protocol.propose(table, seats[0], (5,))
    protocol.reject(table, seats[1])
    protocol.accept(table, seats[2], offer)
    assert protocol.mover(table) == 3
    assert not table.ended
    assert not protocol.may(table, seats[2], Act.ACCEPT)
    protocol.accept(table, seats[3], offer)
    assert (table.ended, table.deal, protocol.mover(table)) == ("agreement", offer, None)
