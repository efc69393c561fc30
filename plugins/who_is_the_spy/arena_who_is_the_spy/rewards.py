"""The rewards that were published for this game, as channels for training; `game` may also be the score.

Sources: Vision-Zero, arXiv 2509.25541 (v1), and its code, github.com/wangqinsi1/Vision-Zero at 3caa84d (Apache-2.0).
Both have one spy; for several, every spy counts as one, which is ours.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from arena.core.values import Seat

Votes = Mapping[Seat, Seat | None]
"""Whom each seat voted for; None is N/A."""

_SUSPECTED: Final = 0.6
_MISLED: Final = 0.5
_SHARED: Final = 0.1
"""Beta and lambda of the clue stage, which are equal."""
_HIT, _ABSTAINED, _MISSED = 1.0, -0.5, -1.0


def game_reward(seat: Seat, votes: Votes, spies: Collection[Seat]) -> float:
    """The code's reward for a whole game, clipped to [-1, 1].

    A civilian has +1 when its vote hits a spy, else -1, less 0.6 for each share of the others that voted for it. A spy
    has 1 less the share of the others that voted for it, plus 0.5 for the share that was misled (a vote for somebody
    else, the spy's own included, counts 1, N/A a half), and 1 less for a vote for itself.
    """
    others = len(votes) - 1
    received = sum(vote == seat for vote in votes.values()) / others
    if seat not in spies:
        return _clipped((_HIT if votes[seat] in spies else _MISSED) - _SUSPECTED * received)
    misled = sum(0.5 if vote is None else float(vote not in spies) for vote in votes.values()) / others
    return _clipped(1 - received + _MISLED * misled - (votes[seat] == seat))


def clue_reward(seat: Seat, votes: Votes, spies: Collection[Seat]) -> float:
    """The paper's zero-sum reward of the clue stage, from votes received.

    With v_s a spy's mean number and v_c the civilians': a spy has -0.1 (v_s - v_c), a civilian 0.1 (v_s - v_c) by the
    number of civilians, less 0.1 for each vote it has above v_c.
    """
    received = Counter(votes.values())
    civilians = [other for other in votes if other not in spies]
    on_spies = sum(received[spy] for spy in spies) / len(spies)
    on_civilians = sum(received[civilian] for civilian in civilians) / len(civilians)
    lead = _SHARED * (on_spies - on_civilians)
    return -lead if seat in spies else lead / len(civilians) - _SHARED * (received[seat] - on_civilians)


def decision_reward(seat: Seat, votes: Votes, spies: Collection[Seat]) -> float:
    """The paper's reward of a civilian's vote: 1 for a hit, -0.5 for N/A, -1 for a miss. A spy has 0."""
    if seat in spies:
        return 0.0
    vote = votes[seat]
    return _ABSTAINED if vote is None else _HIT if vote in spies else _MISSED


def _clipped(reward: float) -> float:
    return max(-1.0, min(1.0, reward))


CHANNELS: Final = {"game": game_reward, "clue_stage": clue_reward, "decision_stage": decision_reward}
"""The channels of `State.rewards`, paid when the votes are counted; beside them `conduct` (RULES.md 3.6)."""
