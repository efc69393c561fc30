"""Votes one after another, thresholds, tallies and second votes."""

from typing import Any

import pytest

from arena.core.seed import Seed
from arena.core.values import SPECTATOR, Json
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import field, kinds, make, menu, night, seated, talk, told, turn, vote

NOTHING = 7


def at_the_vote(number: int = 0, **options: Json) -> WerewolfState:
    """Seat 6 is dead, nobody has spoken."""
    state = seated("WWSDVVV", number, **options)
    night(state, kill=6)
    talk(state)
    return state


def cast(state: WerewolfState, choices: dict[int, int]) -> list[int]:
    """A whole vote one after another; the order of voters."""
    order = []
    while state.phase.name == "vote":
        (voter,) = state.to_move()
        order.append(voter)
        turn(state, {voter: choices.get(voter, NOTHING)})
    return order


def test_later_voters_see_earlier_votes() -> None:
    """RULES.md 3.7"""
    state = at_the_vote(vote="sequential")
    turn(state, {0: 4})
    assert told(state, 1, "vote") == [{"day": 1, "seat": 0, "choice": 4}]
    assert cast(state, {1: 4, 2: 4}) == [1, 2, 3, 4, 5]
    assert told(state, SPECTATOR, "exile")[0]["exiled"] == 4
    assert len(told(state, 6, "vote")) == 5
    assert told(state, 6, "votes")[0]["votes"][:2] == [[0, 4], [1, 4]]


def test_a_drawn_order_of_votes_changes_by_day_and_seed() -> None:
    """RULES.md 3.7"""
    orders = {tuple(cast(at_the_vote(n, vote="sequential", vote_order="random"), {})) for n in range(8)}
    assert len(orders) > 4
    assert all(sorted(order) == [0, 1, 2, 3, 4, 5] for order in orders)


@pytest.mark.parametrize(("votes", "exiled"), [({0: 4, 1: 4, 2: 4}, None), ({0: 4, 1: 4, 2: 4, 3: 4}, 4)])
def test_a_majority_is_more_than_half_of_the_living(votes: dict[int, int], exiled: int | None) -> None:
    """RULES.md 3.7"""
    state = at_the_vote(threshold="majority", tie="none")
    vote(state, votes)
    assert told(state, 0, "exile")[0]["exiled"] == exiled


def test_a_private_vote_tells_each_its_own_and_nothing_else() -> None:
    """RULES.md 3.7, 5.3"""
    state = at_the_vote(tally="private", tie="none")
    vote(state, {0: 4, 1: 5, 2: 4, 3: 5})
    assert told(state, 0, "vote") == [{"day": 1, "seat": 0, "choice": 4}]
    assert told(state, SPECTATOR, "exile") == [{"day": 1, "exiled": None, "tied": []}]
    assert not {"vote", "votes", "count"} & set(kinds(state, SPECTATOR))
    rows: list[Any] = field(state, 0, "tensor")[36:85].reshape(7, 7).tolist()
    assert [sum(row) for row in rows] == [1, 0, 0, 0, 0, 0, 0]


def test_a_count_tells_how_many_and_not_who() -> None:
    """RULES.md 3.7"""
    state = at_the_vote(tally="count")
    vote(state, {0: 4, 1: 4, 2: 1})
    assert told(state, SPECTATOR, "count") == [{"day": 1, "count": [[1, 1], [4, 2]], "abstained": 3}]
    assert "votes" not in kinds(state, SPECTATOR)
    running = at_the_vote(tally="count", vote="sequential")
    turn(running, {0: 4})
    assert told(running, 5, "count") == [{"day": 1, "count": [[4, 1]], "abstained": 0}]


def test_the_tied_are_voted_on_once_more_and_only_once() -> None:
    """RULES.md 3.4"""
    state = at_the_vote(tie="revote")
    turn(state, {0: 4, 1: 5, 2: 4, 3: 5})
    assert told(state, SPECTATOR, "revote") == [{"day": 1, "candidates": [4, 5]}]
    assert [list(menu(state, seat).ids) for seat in (0, 4, 5)] == [[4, 5, NOTHING], [5, NOTHING], [4, NOTHING]]
    turn(state, {0: 4, 1: 4, 2: 5})
    assert told(state, SPECTATOR, "exile") == [{"day": 1, "exiled": 4, "tied": []}]
    again = at_the_vote(tie="revote")
    for _ in range(2):
        turn(again, {0: 4, 1: 5})
    assert told(again, SPECTATOR, "exile") == [{"day": 1, "exiled": None, "tied": [4, 5]}]
    assert again.phase.name == "night"


def test_without_any_vote_the_lot_decides_where_the_option_says_so() -> None:
    """RULES.md 3.3"""
    exiled = set()
    for number in range(60):
        state = at_the_vote(number, no_votes="random")
        vote(state, {})
        exiled.add(told(state, SPECTATOR, "exile")[0]["exiled"])
    assert exiled == {0, 1, 2, 3, 4, 5}


def test_kaggle_s_setting_without_ties_exiles_nobody_when_all_abstain() -> None:
    """RULES.md 3.3, 8.1"""
    game = make("ww7-kaggle", tie="none")
    state = game.new_state(Seed.of(1), {})
    while state.phase.name != "vote":
        turn(state, {})
    while state.phase.name == "vote":
        turn(state, {})
    assert told(state, SPECTATOR, "exile") == [{"day": 1, "exiled": None, "tied": []}]
