from typing import Any

import pytest

from arena.core.errors import BadOption, IllegalAction, MalformedAction
from arena.core.values import Seat
from arena_who_is_the_spy.rewards import clue_reward, decision_reward, game_reward
from arena_who_is_the_spy.state import SpyState
from plugins.who_is_the_spy.tests.driver import make, spies_win, started, talk, voted

S = Seat


def rewards(state: SpyState, channel: str) -> list[float]:
    """By seat, counted from the spy on."""
    (spy,) = state.deal.spies
    paid = state.rewards()
    return [paid[S((spy + n) % state.rules.seats)][channel] for n in range(state.rules.seats)]


def test_a_vote_for_oneself_is_refused_unless_the_option_allows_it() -> None:
    """RULES.md 4.1"""
    state = talk(started())
    with pytest.raises(IllegalAction, match=r"RULES\.md 4\.1: nobody votes for itself; choose one of 0 \(player_"):
        state.check(S(2), 2)
    assert talk(started(self_vote=True)).check(S(2), 2) == 2


@pytest.mark.parametrize("action", ["1", 1.0, True, None, [1]])
def test_a_vote_that_is_no_number_is_malformed(action: Any) -> None:
    """RULES.md 4.1"""
    with pytest.raises(MalformedAction):
        talk(started()).check(S(0), action)


def test_without_abstention_the_default_is_the_last_player() -> None:
    """RULES.md 4.1, 5.4"""
    state = talk(started(abstain=False))
    with pytest.raises(IllegalAction, match="choose one of"):
        state.check(S(0), 4)
    assert [state.default_action(S(seat)) for seat in range(4)] == [3, 3, 3, 2]


@pytest.mark.parametrize(
    ("votes", "caught"),
    [
        ({1: 0, 2: 0}, True),
        ({1: 0, 2: 0, 3: 0, 0: 1}, True),
        ({0: 1, 2: 1}, False),
        ({0: 1, 1: 0}, False),
        ({}, False),
        ({1: 0}, True),
    ],
)
def test_civilians_win_when_a_spy_alone_leads_the_vote(votes: dict[int, int | None], caught: bool) -> None:
    """RULES.md 4, 4.2, 5, 5.1"""
    state = voted(votes)
    assert spies_win(state) != caught
    for entry in state.outcome() or ():
        won = (entry.team == "civilians") == caught
        assert (entry.rank, entry.score) == ((1, 1.0) if won else (2, 0.0))


def test_a_tie_is_drawn_with_the_option_random() -> None:
    """RULES.md 4.2"""
    wins = sum(spies_win(voted({0: 1, 1: 0}, number=n, tie="random")) for n in range(400))
    assert 150 < wins < 250
    assert all(spies_win(voted({0: 1, 1: 0}, number=n)) for n in range(5))


@pytest.mark.parametrize(
    ("votes", "paid"),
    [
        ({0: 1, 1: 0, 2: 0, 3: 0}, [1 / 6, 0.8, 1.0, 1.0]),
        ({0: 1, 1: 2, 2: 1, 3: 1}, [1.0, -1.0, -1.0, -1.0]),
        ({}, [1.0, -1.0, -1.0, -1.0]),
        ({1: 0, 2: 0, 3: 1}, [1 / 3 + 0.5 * 1.5 / 3, 0.8, 1.0, -1.0]),
        ({0: 0, 1: 0, 2: 0, 3: 0}, [-1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_the_game_reward_is_the_published_one(votes: dict[int, int | None], paid: list[float]) -> None:
    """RULES.md 5.2: worked by hand; seat 0 is the spy."""
    own = 0 in votes and votes[0] == 0
    state = voted(votes, self_vote=own)
    expected = [max(-1.0, min(1.0, reward)) for reward in paid]
    assert rewards(state, "game") == pytest.approx(expected)
    score = voted(votes, self_vote=own, score="published").outcome() or ()
    (spy,) = state.deal.spies
    assert [score[(spy + n) % 4].score for n in range(4)] == pytest.approx(expected)


def test_the_papers_clue_reward_sums_to_zero_and_its_decision_reward_judges_single_votes() -> None:
    """RULES.md 5.2"""
    votes = {S(0): S(1), S(1): S(0), S(2): S(0), S(3): None}
    paid = [clue_reward(S(seat), votes, {S(0)}) for seat in range(4)]
    lead = 0.1 * (2 - 1 / 3)
    assert paid == pytest.approx([-lead, lead / 3 - 0.1 * (2 / 3), lead / 3 + 0.1 / 3, lead / 3 + 0.1 / 3])
    assert sum(paid) == pytest.approx(0)
    assert [decision_reward(S(seat), votes, {S(0)}) for seat in range(4)] == [0.0, 1.0, 1.0, -0.5]
    assert game_reward(S(2), votes, {S(0), S(1)}) == 1.0


def test_published_scores_are_ranked_each_for_itself() -> None:
    """RULES.md 5.1"""
    outcome = voted({0: 1, 1: 0, 2: 0, 3: 0}, score="published").outcome() or ()
    assert sorted(entry.rank for entry in outcome) == [1, 1, 3, 4]
    assert make(score="published").spec.score_low == -1.0


def test_metrics_are_as_told() -> None:
    """RULES.md 5.3"""
    state = voted({1: 0, 2: 0, 3: 1})
    (spy,) = state.deal.spies
    found = [(state.outcome() or ())[(spy + n) % 4].metrics for n in range(4)]
    assert [m["accused"] for m in found] == [1, 0, 0, 0]
    assert [m["votes_received"] for m in found] == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert [m["abstain_rate"] for m in found] == [1, 0, 0, 0]
    assert [m.get("vote_accuracy") for m in found] == [None, 1, 1, 0]
    assert {m["clue_chars"] for m in found} == {6.0}
    assert {m["spoofs"] for m in found} == {0.0}


@pytest.mark.parametrize(("seats", "spies"), [(3, 2), (4, 2), (8, 4), (10, 5)])
def test_spies_who_are_not_fewer_are_refused_with_the_section(seats: int, spies: int) -> None:
    """RULES.md 1, 7"""
    with pytest.raises(BadOption, match=r"option spies: .*RULES\.md 1"):
        make(seats=seats, spies=spies)
