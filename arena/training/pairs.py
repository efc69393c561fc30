"""Counterfactuals: two matches came through the very same position, went apart there, and came to something else.

It is the same position when the deal and all moves before it are the same, and the same prompt when the chat is, and
the tokens are where there are any. Nothing less makes a pair.
"""

from collections.abc import Iterator
from math import isclose
from typing import NamedTuple

from arena.core.canonical import canonical
from arena.core.match import MatchPlan, MatchResult
from arena.training.trajectory import Trajectory, Turn


class Answer(NamedTuple):
    """One answer to a prompt that another match answered otherwise."""

    of: Trajectory
    turn: Turn

    @property
    def prompt(self) -> object:
        """All that was asked: what is equal here, is the same prompt."""
        return self.of.prompt(self.turn), list(self.turn.made.prompt_token_ids)

    @property
    def text(self) -> str:
        """What was said."""
        return self.of.answer(self.turn)

    @property
    def sure(self) -> bool:
        """Whether the prompt is known to the word: a refusal before is told to the agent, and stands in its tokens."""
        return bool(self.turn.made.prompt_token_ids) or not self.turn.refused


def counterfactuals(one: Trajectory) -> Iterator[tuple[Answer, Answer]]:
    """A trajectory's answers beside those of its kin to the same prompt: the one that came to more, then the other."""
    for other in one.kin:
        mine, its = _parting(one, other)
        if mine is None or its is None or isclose(one.gain, other.gain, rel_tol=1e-9):
            continue
        if mine.prompt == its.prompt and mine.text != its.text and mine.sure and its.sure:
            yield (mine, its) if one.gain > other.gain else (its, mine)


def same_deal(one: MatchPlan, other: MatchPlan) -> bool:
    """Whether two matches began in the same state."""
    entries = [[party.entry for party in plan.parties] for plan in (one, other)]
    return one.game == other.game and one.seed == other.seed and entries[0] == entries[1]


def _parting(one: Trajectory, other: Trajectory) -> tuple[Answer | None, Answer | None]:
    """What the same seat answered of its own where two sound matches of one deal first went apart."""
    step = _fork(one.result, other.result)
    if step is None or one.seat.seat != other.seat.seat or not (one.result.clean and other.result.clean):
        return None, None
    return _answer(one, step), _answer(other, step)


def _fork(one: MatchResult, other: MatchResult) -> int | None:
    """The step in which the matches were played on otherwise, all before it being the same."""
    if not same_deal(one.plan, other.plan):
        return None
    for move, its in zip(one.moves, other.moves, strict=False):
        if canonical(move) != canonical(its):
            return move.step if move.step == its.step else None
    return None


def _answer(one: Trajectory, step: int) -> Answer | None:
    return next((Answer(one, turn) for turn in one.turns if turn.step == step and turn.own), None)
