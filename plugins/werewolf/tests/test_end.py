import pytest

from arena.core.errors import MatchOver
from arena.core.values import Seat
from plugins.werewolf.tests.driver import day, kinds, night, seated, talk, told, vote, winner


def test_wolves_win_at_parity_after_a_night() -> None:
    """RULES.md 4.1"""
    state = seated("WWSDVVV")
    day(state, kill=6, exile=5)
    assert winner(state) is None
    night(state, kill=4)
    assert winner(state) == "werewolf"
    assert told(state, 0, "end") == [{"winner": "werewolf"}]
    assert kinds(state, 0)[-2:] == ["dawn", "end"]


def test_wolves_win_at_parity_after_a_vote() -> None:
    """RULES.md 4.1"""
    state = seated("WSVV")
    day(state, kill=3, exile=2)
    assert winner(state) == "werewolf"
    assert kinds(state, 0)[-2:] == ["exile", "end"]


def test_the_village_wins_when_both_wolves_are_out() -> None:
    """RULES.md 4.2"""
    state = seated("WWSDVVV")
    day(state, kill=6, exile=0)
    assert winner(state) is None
    day(state, kill=5, exile=1)
    assert winner(state) == "village"
    assert (list(state.to_move()), state.phase.name) == ([], "over")


def test_a_match_without_decision_is_a_draw_after_the_last_day() -> None:
    """RULES.md 4.3, 8"""
    for last in (1, 3, 10):
        state = seated("WWSDVVV", max_days=last)
        for number in range(last):
            assert winner(state) is None
            assert state.table.day == number + 1
            night(state, kill=4, save=4)
            talk(state)
            vote(state, {})
        assert winner(state) == "draw"
        assert told(state, 0, "end") == [{"winner": None}]


def test_a_win_on_the_last_day_is_no_draw() -> None:
    """RULES.md 4.3"""
    state = seated("WSVV", max_days=1)
    day(state, kill=3, exile=0)
    assert winner(state) == "village"


def test_a_match_that_is_over_asks_and_takes_nothing() -> None:
    """RULES.md 4"""
    state = seated("WSVV")
    day(state, kill=3, exile=0)
    assert list(state.to_move()) == []
    with pytest.raises(MatchOver):
        state.check(Seat(0), 1)
    with pytest.raises(MatchOver):
        state.legal(Seat(0))
