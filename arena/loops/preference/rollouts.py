"""Playing matches on from a recorded state, with the current model in every seat, many of them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from arena.agents.language.conversation import Conversation
from arena.agents.language.reading import Unreadable
from arena.core.errors import ActionRefused
from arena.core.game import Game
from arena.core.match import Cause, MatchPlan, Move
from arena.core.values import TEXT, Seat
from arena.loops.language.policy import Asked, Policy
from arena.match.prompt import Wants
from arena.match.replay import restore
from arena.match.table import Table

_WANTS: Final = Wants.of(frozenset({TEXT}))


@dataclass(frozen=True, slots=True)
class Position:
    """A decision of a match: the moves before it, whose it is, what each seat was asked so far, its prompt."""

    plan: MatchPlan
    moves: Sequence[Move]
    seat: Seat
    conversations: Mapping[Seat, Conversation]
    asked: Asked


class Rollout:
    """A match from a position on, in which that decision is answered by `completion`."""

    def __init__(self, game: Game, position: Position, policy: Policy, completion: Sequence[int]) -> None:
        self._policy, self._seat = policy, position.seat
        self._table: Table = restore(game, position.plan, position.moves)
        self._conversations = {seat: one.until() for seat, one in position.conversations.items()}
        self._asked: dict[Seat, Asked] = {position.seat: position.asked}
        self.answer(position.seat, completion)

    def owed(self) -> dict[Seat, Asked]:
        """The decisions that are open now; empty when the match is over."""
        for seat in self._table.open_seats:
            if seat not in self._asked:
                observation, legal, _ = self._table.prompt(seat, _WANTS)
                self._conversations[seat].ask(observation.text, legal)
                self._asked[seat] = self._policy.asked(self._conversations[seat].scene())
        return {seat: self._asked[seat] for seat in self._table.open_seats}

    def answer(self, seat: Seat, completion: Sequence[int]) -> None:
        """Take a seat's answer; one that is refused or cannot be read is lost to that, as it finally is in play."""
        form = self._asked.pop(seat).form
        said = self._policy.said(completion, form)
        self._conversations[seat].answer(said)
        try:
            self._table.submit(seat, form.read(said))
        except (ActionRefused, Unreadable):
            self._table.rule(seat, Cause.ILLEGAL)

    def step(self) -> None:
        """Play what was answered."""
        if self._table.ready:
            self._table.step()

    def gain(self) -> float:
        """What the position's seat earned in the whole match: its rewards where the game pays any, else its score."""
        seat = self._table.result().seats[self._seat]
        return float(sum(seat.rewards.values()) if seat.rewards else seat.score)

    def close(self) -> None:
        """Let go of what an engine holds."""
        self._table.state.close()


@dataclass(slots=True)
class Judgement:
    """What came of one answer at one prompt, over everything that it was played on from."""

    completion: Sequence[int]
    gains: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """What it earns."""
        return sum(self.gains) / len(self.gains)


def play_on(rollouts: Sequence[Rollout], policy: Policy, rng: Random, *, temperature: float, max_tokens: int) -> None:
    """Play all of them to their end, the open decisions of all together."""
    live = list(rollouts)
    while live:
        for rollout in live:
            rollout.step()
        owed = [(rollout, seat, asked) for rollout in live for seat, asked in rollout.owed().items()]
        made = policy.complete([asked for *_, asked in owed], rng, temperature=temperature, max_tokens=max_tokens)
        for (rollout, seat, _), completion in zip(owed, made, strict=True):
            rollout.answer(seat, completion.completion_token_ids)
        live = list({id(rollout): rollout for rollout, *_ in owed}.values())
