"""The planner knows the rules, infers the rest from what is done, and gains by it."""

from itertools import islice
from statistics import mean

import numpy as np
import pytest

from arena.core.agent import Clock, Observation
from arena.core.seed import Seed
from arena.core.values import Seat
from arena_negotiation.bots.insight import Insight
from arena_negotiation.bots.outlook import Outlook
from arena_negotiation.bots.rivals import HARD, MICRO, SILENT, TIT_FOR_TAT
from arena_negotiation.bots.schedule import Schedule
from arena_negotiation.scenario import Known
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYSELL,
    DOND,
    GAMES,
    MULTI,
    REJECT,
    SIMPLE,
    SPIRAL,
    ULTIMATUM,
    accept,
    act,
    bot,
    duel,
    game,
    price,
    seat_info,
    start,
)

RUNGS = ("conceder", "linear", "boulware", "tit-for-tat", "micro", "frequency", "bayesian")
HIDDEN = [(BUYSELL, {"spread": 20}), (SIMPLE, {}), (DOND, {}), (MULTI, {}), (MULTI, {"parties": 3, "quota": 2})]


def swapped(name: str, one: str, other: str, deals: int, **options) -> list[float]:
    """By how much `one` gains more than `other`, for each deal played in both seatings."""
    rules = game(name, **options)
    there = [duel(rules, (one, other), deal) for deal in range(deals)]
    back = [duel(rules, (other, one), deal) for deal in range(deals)]
    return [a[0].score - a[1].score + b[1].score - b[0].score for a, b in zip(there, back, strict=True)]


@pytest.mark.parametrize(
    ("name", "options", "deals"),
    [
        (BUYSELL, {}, 1),
        (ULTIMATUM, {}, 1),
        (ULTIMATUM, {"proposals": 3}, 1),
        (BALLOON, {}, 1),
        (SPIRAL, {}, 1),
        (DOND, {}, 12),
    ],
)
def test_the_planner_gains_more_than_the_rungs_it_meets(name: str, options, deals: int) -> None:
    assert mean(mean(swapped(name, "planner", rung, deals, **options)) for rung in RUNGS) > 0.0


def test_who_makes_the_last_offer_leaves_the_other_little() -> None:
    """Nobody accepts after the responder's only turn: the proposer keeps all but a dollar (RULES.md 9.2)."""
    rules = game(ULTIMATUM)
    proposer, responder = duel(rules, ("planner", "tit-for-tat"))
    assert (proposer.score, responder.score) == (99.0, 1.0)


def test_it_waits_where_waiting_is_free_and_gives_way_where_it_costs() -> None:
    """The same price, once with a last word of its own, once of the other side."""
    rules = game(BUYSELL)
    as_buyer = duel(rules, ("boulware", "planner"))[1].score
    as_seller = duel(rules, ("planner", "micro"))[0].score
    assert as_buyer == 19.0
    assert as_seller < 10.0


@pytest.mark.parametrize(("name", "options"), HIDDEN, ids=str)
def test_a_planner_does_the_same_in_deals_that_its_seat_cannot_tell_apart(name: str, options) -> None:
    rules = game(name, **options)
    for deal in range(6):
        other = rules.indistinguishable(Seed.of(deal), Seat(0))
        assert other is not None
        states = (rules.new_state(Seed.of(deal), {}), other)
        assert len({str(first_act(rules, state)) for state in states}) == 1


def first_act(rules, state):
    """What the planner does first in seat 0."""
    agent = bot("planner", 0, rules)
    return agent.act(Observation(0, state.observe(Seat(0), agent.wants)), state.legal(Seat(0)), Clock(1.0, 1.0))


@pytest.mark.parametrize("name", GAMES)
def test_guesses_at_a_rival_are_deals_that_the_rules_allow(name: str) -> None:
    """Each guess could be a scenario of this game with the seat's own values: it gains at most what the rules bound."""
    rules = game(name)
    variant = rules._variant
    for deal in range(5):
        scenario = variant.scenario(Seed.of(deal))
        known = Known(
            seat=Seat(0),
            private=scenario.private[0],
            highs=tuple(issue.high for issue in scenario.domain.issues),
            holdings=scenario.holdings,
        )
        guesses = variant.rivals(known, Seat(1), Seed.of(deal).stream("test"), 50)
        assert 1 <= len(guesses) <= 50
        outcomes = np.array(list(islice(scenario.domain.outcomes(), 5000)))
        assert max(guess.over(outcomes).max() for guess in guesses) <= variant.score_high
        if len(guesses) == 1:
            true = scenario.utilities[1].over(outcomes) - scenario.disagreement[1]
            assert np.array_equal(true, guesses[0].over(outcomes))


@pytest.mark.parametrize(("rung", "tactic"), [("tit-for-tat", TIT_FOR_TAT), ("micro", MICRO), ("hard-liner", HARD)])
def test_what_a_rival_does_tells_which_rung_it_is(rung: str, tactic: int) -> None:
    """A seller who gives way tells those apart that hold out in silence alike."""
    insight = watched(BALLOON, rung, [price(20), price(18), price(16)])
    assert max((TIT_FOR_TAT, MICRO, HARD), key=insight.beliefs[1].log.max(axis=1).__getitem__) == tactic


def test_who_only_rejects_is_taken_for_silent() -> None:
    rules = game(DOND)
    state, insight = start(DOND), Insight(seat_info(rules, 0))
    act(state, {"act": "propose", "offer": dict.fromkeys(("book", "hat", "ball"), 0)}, REJECT, REJECT, REJECT)
    insight.learn(Outlook(Observation(0, state.observe(Seat(0), frozenset({"view"}))), state.legal(Seat(0))))
    assert int(np.exp(insight.beliefs[1].log).sum(axis=1).argmax()) == SILENT


def watched(name: str, rung: str, offers) -> Insight:
    """What seat 0 learns while it makes these offers to a rung in seat 1."""
    rules, state = game(name), start(name)
    rival, insight = bot(rung, 1, rules), Insight(seat_info(rules, 0))
    for offer in offers:
        act(state, offer)
        seen = Observation(0, state.observe(Seat(1), rival.wants))
        answer = rival.act(seen, state.legal(Seat(1)), Clock(1.0, 1.0))
        act(state, answer)
    insight.learn(Outlook(Observation(0, state.observe(Seat(0), frozenset({"view"}))), state.legal(Seat(0))))
    return insight


def test_a_late_deal_is_worth_its_discount_and_the_odds_that_the_table_is_open() -> None:
    """RULES.md 11.4, 11.5: it closes after 10 to 20 turns, each as likely."""
    schedule = Schedule(seats=2, quota=2, turns=20, discount=0.9, hidden_deadline=True)
    assert schedule.worth(9) == pytest.approx(0.9**4)
    assert schedule.worth(10) == pytest.approx(0.9**5 * 10 / 11)
    assert schedule.worth(19) == pytest.approx(0.9**9 * 1 / 11)


def test_it_accepts_what_no_plan_betters() -> None:
    state = act(start(BALLOON), price(19))
    act(state, price(19))
    agent = bot("planner", 0, game(BALLOON))
    seen = Observation(0, state.observe(Seat(0), agent.wants))
    assert agent.act(seen, state.legal(Seat(0)), Clock(1.0, 1.0)) == accept(3)
