from typing import Any

import pytest

from arena.core.errors import IllegalAction
from arena.core.values import Json, Seat
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import menu, night, seated, talk, told, turn, vote


def at_the_vote(number: int = 0, **options: Json) -> WerewolfState:
    """Seat 6 is dead, nobody has spoken."""
    state = seated("WWSDVVV", number, **options)
    night(state, kill=6)
    talk(state)
    return state


def test_survivors_speak_once_in_ascending_order_and_are_heard_at_once() -> None:
    """RULES.md 3.1"""
    state = seated("WWSDVVV")
    night(state, kill=2)
    heard: list[Any] = []
    for speaker in (0, 1, 3, 4, 5, 6):
        assert list(state.to_move()) == [speaker]
        assert told(state, 2, "speech") == heard
        turn(state, {speaker: f"I am {speaker}"})
        heard.append({"text": f"I am {speaker}"})
    assert state.phase.name == "vote"
    assert [event.sender for event in state.events(Seat(0), 0) if event.kind == "speech"] == [0, 1, 3, 4, 5, 6]


def test_a_vote_names_another_living_player_or_nobody() -> None:
    """RULES.md 3.3"""
    state = at_the_vote()
    assert menu(state, 0).ids == (1, 2, 3, 4, 5, 7)
    assert menu(state, 0).labels[-2:] == ["player_5", "do not vote"]
    for target, reason in ((0, "you cannot choose yourself; "), (6, "player_6 is out; "), (8, "")):
        with pytest.raises(IllegalAction, match=rf"RULES\.md 3\.3: {reason}choose one of 1 \(player_1\)"):
            state.check(Seat(0), target)


def test_the_most_votes_is_out_and_all_votes_are_public() -> None:
    """RULES.md 3.3"""
    state = at_the_vote()
    vote(state, {0: 4, 1: 4, 2: 0, 3: 0, 5: 4})
    assert told(state, 6, "votes") == [{"day": 1, "votes": [[0, 4], [1, 4], [2, 0], [3, 0], [4, None], [5, 4]]}]
    assert told(state, 6, "exile") == [{"day": 1, "exiled": 4, "tied": []}]
    assert list(state.to_move()) == [0, 1, 2, 3, 5]


def test_nobody_is_out_when_all_abstain() -> None:
    """RULES.md 3.3"""
    state = at_the_vote()
    vote(state, {})
    assert told(state, 0, "exile") == [{"day": 1, "exiled": None, "tied": []}]
    assert len(state.to_move()) == 6


def test_a_vote_cannot_be_withheld_where_abstaining_is_off() -> None:
    """RULES.md 3.3, 8"""
    state = at_the_vote(abstain=False)
    assert menu(state, 0).ids == (1, 2, 3, 4, 5)
    with pytest.raises(IllegalAction):
        state.check(Seat(0), 7)


def test_a_tie_is_drawn_among_the_tied_alone_and_by_the_seed_alone() -> None:
    """RULES.md 3.4"""
    exiled = []
    for number in [*range(40), *range(40)]:
        state = at_the_vote(number)
        vote(state, {0: 4, 1: 5, 2: 4, 3: 5})
        assert told(state, 0, "exile")[0]["tied"] == [4, 5]
        exiled.append(told(state, 0, "exile")[0]["exiled"])
    assert set(exiled) == {4, 5}
    assert exiled[:40] == exiled[40:]
    assert 10 <= exiled[:40].count(4) <= 30


def test_nobody_is_out_in_a_tie_where_the_option_says_so() -> None:
    """RULES.md 3.4, 8"""
    state = at_the_vote(tie="none")
    vote(state, {0: 4, 1: 5})
    assert told(state, 0, "exile") == [{"day": 1, "exiled": None, "tied": [4, 5]}]
