"""Witch, guard and hunter, and the options of seer and doctor."""

import pytest

from arena.core.errors import IllegalAction
from arena.core.values import SPECTATOR, Json, Seat
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import kinds, menu, seated, talk, told, turn, vote, winner

NOTHING, HEAL = 9, 10
NINE = "WWWSXHVVV"
"""Wolves 0 to 2, seer 3, witch 4, hunter 5, villagers 6 to 8."""


def nine(number: int = 0, letters: str = NINE, **options: Json) -> WerewolfState:
    return seated(letters, number, **{"wolves": "vote", **options})


def ids(state: WerewolfState, seat: int) -> list[int]:
    return list(menu(state, seat).ids)


def attack(state: WerewolfState, target: int, **others: int) -> None:
    """The pack's turn."""
    turn(state, {0: target, 1: target, 2: target} | {int(seat[1:]): choice for seat, choice in others.items()})


def test_the_witch_hears_of_the_victim_and_saves_it_once() -> None:
    """RULES.md 2.7"""
    state = nine(letters="WWWSXVVVV")
    attack(state, 8)
    assert list(state.to_move()) == list(range(9))
    assert told(state, 4, "victim") == [{"seat": 4, "target": 8}]
    assert ids(state, 4) == [0, 1, 2, 3, 5, 6, 7, 8, HEAL, NOTHING]
    assert menu(state, 4).labels[-2:] == ["heal the victim", "nothing"]
    assert ids(state, 6) == [NOTHING]
    turn(state, {4: HEAL})
    assert told(state, 6, "dawn") == [{"day": 1, "killed": None, "dead": []}]
    assert "heal" not in kinds(state, 8)
    talk(state)
    vote(state, {})
    attack(state, 8)
    assert len(told(state, 4, "victim")) == 1
    assert HEAL not in ids(state, 4)


def test_poison_kills_once_and_nobody_is_told_by_what() -> None:
    """RULES.md 2.5, 2.7"""
    state = nine(letters="WWWSXVVVV")
    attack(state, 8)
    turn(state, {4: 0})
    assert told(state, 6, "dawn") == [{"day": 1, "killed": 0, "dead": [0, 8]}]
    assert kinds(state, 6).count("poison") == 0
    assert told(state, 4, "poison") == [{"seat": 4, "target": 0}]
    talk(state)
    vote(state, {})
    turn(state, {1: 7, 2: 7})
    assert ids(state, 4) == [HEAL, NOTHING]


@pytest.mark.parametrize(("when", "nights"), [("first", [True, False]), ("never", [False] * 2), ("always", [True] * 2)])
def test_the_witch_heals_herself_when_the_option_says_so(when: str, nights: list[bool]) -> None:
    """RULES.md 2.7"""
    for day, may in enumerate(nights):
        state = nine(letters="WWWSXVVVV", witch_heal=when)
        for _ in range(day):
            attack(state, 8)
            turn(state, {})
            talk(state)
            vote(state, {})
        attack(state, 4)
        assert (HEAL in ids(state, 4)) == may


def test_the_guard_saves_but_never_twice_running_the_same() -> None:
    """RULES.md 2.8"""
    state = nine(letters="WWWSGVVVV")
    assert ids(state, 4) == list(range(9))
    attack(state, 8, s4=8)
    assert told(state, 6, "dawn") == [{"day": 1, "killed": None}]
    talk(state)
    vote(state, {})
    assert 8 not in ids(state, 4)
    attack(state, 7, s4=6)
    talk(state)
    vote(state, {})
    assert 8 in ids(state, 4)


def test_guard_and_antidote_undo_each_other() -> None:
    """RULES.md 2.8"""
    state = seated("WWWWSXGHVVVV", wolves="vote")
    turn(state, {0: 11, 1: 11, 2: 11, 3: 11, 6: 11})
    turn(state, {5: 13})
    assert told(state, 8, "dawn")[0]["dead"] == [11]


def test_a_killed_hunter_shoots_and_all_are_asked() -> None:
    """RULES.md 2.9"""
    state = nine()
    attack(state, 5)
    turn(state, {})
    assert state.phase.name == "shot"
    assert list(state.to_move()) == list(range(9))
    assert ids(state, 5) == [0, 1, 2, 3, 4, 6, 7, 8, NOTHING]
    assert all(ids(state, seat) == [NOTHING] for seat in range(9) if seat != 5)
    turn(state, {5: 0})
    assert told(state, SPECTATOR, "shot") == [{"day": 1, "seat": 5, "target": 0}]
    assert state.phase.name == "discussion"
    assert state.table.living == (1, 2, 3, 4, 6, 7, 8)


