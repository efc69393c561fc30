"""Which answers of self-play are learned from, and what they are weighed by."""

from collections.abc import Sequence

import pytest

from arena.core.agent import Provenance
from arena.core.game import ClockSpec
from arena.core.match import Cause, Decided, GameRef, MatchPlan, MatchResult, Move, PartyRef, SeatResult, Situation
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, Seat, SetId
from arena.loops.selfplay.rae import RoleBaselines
from arena.loops.selfplay.samples import harvest, returns
from arena.training.trajectory import Trajectory

PLAIN = {"illegal": None, "wronged": None, "gamma": 1.0}
SPIRAL = {"illegal": -1.5, "wronged": 0.5, "gamma": 0.5}


def turn(cause: Cause | None = None, tokens: Sequence[int] = (7,)) -> Decided:
    made = Provenance(prompt_token_ids=[1, 2], completion_token_ids=tokens, logprobs=[-0.5] * len(tokens), mask="{}")
    return Decided(0, Move(0, Seat(0), 1, cause), Situation(), made)


def seat(number: int, score: float, turns: Sequence[Decided], cause: Cause = Cause.RULES) -> Trajectory:
    game = GameRef(id="tests/none", version="1", config={}, rated_id="tests/none")
    plan = MatchPlan(
        match_id=MatchId("m"),
        set_id=SetId("s"),
        ordinal=0,
        game=game,
        seed=Seed.of(0),
        parties=(PartyRef(agent=AgentName("learner")),),
        clock=ClockSpec(),
    )
    told = SeatResult(seat=Seat(number), party=0, rank=1, score=score, cause=cause)
    result = MatchResult(plan=plan, moves=(), seats=(told,))
    return Trajectory(
        result=result, seat=told, decisions=turns, brief=None, seats=0, ruleset="", parent=None, rating=None
    )


def test_each_answer_has_its_seats_advantage_and_the_tokens_that_were_drawn():
    matches = [[seat(0, 1.0, [turn(), turn()]), seat(1, -1.0, [turn(tokens=(8, 9))])]]
    found = harvest(iter(matches), RoleBaselines(), {**PLAIN, "gamma": 0.5})
    assert [one.advantage for one in found.samples] == [0.5, 1.0, -1.0]
    assert found.samples[2].completion == (8, 9)
    assert found.samples[2].logprobs == [-0.5, -0.5]


def test_answers_without_an_advantage_or_without_tokens_are_left_out():
    matches = [[seat(0, 0.0, [turn()]), seat(1, 2.0, [turn(), turn(tokens=())])]]
    found = harvest(iter(matches), RoleBaselines(), PLAIN)
    assert [one.advantage for one in found.samples] == [2.0]
    assert found.figures()["answers"] == 3


def test_a_match_that_a_late_model_spoilt_teaches_nothing_and_moves_no_baseline():
    baselines = RoleBaselines()
    matches = [[seat(0, -2.0, [turn(cause=Cause.TIMEOUT)]), seat(1, 2.0, [turn()])]]
    found = harvest(iter(matches), baselines, PLAIN)
    assert (found.samples, found.lost, baselines.kept) == ([], 1, {})


@pytest.mark.parametrize(("settings", "told"), [(PLAIN, [-2.0, 2.0]), (SPIRAL, [-1.5, 0.5])])
def test_an_illegal_answer_costs_what_the_game_or_the_settings_say(settings, told):
    seats = [seat(0, -2.0, [turn(cause=Cause.ILLEGAL)], Cause.ILLEGAL), seat(1, 2.0, [turn()])]
    assert returns(seats, settings["illegal"], settings["wronged"]) == told
    found = harvest(iter([seats]), RoleBaselines(), settings)
    assert [one.advantage for one in found.samples] == told
    assert found.illegal == 1


def test_without_an_illegal_answer_the_settings_change_nothing():
    assert returns([seat(0, -2.0, []), seat(1, 2.0, [])], -1.5, 0.5) == [-2.0, 2.0]
