"""The bots play every variant from its view, and concede as their papers say."""

from itertools import product
from statistics import mean

import pytest

from arena.core.agent import Clock, Observation
from arena.core.game import Outcome
from arena.core.seed import Seed
from arena_negotiation.bots import BOTS
from arena_negotiation.bots.concession import conceded
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYER,
    DOND,
    GAMES,
    SELLER,
    accept,
    act,
    bot,
    duel,
    game,
    price,
    start,
)

NAMES = [listing.name for listing in BOTS]


def play(name: str, bots: tuple[str, str], deals: int = 40, **options) -> list[Outcome]:
    rules = game(name, **options)
    return [duel(rules.new_state(Seed.of(seed), {}), bots, seed) for seed in range(deals)]


def swapped_mean(name: str, one: str, other: str) -> tuple[float, float]:
    """Mean own surplus of both over swapped roles on the same scenarios."""
    there, back = play(name, (one, other)), play(name, (other, one))
    mine = mean(m[seat].score for seat, matches in enumerate((there, back)) for m in matches)
    theirs = mean(m[1 - seat].score for seat, matches in enumerate((there, back)) for m in matches)
    return mine, theirs


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("rounds", [1, 2, 10])
def test_every_pairing_of_bots_finishes_without_a_refusal(name: str, rounds: int) -> None:
    for bots in product(NAMES, repeat=2):
        for outcome in play(name, bots, deals=5, rounds=rounds):
            assert all(seat.metrics["irrational"] == 0.0 for seat in outcome)


@pytest.mark.parametrize("name", GAMES)
def test_boulware_gains_more_than_the_conceder_it_meets(name: str) -> None:
    boulware, conceder = swapped_mean(name, "boulware", "conceder")
    assert boulware > conceder + 2


@pytest.mark.parametrize("name", GAMES)
def test_boulware_gains_more_against_a_conceder_than_another_conceder_does(name: str) -> None:
    assert swapped_mean(name, "boulware", "conceder")[0] > swapped_mean(name, "conceder", "conceder")[0]


@pytest.mark.parametrize("name", GAMES)
def test_the_patient_talk_longer(name: str) -> None:
    turns = {who: mean(m[0].metrics["turns"] for m in play(name, (who, who))) for who in ("boulware", "conceder")}
    assert turns["boulware"] > 2 * turns["conceder"]


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("better", ["boulware", "tit-for-tat"])
def test_a_plan_gains_more_than_whim(name: str, better: str) -> None:
    planned, whim = swapped_mean(name, better, "random")
    assert planned > whim


def test_two_boulwares_agree_near_what_people_reach() -> None:
    """People: agreement 77 %, own score 7.43 on agreement, 76 % Pareto-efficient (arXiv 1706.05125)."""
    outcomes = play(DOND, ("boulware", "boulware"), deals=100)
    assert mean(m[0].metrics["deal"] for m in outcomes) > 0.95
    assert 6.5 < mean(seat.score for m in outcomes for seat in m) < 8.0


def test_concession_follows_its_formula() -> None:
    """alpha(t) = t^(1 / beta): Faratin et al. (1998)"""
    assert [conceded(0.0, 0.2), conceded(1.0, 5.0), conceded(0.5, 1.0)] == [0.0, 1.0, 0.5]
    assert conceded(0.25, 0.5) == pytest.approx(0.0625)


def test_tit_for_tat_gives_back_what_it_was_given() -> None:
    state, seller = start(BALLOON), bot("tit-for-tat", SELLER)
    asked = []
    for bid in (12, 13, 13, 15):
        act(state, ask := answer(seller, state), price(bid))
        asked.append(ask["offer"]["price"])
    assert asked == [20, 18, 17, 17]


def test_in_the_last_turn_any_gain_is_taken() -> None:
    state = act(start(BALLOON, rounds=1), price(19))
    assert answer(bot("boulware", BUYER), state) == accept(2)


def answer(agent, state):
    """What the agent does now, checked."""
    (seat,) = state.to_move()
    seen = Observation(0, state.observe(seat, agent.wants))
    return state.check(seat, agent.act(seen, state.legal(seat), Clock(1.0, 1.0)))