def test_after_any_death_everybody_is_asked_as_if_it_were_the_hunter() -> None:
    """RULES.md 2.9"""
    state = nine()
    attack(state, 8)
    turn(state, {})
    assert (state.phase.name, list(state.to_move())) == ("shot", list(range(9)))
    assert ids(state, 8) == [NOTHING]
    with pytest.raises(IllegalAction, match=r"RULES\.md 2\.9"):
        state.check(Seat(8), 0)
    turn(state, {})
    talk(state)
    vote(state, {})
    assert state.phase.name == "night"


def test_a_poisoned_hunter_does_not_shoot_and_nobody_can_tell() -> None:
    """RULES.md 2.9"""
    state = nine()
    attack(state, 8)
    turn(state, {4: 5})
    assert (state.phase.name, ids(state, 5)) == ("shot", [NOTHING])


def test_a_hunter_voted_out_shoots_before_the_end_is_judged() -> None:
    """RULES.md 2.9, 4"""
    state = seated("WWHVVVV", wolves="vote")
    turn(state, {0: 6, 1: 6})
    turn(state, {})
    talk(state)
    vote(state, dict.fromkeys(range(6), 2))
    assert winner(state) is None
    turn(state, {2: 0})
    assert winner(state) is None
    assert state.table.living == (1, 3, 4, 5)


def test_once_the_only_hunter_has_shot_nobody_is_asked_again() -> None:
    """RULES.md 2.9"""
    state = nine()
    attack(state, 5)
    turn(state, {})
    turn(state, {5: 0})
    talk(state)
    vote(state, dict.fromkeys(state.table.living, 1))
    assert state.phase.name == "night"


def test_a_hunter_shot_by_a_hunter_shoots_too() -> None:
    """RULES.md 2.9"""
    state = nine(letters="WWWSHHVVV")
    attack(state, 4)
    turn(state, {4: 5})
    assert state.phase.name == "shot"
    assert len(ids(state, 5)) == 8
    turn(state, {5: 0})
    assert state.table.living == (1, 2, 3, 6, 7, 8)


def test_the_seer_learns_the_role_and_looks_at_nobody_twice_where_the_options_say_so() -> None:
    """RULES.md 2.3"""
    state = seated("WWSDVVV", wolves="vote", seer="role", seer_repeat=False)
    turn(state, {0: 6, 1: 6, 2: 3, 3: 6})
    assert told(state, 2, "sight") == [{"seat": 2, "target": 3, "werewolf": False, "role": "doctor"}]
    talk(state)
    vote(state, {})
    assert ids(state, 2) == [0, 1, 4, 5, 6]


def test_a_seer_who_has_seen_all_others_has_nothing_to_do() -> None:
    """RULES.md 2.3"""
    state = seated("WSDV", seer_repeat=False)
    for look in (0, 2, 3):
        turn(state, {0: 3, 1: look, 2: 3})
        talk(state)
        vote(state, {})
    assert ids(state, 1) == [4]


def test_the_doctor_is_barred_as_the_options_say() -> None:
    """RULES.md 2.4"""
    state = seated("WWSDVVV", doctor_self=False, doctor_repeat=False)
    assert ids(state, 3) == [0, 1, 2, 4, 5, 6]
    for _ in range(2):
        turn(state, {3: 6, 0: 6, 1: 6})
    talk(state)
    vote(state, {})
    assert ids(state, 3) == [0, 1, 2, 4, 5]


def test_wolves_win_by_sides_and_not_by_parity() -> None:
    """RULES.md 4.1"""
    state = seated("WWSVVVV", wolves="vote", win="sides")
    turn(state, {0: 3, 1: 3})
    talk(state)
    vote(state, dict.fromkeys(state.table.living, 4))
    turn(state, {0: 5, 1: 5})
    assert winner(state) is None  # two wolves, the seer and a villager
    talk(state)
    vote(state, dict.fromkeys(state.table.living, 2))
    assert winner(state) == "werewolf"


@pytest.mark.parametrize(("level", "words"), [("team", ["village", "werewolf"]), ("role", ["villager", "werewolf"])])
def test_cards_of_those_who_go_are_shown_as_the_options_say(level: str, words: list[str]) -> None:
    """RULES.md 5.4"""
    state = seated("WWSDVVV", reveal_night=level, reveal_day=level)
    for _ in range(2):
        turn(state, {0: 6, 1: 6, 3: 3})
    assert told(state, SPECTATOR, "dawn")[0]["revealed"] == [[6, words[0]]]
    talk(state)
    vote(state, dict.fromkeys(range(6), 0))
    assert told(state, SPECTATOR, "exile")[0]["revealed"] == [[0, words[1]]]
