"""The bots play every variant from its view, and concede as their papers say."""

from itertools import product
from statistics import mean

import numpy as np
import pytest

from arena.core.agent import Clock, Observation
from arena.core.game import Outcome
from arena_negotiation.bots import BOTS
from arena_negotiation.bots.concession import conceded
from arena_negotiation.bots.models import BayesianModel, FrequencyModel
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYER,
    BUYSELL,
    DOND,
    GAMES,
    MULTI,
    SELLER,
    SIMPLE,
    SPIRAL,
    TRADE,
    ULTIMATUM,
    accept,
    act,
    bot,
    duel,
    game,
    price,
    start,
)

NAMES = [listing.name for listing in BOTS]
SETTINGS = [
    *((name, {}) for name in GAMES),
    *((name, {"rounds": rounds}) for name in (BALLOON, BUYSELL, TRADE, SIMPLE, DOND, MULTI) for rounds in (1, 2)),
    (ULTIMATUM, {"proposals": 3}),
    (BUYSELL, {"spread": 40}),
    (SIMPLE, {"deals": "one"}),
    (MULTI, {"deadline": "known", "discount": 1.0}),
]
CONCESSION_PAYS = [BALLOON, SPIRAL, DOND, MULTI]
"""Where there is enough to concede, and time for it."""


def play(name: str, bots: tuple[str, ...], matches: int = 40, **options) -> list[Outcome]:
    rules = game(name, **options)
    return [duel(rules, bots, seed) for seed in range(matches)]


def swapped_mean(name: str, one: str, other: str) -> tuple[float, float]:
    """Mean own surplus of both over swapped roles on the same scenarios."""
    there, back = play(name, (one, other)), play(name, (other, one))
    mine = mean(m[seat].score for seat, matches in enumerate((there, back)) for m in matches)
    theirs = mean(m[1 - seat].score for seat, matches in enumerate((there, back)) for m in matches)
    return mine, theirs


@pytest.mark.parametrize(("name", "options"), SETTINGS, ids=str)
def test_every_pairing_of_bots_finishes_without_a_refusal_or_harm(name: str, options) -> None:
    for bots in product(NAMES, repeat=2):
        for outcome in play(name, bots, matches=1, **options):
            assert all(seat.metrics["irrational"] == 0.0 for seat in outcome)


@pytest.mark.parametrize("quota", [2, 3, 4])
def test_bots_negotiate_in_any_number(quota: int) -> None:
    for n, _ in enumerate(NAMES):
        bots = tuple(NAMES[(n + k) % len(NAMES)] for k in range(4))
        for outcome in play(MULTI, bots, matches=3, parties=4, quota=quota):
            assert all(seat.metrics["irrational"] == 0.0 for seat in outcome)


@pytest.mark.parametrize("name", CONCESSION_PAYS)
def test_boulware_gains_more_than_the_conceder_it_meets(name: str) -> None:
    boulware, conceder = swapped_mean(name, "boulware", "conceder")
    assert boulware > 1.2 * conceder


@pytest.mark.parametrize("name", CONCESSION_PAYS)
def test_boulware_gains_more_against_a_conceder_than_another_conceder_does(name: str) -> None:
    assert swapped_mean(name, "boulware", "conceder")[0] > swapped_mean(name, "conceder", "conceder")[0]


@pytest.mark.parametrize("name", CONCESSION_PAYS)
def test_the_patient_talk_longer(name: str) -> None:
    turns = {
        who: mean(m[0].metrics["turns"] for m in play(name, (who, who), matches=20, **_one_deal(name)))
        for who in ("boulware", "linear", "conceder")
    }
    assert turns["boulware"] > turns["linear"] > turns["conceder"]


def _one_deal(name: str) -> dict[str, str]:
    return {"deals": "one"} if name == SPIRAL else {}


@pytest.mark.parametrize("name", [BALLOON, DOND, MULTI])
@pytest.mark.parametrize("better", ["boulware", "tit-for-tat", "micro", "frequency", "bayesian"])
def test_a_plan_gains_more_than_whim(name: str, better: str) -> None:
    planned, whim = swapped_mean(name, better, "random")
    assert planned > whim


