"""One seat of one match as a trainer wants it: who played, what was seen and answered, what came of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from math import fsum
from typing import Any, Final, TypeAlias

from arena.agents.language.conversation import Conversation, reworded
from arena.agents.language.quoting import neutral
from arena.agents.language.settings import Settings
from arena.core.agent import Provenance, Refusal, Unavailable
from arena.core.canonical import canonical, canonical_text, digest
from arena.core.match import (
    Cause,
    Decided,
    GameRef,
    MatchPlan,
    MatchResult,
    PlayedSeat,
    SeatResult,
    Seen,
    Situation,
)
from arena.core.values import AgentName, Fields, Seat
from arena.ledger.stream import StoredMatch
from arena.rating import Rating
from arena.training.chat import ChatMessage, Said, chat_messages, converse, legal_json, nothing_said
from arena.training.never import Never

Replay: TypeAlias = Callable[[MatchResult, Fields], Seen | None]
"""Plays a recorded match again, with these views; None where its game is not here by the same rules."""
Parents: TypeAlias = Callable[[AgentName, str], tuple[str, str] | None]
"""The (agent, version) that a version was trained from."""

GIVEN: Final = "given"
USUAL: Final = Settings()
_NOTHING: Final = Provenance()
_UNSEEN: Final = Situation()


@dataclass(slots=True, kw_only=True)
class Turn:
    """One decision. `asked` is its number in the trajectory's conversation, None where it is not in it.

    `valid` says that the seat's own answer stood; else `cause` says why another was played, or None for `action`, or
    that it was `given` to a re-roll. The token ids and logprobs are those that were sampled.
    """

    move: int
    step: int
    asked: int | None
    legal: str
    action: str | None
    valid: bool
    cause: str
    reward: float
    refused: Sequence[Refusal]
    made: Provenance
    retokenised: bool = False
    """Whether its tokens were made of the text afterwards."""

    @property
    def own(self) -> bool:
        """Whether it is the seat's own answer, stood, and it is known what was asked."""
        return self.valid and self.answered

    @property
    def answered(self) -> bool:
        """Whether it is known what was asked, and something was played."""
        return self.asked is not None and self.action is not None

    @property
    def has_tokens(self) -> bool:
        """Whether it can be trained on as it was sampled: every token of the answer with its logprob."""
        prompt, completion = len(self.made.prompt_token_ids), len(self.made.completion_token_ids)
        return prompt > 0 and 0 < completion == len(self.made.logprobs)


@dataclass(kw_only=True)
class Trajectory:
    """One seat of one match; without a conversation where it could not be played again.

    `rewards` are sums by channel. `gain` is what the seat earned in all: its rewards where the game pays any, else its
    score. `rating` is the agent's before the match, from the rated sets that were complete by then.
    """

    result: MatchResult
    seat: SeatResult
    decisions: Sequence[Decided]
    brief: str | None
    """The rules in words; None where it could not be played again."""
    seats: int
    """Of the game; 0 where it could not be played again."""
    ruleset: str
    parent: tuple[str, str] | None
    rating: Rating | None
    seen: Seen | None = None
    """The whole match as its seats saw it, where it was played again here."""
    settings: Settings = USUAL
    """Those of the language model that is to learn from it."""
    said: Said = nothing_said
    """What its answers were, where they are not to be told as their form writes them."""
    kin: Sequence["Trajectory"] = ()
    """The same seat in earlier matches that may have come through the same positions, where that is asked for."""

    @property
    def agent(self) -> AgentName:
        """Who played."""
        return self.result.plan.parties[self.seat.party].agent

    @property
    def checkpoint(self) -> str:
        """Its version."""
        return self.result.plan.parties[self.seat.party].version

    @property
    def outcome(self) -> str:
        """As `MatchResult.outcome_of` tells it."""
        return self.result.outcome_of(self.seat)

    @property
    def gain(self) -> float:
        """What a trainer is to make more of."""
        return fsum(self.seat.rewards.values()) if self.seat.rewards else float(self.seat.score)

    @cached_property
    def turns(self) -> Sequence[Turn]:
        """Every decision of the seat."""
        return list(_turns(self.brief is not None, self.decisions, self.result.plan))

    @cached_property
    def conversation(self) -> Conversation:
        """The match as a language model in this seat would be told it.

        Raises:
            Never: a language model cannot answer what this game asks for.
        """
        game, seat = self.result.plan.game.rated_id, self.seat.seat
        conversation = Conversation(self.settings, brief=self.brief or "", game=game, seat=seat, seats=self.seats)
        try:
            converse(conversation, self.decisions if self.brief is not None else (), self.said)
        except Unavailable as error:
            raise Never(f"match {self.result.plan.match_id} makes no chat: {error}, or another format") from None
        return conversation

    @property
    def messages(self) -> list[ChatMessage]:
        """The whole match as a chat, every question as it was put; empty where there is no conversation."""
        try:
            return [] if self.brief is None else chat_messages(self.conversation.whole())
        except Never:
            return []

    def prompt(self, turn: Turn) -> list[ChatMessage]:
        """The chat that asks for a decision."""
        assert turn.asked is not None
        return chat_messages(self.conversation.scene(turn.asked).messages)

    def answer(self, turn: Turn) -> str:
        """What was answered, as a model would have to write it."""
        assert turn.asked is not None
        return self.conversation.said(turn.asked)

    def reworded(self, turn: Turn, sent: str) -> str:
        """What else was sent as its answer, as a model would have to write it."""
        assert turn.asked is not None
        return neutral(reworded(self.conversation.form(turn.asked), sent))

    def opponents(self) -> Iterator[dict[str, Any]]:
        """The other seats, partners included: `team` tells them apart."""
        parties = self.result.plan.parties
        for seat in self.result.seats:
            if seat.seat != self.seat.seat:
                party = parties[seat.party]
                yield {"seat": seat.seat, "agent": party.agent, "checkpoint": party.version, "team": seat.team}


