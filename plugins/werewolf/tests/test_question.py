"""The question before a vote: it touches one metric and nothing else."""

from random import Random
from typing import Any

import pytest

from arena.agents.sampling import sample
from arena.core.errors import IllegalAction, MalformedAction
from arena.core.seed import Seed
from arena.core.values import SPECTATOR, Seat
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import day, kinds, make, night, seated, talk, turn


def at_the_question() -> WerewolfState:
    state = seated("WSVV", predict=True)
    night(state, kill=3)
    talk(state)
    assert state.phase.name == "question"
    return state


def test_all_survivors_are_asked_and_silence_is_no_fault() -> None:
    """RULES.md 3.9"""
    state = at_the_question()
    assert list(state.to_move()) == [0, 1, 2]
    assert all(state.legal(Seat(seat)).question for seat in range(3))
    assert state.default_action(Seat(1)) == {}
    turn(state, {})
    assert state.phase.name == "vote"


def test_answers_are_scaled_once_and_heard_by_nobody() -> None:
    """RULES.md 3.9"""
    state = at_the_question()
    answer = state.check(Seat(1), {"player_0": {"werewolf": 0.6, "villager": 0.3}, "player_2": {"villager": 0}})
    assert answer == {"player_0": {"villager": pytest.approx(1 / 3), "werewolf": pytest.approx(2 / 3)}}
    assert state.check(Seat(1), answer) == answer
    turn(state, {1: answer})
    assert [kinds(state, viewer).count("prediction") for viewer in (0, 1, 2, SPECTATOR)] == [0, 1, 0, 0]


def test_the_score_is_brier_s_over_all_others_alive() -> None:
    """RULES.md 3.9, 7.1: player_0 is a wolf; player_2, a villager, is left out and counts as the deal has it."""
    state = at_the_question()
    turn(state, {1: {"player_0": {"werewolf": 0.8, "villager": 0.2}}})
    turn(state, {0: 1, 1: 0, 2: 0})
    outcome = state.outcome()
    assert outcome is not None
    by_the_deal = (1 / 3) ** 2 + (2 / 3 - 1) ** 2
    assert outcome[1].metrics["brier"] == pytest.approx((0.04 + 0.04 + by_the_deal) / 2)
    assert "brier" not in outcome[2].metrics


@pytest.mark.parametrize(
    "answer", [{"player_1": {}}, {"player_3": {}}, {"nobody": {}}, {"player_0": {"vampire": 1}}, {"player_0": 1}]
)
def test_predictions_of_nobody_or_nothing_are_refused_with_the_section(answer: Any) -> None:
    """RULES.md 3.9"""
    with pytest.raises(IllegalAction, match=r"RULES\.md 3\.9"):
        at_the_question().check(Seat(1), answer)


@pytest.mark.parametrize("answer", [3, "wolf", [], {"player_0": {"werewolf": 2}}, {"player_0": {"werewolf": True}}])
def test_what_is_no_prediction_is_malformed(answer: Any) -> None:
    """RULES.md 3.9"""
    with pytest.raises(MalformedAction):
        at_the_question().check(Seat(1), answer)


def test_the_course_of_a_match_is_the_same_with_and_without_the_question() -> None:
    """RULES.md 3.9, 8.2: answers aside, the events are those of the same match without it."""
    option = next(option for option in make().config if option == "predict")
    assert option
    for number in range(20):
        courses = []
        for predict in (False, True):
            state, rng = make(predict=predict).new_state(Seed.of(number), {}), Random(number)
            while movers := state.to_move():
                if state.phase.name == "question":
                    other = Random(number)
                    turn(state, {seat: sample(state.legal(seat), other) for seat in movers})
                    continue
                turn(state, {seat: sample(state.legal(seat), rng) for seat in sorted(movers)})
            courses.append([event[1:] for event in state.events(SPECTATOR, 0)])
        assert courses[0] == courses[1]


def test_the_question_comes_before_each_vote() -> None:
    """RULES.md 3.9"""
    state = seated("WWSDVVV", predict=True)
    night(state, kill=6)
    talk(state)
    turn(state, {})
    turn(state, {})
    day(state, kill=5)
    assert state.phase.name == "question"