@pytest.mark.parametrize("modeller", ["frequency", "bayesian"])
def test_two_that_model_each_other_waste_less_than_two_that_concede_as_late(modeller: str) -> None:
    names = (modeller, "boulware", "micro", "tit-for-tat")
    welfare = {who: mean(m[0].metrics["welfare"] for m in play(MULTI, (who, who))) for who in names}
    assert max(welfare, key=welfare.__getitem__) == modeller


def test_the_hard_liner_never_moves() -> None:
    state, seller = start(BALLOON), bot("hard-liner", SELLER, game(BALLOON))
    for _ in range(5):
        assert answer(seller, state) == price(20)
        act(state, price(20), price(19))


def test_micro_makes_a_new_offer_for_a_new_offer_and_no_other() -> None:
    """De Jonge (2022): 20, then 19 for the opening and 18 for a new bid; an old one where it is offered nothing new."""
    state, seller = start(BALLOON), bot("micro", SELLER, game(BALLOON))
    asked = []
    for bid in (11, 11, 11, 12, 12):
        asked.append(answer(seller, state)["offer"]["price"])
        act(state, price(asked[-1]), price(bid))
    assert asked[:3] == [20, 19, 18]
    assert set(asked[3:4]) <= {18, 19, 20}
    assert asked[4] == 17


def test_micro_takes_what_it_would_offer_next() -> None:
    """De Jonge (2022)"""
    state = act(start(BALLOON), price(19))
    assert answer(bot("micro", BUYER, game(BALLOON)), state) == price(10)
    assert answer(bot("micro", BUYER, game(BALLOON)), act(start(BALLOON), price(10))) == accept(2)


@pytest.mark.parametrize("model", [FrequencyModel, BayesianModel])
def test_a_model_learns_which_issue_matters_to_the_other_side(model) -> None:
    """Three offers that keep the first issue and give way in the second."""
    learner = model(2, own_frame=True)
    for time, given in ((0.0, 0.0), (0.3, 0.5), (0.6, 1.0)):
        learner.hear((0.0, given), time)
    without_first, without_second = learner.utility(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert without_second > without_first + 0.1


def test_a_model_learns_which_way_the_other_side_wants() -> None:
    learner = BayesianModel(2, own_frame=False)
    for time in (0.0, 0.2, 0.4):
        learner.hear((1.0, 0.0), time)
    good, bad = learner.utility(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert good > 0.8
    assert bad < 0.2


def test_two_boulwares_agree_near_what_people_reach() -> None:
    """People: agreement 77 %, own score 7.43 on agreement, 76 % Pareto-efficient (arXiv 1706.05125)."""
    outcomes = play(DOND, ("boulware", "boulware"), matches=100)
    assert mean(m[0].metrics["deal"] for m in outcomes) > 0.95
    assert 6.5 < mean(seat.score for m in outcomes for seat in m) < 8.0


def test_concession_follows_its_formula() -> None:
    """alpha(t) = t^(1 / beta): Faratin et al. (1998)"""
    assert [conceded(0.0, 0.2), conceded(1.0, 5.0), conceded(0.5, 1.0)] == [0.0, 1.0, 0.5]
    assert conceded(0.25, 0.5) == pytest.approx(0.0625)


def test_tit_for_tat_gives_back_what_it_was_given() -> None:
    state, seller = start(BALLOON), bot("tit-for-tat", SELLER, game(BALLOON))
    asked = []
    for bid in (12, 13, 13, 15):
        act(state, ask := answer(seller, state), price(bid))
        asked.append(ask["offer"]["price"])
    assert asked == [20, 18, 17, 17]


def test_in_the_last_turn_any_gain_is_taken() -> None:
    state = act(start(BALLOON, rounds=1), price(19))
    assert answer(bot("boulware", BUYER, game(BALLOON)), state) == accept(2)


def answer(agent, state):
    """What the agent does now, checked."""
    (seat,) = state.to_move()
    seen = Observation(0, state.observe(seat, agent.wants))
    return state.check(seat, agent.act(seen, state.legal(seat), Clock(1.0, 1.0)))
