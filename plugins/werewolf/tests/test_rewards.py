"""Rewards for training, apart from the outcome."""

from collections import Counter

from plugins.werewolf.tests.driver import night, seated, talk, vote


def test_rewards_are_those_of_lspo() -> None:
    """RULES.md 7.2"""
    state = seated("WWSDVVV", shaping=True)
    night(state, kill=6)
    talk(state)
    assert state.rewards() == {}
    vote(state, {0: 4, 1: 4, 2: 0, 3: 4, 4: 1})
    paid = {seat: channels["lspo"] for seat, channels in state.rewards().items()}
    assert paid == {0: 5, 1: 5, 2: 5 + 20, 3: 5 - 20, 4: -10 + 20, 5: 5}
    night(state, kill=5)
    paid = {seat: channels["lspo"] for seat, channels in state.rewards().items()}
    assert paid == {0: 300, 1: 300, **dict.fromkeys(range(2, 7), -300)}


def test_the_last_vote_pays_for_the_round_and_for_the_match() -> None:
    """RULES.md 7.2"""
    state = seated("WSVV", shaping=True)
    night(state, kill=3)
    talk(state)
    vote(state, {0: 1, 1: 0, 2: 0})
    paid = {seat: channels["lspo"] for seat, channels in state.rewards().items()}
    assert paid == {0: -10 - 300, 1: 5 + 20 + 300, 2: 5 + 20 + 300, 3: 300}


def test_nothing_is_paid_unless_asked_for_and_a_draw_pays_nothing() -> None:
    """RULES.md 7.2"""
    total: Counter[int] = Counter()
    for shaping in (False, True):
        state = seated("WWSDVVV", max_days=1, shaping=shaping)
        night(state, kill=6, save=6)
        talk(state)
        vote(state, {})
        total.update({int(seat): int(sum(channels.values())) for seat, channels in state.rewards().items()})
    assert total == dict.fromkeys(range(7), 5)
