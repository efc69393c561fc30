"""Who speaks when: orders of speech and bids for it."""

from collections.abc import Iterator

import pytest

from arena.core.errors import IllegalAction
from arena.core.values import SPECTATOR, Json, Seat
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import kinds, menu, night, seated, told, turn, vote


def at_the_talk(number: int = 0, **options: Json) -> WerewolfState:
    """Seat 6 is dead."""
    state = seated("WWSDVVV", number, **options)
    night(state, kill=6)
    return state


def speakers(state: WerewolfState) -> Iterator[int]:
    while state.phase.name == "discussion":
        (speaker,) = state.to_move()
        yield speaker
        turn(state, {speaker: f"I am {speaker}"})


def test_rounds_are_the_same_order_again() -> None:
    """RULES.md 3.5"""
    assert list(speakers(at_the_talk(speaking="rounds", talk_rounds=2))) == [0, 1, 2, 3, 4, 5] * 2


def test_the_first_word_goes_around() -> None:
    """RULES.md 3.5"""
    state = at_the_talk(speaking="rotate")
    assert list(speakers(state)) == [0, 1, 2, 3, 4, 5]
    vote(state, dict.fromkeys(range(6), 1))
    night(state, kill=5, save=5)
    assert list(speakers(state)) == [2, 3, 4, 5, 0]


def test_a_random_order_is_drawn_each_day_and_kept_for_the_day() -> None:
    """RULES.md 3.5"""
    orders = set()
    for number in range(10):
        heard = list(speakers(at_the_talk(number, speaking="random", talk_rounds=3)))
        assert heard == heard[:6] * 3
        assert sorted(heard[:6]) == [0, 1, 2, 3, 4, 5]
        orders.add(tuple(heard))
    assert len(orders) > 5


def test_in_parallel_all_are_heard_when_all_have_spoken() -> None:
    """RULES.md 3.5"""
    state = at_the_talk(speaking="parallel", talk_rounds=2)
    for number in range(2):
        assert list(state.to_move()) == [0, 1, 2, 3, 4, 5]
        turn(state, {seat: f"{seat} in {number}" for seat in range(6)})
    assert state.phase.name == "vote"
    said = [event.data["text"] for event in state.events(Seat(0), 0) if event.kind == "speech"]
    assert said == [f"{seat} in {number}" for number in range(2) for seat in range(6)]


def test_the_highest_bid_speaks_and_then_has_to_listen() -> None:
    """RULES.md 3.6"""
    state = at_the_talk(speaking="bid-turn", talk_turns=2)
    assert (state.phase.name, list(state.to_move())) == ("bid", [0, 1, 2, 3, 4, 5])
    assert list(menu(state, 0).ids) == [0, 1, 2, 3, 4]
    with pytest.raises(IllegalAction, match=r"RULES\.md 3\.6: choose one of 0 \(bid 0\)"):
        state.check(Seat(0), 5)
    turn(state, {0: 1, 1: 2, 2: 4, 3: 3})
    assert list(state.to_move()) == [2]
    assert told(state, 2, "bid") == [{"seat": 2, "bid": 4}]
    turn(state, {2: "hello"})
    assert list(state.to_move()) == [0, 1, 3, 4, 5]
    turn(state, {5: 4})
    turn(state, {5: "bye"})
    assert state.phase.name == "vote"


def test_bids_are_known_to_the_bidder_alone_unless_they_are_public() -> None:
    """RULES.md 3.6"""
    hidden, shown = (at_the_talk(speaking="bid-turn", bids=who) for who in ("private", "public"))
    for state in (hidden, shown):
        turn(state, {0: 1, 1: 2})
    assert [kinds(hidden, viewer).count("bid") for viewer in (0, 6, SPECTATOR)] == [1, 0, 0]
    assert told(shown, 6, "bids") == [{"day": 1, "bids": [[0, 1], [1, 2], [2, 0], [3, 0], [4, 0], [5, 0]]}]


def test_who_was_just_named_has_two_lots_among_equal_bids() -> None:
    """RULES.md 3.6"""
    won = [0] * 7
    for number in range(300):
        state = at_the_talk(number, speaking="bid-turn", talk_turns=2)
        turn(state, {0: 4})
        turn(state, {0: "what do you say, player_3?"})
        turn(state, {1: 2, 3: 2})
        won[next(iter(state.to_move()))] += 1
    assert set(won) == {0, won[1], won[3]}
    assert 170 < won[3] < 230


def test_by_urgency_the_named_come_first_then_who_spoke_least_and_nobody_has_to_speak() -> None:
    """RULES.md 3.6"""
    state = at_the_talk(speaking="bid-turn", talk_turns=4, bidding="urgency")
    turn(state, {3: 1})
    turn(state, {3: "player_5, player_4!"})
    turn(state, dict.fromkeys(range(6), 2))
    assert list(state.to_move()) == [4]
    turn(state, {4: "I say nothing of anybody"})
    turn(state, {3: 2, 4: 2, 5: 2})
    assert list(state.to_move()) == [5]
    turn(state, {})
    turn(state, {})
    assert state.phase.name == "vote"


def test_simple_bids_prefer_the_lowest_seat() -> None:
    """RULES.md 3.6"""
    state = at_the_talk(speaking="bid-turn", bidding="simple")
    turn(state, {4: 3, 2: 3})
    assert list(state.to_move()) == [2]


def test_bids_for_a_round_make_its_order() -> None:
    """RULES.md 3.6"""
    state = at_the_talk(speaking="bid-round", talk_rounds=2)
    for bids, order in (({4: 4, 1: 2, 3: 2}, [4, 1, 3, 0, 2, 5]), ({}, [0, 1, 2, 3, 4, 5])):
        assert state.phase.name == "bid"
        turn(state, dict(bids))
        heard = []
        while state.phase.name == "discussion":
            (speaker,) = state.to_move()
            heard.append(speaker)
            turn(state, {})
        assert heard == order
    assert state.phase.name == "vote"
