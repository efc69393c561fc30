"""The ways in which a pack agrees on its victim."""

from collections import Counter

import pytest

from arena.core.errors import MalformedAction
from arena.core.legal import FreeText
from arena.core.values import SPECTATOR, Json, Seat
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import kinds, menu, seated, told, turn


def ids(state: WerewolfState, seat: int) -> list[int]:
    return list(menu(state, seat).ids)


def test_a_pack_that_votes_at_once_needs_one_turn() -> None:
    """RULES.md 2.1, 2.6"""
    state = seated("WWSDVVV", wolves="vote")
    assert ids(state, 0) == ids(state, 1) == [2, 3, 4, 5, 6]
    turn(state, {0: 6, 1: 6, 3: 3})
    assert told(state, 4, "dawn") == [{"day": 1, "killed": 6}]
    assert [kinds(state, 1).count(kind) for kind in ("proposal", "prey")] == [2, 1]
    assert "proposal" not in kinds(state, 4)


def test_a_pack_that_votes_in_turn_sees_the_earlier_votes() -> None:
    """RULES.md 2.6, 3.7"""
    state = seated("WVSDVVW", wolves="vote", vote="sequential")
    turn(state, {0: 5, 3: 3})
    assert told(state, 6, "proposal") == [{"seat": 0, "target": 5}]
    assert (ids(state, 0), ids(state, 6)) == ([7], [1, 2, 3, 4, 5])
    turn(state, {6: 5})
    assert told(state, 1, "dawn")[0]["killed"] == 5


def test_a_tie_in_the_pack_is_drawn_among_the_tied_or_kills_nobody() -> None:
    """RULES.md 2.6"""
    killed = []
    for number in range(40):
        state = seated("WWSDVVV", number, wolves="vote")
        turn(state, {0: 5, 1: 6, 3: 3})
        killed.append(told(state, 4, "dawn")[0]["killed"])
    assert set(Counter(killed)) == {5, 6}
    spared = seated("WWSDVVV", wolves="vote", wolf_tie="none")
    turn(spared, {0: 5, 1: 6, 3: 3})
    assert told(spared, 4, "dawn")[0]["killed"] is None
    assert told(spared, 0, "prey") == [{"target": None}]


def test_a_wolf_drawn_anew_decides_alone_and_the_pack_is_told() -> None:
    """RULES.md 2.6"""
    deciders = set()
    for number in range(30):
        state = seated("WWSDVVV", number, wolves="random-wolf")
        (decider,) = [seat for seat in (0, 1) if len(ids(state, seat)) > 1]
        deciders.add(decider)
        turn(state, {decider: 6, 3: 3})
        assert told(state, 1 - decider, "kill") == [{"seat": decider, "target": 6}]
    assert deciders == {0, 1}


def test_the_pack_talks_unheard_and_everybody_is_asked_for_words() -> None:
    """RULES.md 2.1, 2.6"""
    state = seated("WWSDVVV", wolves="chat", chat_turns=2)
    for number in range(2):
        assert list(state.to_move()) == list(range(7))
        forms = {repr(state.legal(Seat(seat))) for seat in range(7)}
        assert len(forms) == 1
        assert isinstance(state.legal(Seat(4)), FreeText)
        turn(state, {0: f"kill 6, {number}", 1: "yes", 4: "can anybody hear me?"})
    assert [event["text"] for event in told(state, 1, "whisper")] == ["kill 6, 0", "yes", "kill 6, 1", "yes"]
    assert "whisper" not in kinds(state, 4) + kinds(state, SPECTATOR)
    turn(state, {0: 6, 1: 6, 3: 3})
    assert told(state, 4, "dawn")[0]["killed"] == 6


def test_words_of_others_in_the_night_are_not_even_recorded() -> None:
    """RULES.md 2.6"""
    state = seated("WWSDVVV", wolves="chat")
    assert state.check(Seat(4), "can anybody hear me?") == ""
    assert state.check(Seat(0), "  psst ") == "psst"
    assert state.default_action(Seat(0)) == ""
    with pytest.raises(MalformedAction):
        state.check(Seat(4), 3)


@pytest.mark.parametrize("options", [{"wolves": "vote"}, {"wolves": "random-wolf"}, {"wolves": "chat"}])
def test_a_lone_wolf_decides_whatever_the_way(options: dict[str, Json]) -> None:
    """RULES.md 2.2, 2.6"""
    state = seated("WSVV", **options)
    turn(state, {0: "words" if state.table.rules.whispers else 3})
    if state.phase.name == "night":
        turn(state, {0: 3})
    assert told(state, 1, "dawn")[0]["killed"] == 3
