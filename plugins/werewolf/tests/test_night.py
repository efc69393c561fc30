from typing import Any

import pytest

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.values import Seat
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import day, kinds, menu, night, seated, talk, told, turn


def ids(state: WerewolfState, seat: int) -> list[int]:
    return list(menu(state, seat).ids)


def test_every_living_seat_is_asked_in_every_turn_of_the_night() -> None:
    """RULES.md 2.1"""
    state = seated("WWSDVVV")
    for _ in range(2):
        assert state.phase.name == "night"
        assert list(state.to_move()) == list(range(7))
        turn(state, {})
    assert state.phase.name == "discussion"


@pytest.mark.parametrize("exile", [0, 4], ids=["a wolf was voted out", "a villager was voted out"])
def test_who_is_asked_tells_nothing_of_how_many_wolves_live(exile: int) -> None:
    """RULES.md 2.1"""
    state = seated("WWSDVVV")
    day(state, kill=5, exile=exile)
    for _ in range(2):
        assert state.phase.name == "night"
        assert list(state.to_move()) == [seat for seat in range(7) if seat not in {5, exile}]
        turn(state, {})
    assert state.phase.name == "discussion"


def test_an_idle_seat_can_only_answer_nothing() -> None:
    """RULES.md 2.1"""
    state = seated("WWSDVVV")
    assert [ids(state, seat) for seat in (1, 4, 5, 6)] == [[7]] * 4
    assert menu(state, 4).labels == ["nothing"]
    with pytest.raises(IllegalAction, match=r"RULES\.md 2: choose one of 7 \(nothing\)"):
        state.check(Seat(4), 0)


@pytest.mark.parametrize("action", ["3", 3.0, True, None, [3]])
def test_an_answer_that_is_no_whole_number_is_malformed(action: Any) -> None:
    """RULES.md 2.1"""
    with pytest.raises(MalformedAction):
        seated("WWSDVVV").check(Seat(0), action)


def test_the_later_wolf_sees_the_proposal_and_decides() -> None:
    """RULES.md 2.2"""
    state = seated("VWSDVVW")
    assert ids(state, 1) == [0, 2, 3, 4, 5]
    assert ids(state, 6) == [7]
    turn(state, {1: 4, 2: 1, 3: 3})
    assert told(state, 6, "proposal") == [{"seat": 1, "target": 4}]
    assert (ids(state, 1), ids(state, 6)) == ([7], [0, 2, 3, 4, 5])
    turn(state, {6: 5})
    assert told(state, 0, "dawn") == [{"day": 1, "killed": 5}]
    assert told(state, 1, "kill") == [{"seat": 6, "target": 5}]


def test_wolves_choose_neither_the_dead_nor_each_other() -> None:
    """RULES.md 2.2"""
    state = seated("VWSDVVW")
    day(state, kill=5, exile=4)
    assert ids(state, 1) == [0, 2, 3]
    for target in (1, 4, 5, 6, 7, -1, 10**5000):
        with pytest.raises(IllegalAction, match="RULES"):
            state.check(Seat(1), target)


def test_a_lone_wolf_decides_in_the_last_turn() -> None:
    """RULES.md 2.2"""
    state = seated("VWSDVVW")
    day(state, kill=5, exile=1)
    assert ids(state, 6) == [7]
    turn(state, {})
    assert ids(state, 6) == [0, 2, 3, 4]


def test_the_seer_learns_the_side_of_another_player() -> None:
    """RULES.md 2.3"""
    state = seated("WWSDVVV")
    assert ids(state, 2) == [0, 1, 3, 4, 5, 6]
    night(state, kill=6, see=0)
    assert told(state, 2, "sight") == [{"seat": 2, "target": 0, "werewolf": True}]
    talk(state)
    turn(state, {})
    assert 0 in ids(state, 2)
    night(state, kill=5, see=3)
    assert told(state, 2, "sight")[1] == {"seat": 2, "target": 3, "werewolf": False}


def test_the_doctor_saves_anybody_itself_included_again_and_again() -> None:
    """RULES.md 2.4"""
    state = seated("WWSDVVV")
    for number in range(2):
        assert ids(state, 3) == list(range(7))
        night(state, kill=3, save=3)
        assert told(state, 4, "dawn")[number]["killed"] is None
        talk(state)
        turn(state, {})


def test_the_doctor_does_not_know_the_target() -> None:
    """RULES.md 2.4"""
    state = seated("WWSDVVV")
    night(state, kill=6, save=4)
    assert kinds(state, 3) == ["role", "night", "save", "dawn"]


def test_two_seers_and_two_doctors_act_each_for_itself() -> None:
    """RULES.md 2.3, 2.4, 8"""
    state = seated("WSSDDVV", roles={"werewolf": 1, "seer": 2, "doctor": 2, "villager": 2})
    turn(state, {0: 6, 1: 0, 2: 3, 3: 6, 4: 5})
    assert [kinds(state, seat).count("sight") for seat in range(7)] == [0, 1, 1, 0, 0, 0, 0]
    assert [kinds(state, seat).count("save") for seat in range(7)] == [0, 0, 0, 1, 1, 0, 0]
    assert told(state, 5, "dawn") == [{"day": 1, "killed": None}]


def test_whoever_is_killed_is_asked_nothing_more_and_no_role_is_revealed() -> None:
    """RULES.md 2.5"""
    state = seated("WWSDVVV")
    night(state, kill=2)
    assert told(state, 4, "dawn") == [{"day": 1, "killed": 2}]
    assert state.to_move() == (0,)
    talk(state)
    assert list(state.to_move()) == [0, 1, 3, 4, 5, 6]