def trajectories(
    stored: StoredMatch,
    seen: Seen | None,
    ratings: Mapping[AgentName, Rating],
    parents: Parents,
    settings: Settings = USUAL,
    said: Said = nothing_said,
) -> Iterator[Trajectory]:
    """Every seat of a match, in order; a language model of these settings is to learn from them."""
    result = stored.result
    rules = ruleset(result.plan.game)
    for seat in result.seats or _void_seats(result, seen):
        party = result.plan.parties[seat.party]
        yield Trajectory(
            result=result,
            seat=seat,
            decisions=list(_decisions(result, seat.seat, seen)),
            brief=None if seen is None else seen.spec.brief,
            seats=0 if seen is None else seen.spec.seats,
            ruleset=rules,
            parent=parents(party.agent, party.version),
            rating=ratings.get(party.agent),
            seen=seen,
            settings=settings,
            said=said,
        )


def trajectory(played: PlayedSeat, settings: Settings = USUAL) -> Trajectory:
    """The same of a seat that stands by itself; what `result` has no more is nobody's to train on."""
    return Trajectory(
        result=played.result,
        seat=played.seat,
        decisions=played.decisions,
        brief=played.brief if played.unseen is None else None,
        seats=played.seats,
        ruleset=ruleset(played.result.plan.game),
        parent=played.parent,
        rating=None if played.rating is None else Rating(*played.rating),
        settings=settings,
    )


def ruleset(game: GameRef) -> str:
    """SHA-256, in hex, of what decides how a match goes on: game, version of its rules, options."""
    return _ruleset(canonical([game.id, game.version, game.config]))


@lru_cache(maxsize=256)
def _ruleset(rules: bytes) -> str:
    return digest(rules.decode()).hex()


def _decisions(result: MatchResult, seat: int, seen: Seen | None) -> Iterator[Decided]:
    for number, move in enumerate(result.moves):
        if move.seat == seat:
            faced = seen.situations[number] if seen is not None and number < len(seen.situations) else _UNSEEN
            yield Decided(number, move, faced, result.provenance.get(number, _NOTHING))


def _turns(seen: bool, decisions: Iterable[Decided], plan: MatchPlan) -> Iterator[Turn]:
    numbers = count()
    for number, move, faced, made in decisions:
        given = plan.given(move)
        yield Turn(
            move=number,
            step=move.step,
            asked=next(numbers) if seen and faced.legal is not None else None,
            legal=legal_json(faced.legal),
            action=None if move.action is None else canonical_text(move.action),
            valid=move.cause is None and not given,
            cause=str(move.cause or (GIVEN if given else "")),
            reward=faced.reward,
            refused=made.refused,
            made=made,
        )


def _void_seats(result: MatchResult, seen: Seen | None) -> list[SeatResult]:
    """Of a match that counts for nobody: no seat has a rank or a score."""
    parties = seen.parties if seen is not None and result.void else ()
    return [
        SeatResult(seat=Seat(at), party=party, rank=0, score=0.0, cause=Cause.VOID) for at, party in enumerate(parties)
    ]
