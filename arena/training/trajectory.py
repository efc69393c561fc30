"""One seat of one match as a trainer wants it: who played, what was seen and answered, what came of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import fsum
from typing import Any, Final, TypeAlias

from arena.core.agent import Provenance, Refusal
from arena.core.canonical import canonical, canonical_text, digest
from arena.core.match import (
    Cause,
    Decided,
    GameRef,
    MatchPlan,
    MatchResult,
    Move,
    PlayedSeat,
    SeatResult,
    Seen,
    Situation,
)
from arena.core.values import AgentName, Fields, Seat
from arena.ledger.stream import StoredMatch
from arena.rating import Rating
from arena.training import chat

Replay: TypeAlias = Callable[[MatchResult, Fields], Seen | None]
"""Plays a recorded match again, with these views; None where its game is not here by the same rules."""
Parents: TypeAlias = Callable[[AgentName, str], tuple[str, str] | None]
"""The (agent, version) that a version was trained from."""

GIVEN: Final = "given"
_NOTHING: Final = Provenance()
_UNSEEN: Final = Situation()


@dataclass(slots=True, kw_only=True)
class Turn:
    """One decision. `message` is the index of its answer in the trajectory's messages, None where it has none there.

    `valid` says that the seat's own answer stood; else `cause` says why another was played, or None for `action`, or
    that it was `given` to a re-roll. The token ids and logprobs are those that were sampled.
    """

    move: int
    step: int
    message: int | None
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
        """Whether it is the seat's own answer, stood, and is among the messages."""
        return self.valid and self.message is not None

    @property
    def has_tokens(self) -> bool:
        """Whether it can be trained on as it was sampled: every token of the answer with its logprob."""
        prompt, completion = len(self.made.prompt_token_ids), len(self.made.completion_token_ids)
        return prompt > 0 and 0 < completion == len(self.made.logprobs)


@dataclass(kw_only=True)
class Trajectory:
    """One seat of one match; without messages where it could not be played again.

    `rewards` are sums by channel. `gain` is what the seat earned in all: its rewards where the game pays any, else its
    score. `rating` is the agent's before the match, from the rated sets that were complete by then.
    """

    result: MatchResult
    seat: SeatResult
    decisions: Sequence[Decided]
    brief: str | None
    """The rules in words; None where it could not be played again."""
    ruleset: str
    parent: tuple[str, str] | None
    rating: Rating | None
    outcome: str
    seen: Seen | None = None
    """The whole match as its seats saw it, where it was played again here."""
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
    def gain(self) -> float:
        """What a trainer is to make more of."""
        return fsum(self.seat.rewards.values()) if self.seat.rewards else float(self.seat.score)

    @property
    def messages(self) -> Sequence[chat.Message]:
        """The whole match as a chat."""
        return self._told[0]

    @property
    def turns(self) -> Sequence[Turn]:
        """Every decision of the seat."""
        return self._told[1]

    @cached_property
    def _told(self) -> tuple[list[chat.Message], list[Turn]]:
        return _told(self.brief, self.decisions, self.result.plan)

    def opponents(self) -> Iterator[dict[str, Any]]:
        """The other seats, partners included: `team` tells them apart."""
        parties = self.result.plan.parties
        for seat in self.result.seats:
            if seat.seat != self.seat.seat:
                party = parties[seat.party]
                yield {"seat": seat.seat, "agent": party.agent, "checkpoint": party.version, "team": seat.team}


def trajectories(
    stored: StoredMatch, seen: Seen | None, ratings: Mapping[AgentName, Rating], parents: Parents
) -> Iterator[Trajectory]:
    """Every seat of a match, in order."""
    result = stored.result
    for seat in result.seats or _void_seats(result, seen):
        party = result.plan.parties[seat.party]
        yield _trajectory(
            result,
            seat,
            list(_decisions(result, seat.seat, seen)),
            None if seen is None else seen.spec.brief,
            parents(party.agent, party.version),
            ratings.get(party.agent),
            seen,
        )


def trajectory(played: PlayedSeat) -> Trajectory:
    """The same of a seat that stands by itself; what `result` has no more is nobody's to train on."""
    rating = None if played.rating is None else Rating(*played.rating)
    brief = played.brief if played.unseen is None else None
    return _trajectory(played.result, played.seat, played.decisions, brief, played.parent, rating)


def _trajectory(
    result: MatchResult,
    seat: SeatResult,
    decisions: Sequence[Decided],
    brief: str | None,
    parent: tuple[str, str] | None,
    rating: Rating | None,
    seen: Seen | None = None,
) -> Trajectory:
    return Trajectory(
        result=result,
        seat=seat,
        decisions=decisions,
        brief=brief,
        seen=seen,
        ruleset=ruleset(result.plan.game),
        parent=parent,
        rating=rating,
        outcome=result.outcome_of(seat),
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


def _told(brief: str | None, decisions: Iterable[Decided], plan: MatchPlan) -> tuple[list[chat.Message], list[Turn]]:
    messages = [] if brief is None else [chat.system(brief)]
    turns: list[Turn] = []
    before = ""
    for number, move, faced, made in decisions:
        at = None
        if faced.legal is not None:
            messages.append(chat.question(faced, before))
            before = faced.text
            if move.action is not None:
                at = len(messages)
                messages.append(chat.answer(move.action, faced.legal, "" if move.cause else made.raw))
        turns.append(_turn(number, move, at, faced, made, given=plan.given(move)))
    return messages, turns


def _turn(number: int, move: Move, message: int | None, faced: Situation, made: Provenance, *, given: bool) -> Turn:
    return Turn(
        move=number,
        step=move.step,
        message=message,
        legal=chat.legal_json(faced.legal),
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
