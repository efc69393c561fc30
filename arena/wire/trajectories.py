"""`arena.v1.Trajectory` and its decisions -> one seat of a finished match, as a client reads it."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from google.protobuf.message import DecodeError

from arena.core.agent import Provenance, Refusal
from arena.core.canonical import parse
from arena.core.errors import ProtocolViolation
from arena.core.match import (
    Cause,
    Decided,
    GameRef,
    MatchPlan,
    MatchResult,
    Move,
    Origin,
    PartyRef,
    PlayedSeat,
    SeatResult,
    Situation,
)
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, Seat, SetId
from arena.v1 import feed_pb2 as pb
from arena.v1 import results_pb2
from arena.wire.frames import read_cause, read_error
from arena.wire.games import read_clock
from arena.wire.outcomes import read_outcome
from arena.wire.prompts import read_prompt

_UNREADABLE: Final = (ValueError, TypeError, LookupError, DecodeError)


def read_trajectory(message: pb.Trajectory, decisions: Iterable[pb.Decision]) -> PlayedSeat:
    """One seat of a finished match.

    Raises:
        ProtocolViolation: the message holds none that this client understands.
    """
    try:
        result = _read_result(message)
        seat = next((seat for seat in result.seats if seat.seat == message.seat), None) or _void_seat(message)
        seat.rewards = dict(message.rewards)
        return PlayedSeat(
            result=result,
            seat=seat,
            decisions=[_read_decision(decision, seat.seat) for decision in decisions],
            brief=message.brief,
            seats=message.seat_count,
            unseen=read_error(message.unseen) if message.HasField("unseen") else None,
            parent=(message.parent.agent, message.parent.version) if message.HasField("parent") else None,
            rating=_read_rating(message.rating) if message.HasField("rating") else None,
        )
    except _UNREADABLE as error:
        raise ProtocolViolation("the server sent a trajectory that this client cannot read") from error


def _read_result(message: pb.Trajectory) -> MatchResult:
    config: Any = parse(message.config_json)
    plan = MatchPlan(
        match_id=MatchId(message.match_id),
        set_id=SetId(message.set_id),
        ordinal=message.ordinal,
        game=GameRef(id=message.game, version=message.version, config=config, rated_id=message.rated_id),
        seed=Seed(message.seed),
        parties=tuple(PartyRef(agent=AgentName(party.agent), version=party.version) for party in message.parties),
        clock=read_clock(message.clock),
        origin=_read_origin(message.origin) if message.HasField("origin") else None,
    )
    return MatchResult(
        plan=plan,
        moves=(),
        seats=[_read_seat(seat) for seat in message.seats],
        void=message.void,
        started_ms=message.started_ms,
        ended_ms=message.ended_ms,
    )


def _read_seat(message: pb.TrajectorySeat) -> SeatResult:
    outcome, cause = read_outcome(message.outcome)
    return SeatResult(
        seat=Seat(message.outcome.seat),
        party=message.party,
        rank=outcome.rank,
        score=outcome.score,
        cause=cause,
        role=outcome.role,
        team=outcome.team,
        defaults=message.defaults,
        metrics=outcome.metrics,
    )


def _void_seat(message: pb.Trajectory) -> SeatResult:
    return SeatResult(seat=Seat(message.seat), party=message.party, rank=0, score=0.0, cause=Cause.VOID)


def _read_decision(message: pb.Decision, seat: Seat) -> Decided:
    action = parse(message.action_json) if message.action_json else None
    cause = read_cause(message.cause) if message.cause else None
    faced = Situation(reward=message.reward)
    if message.HasField("prompt"):
        observation, legal, _ = read_prompt(message.prompt)
        faced = Situation(observation.text, legal, message.reward)
    return Decided(message.move, Move(message.step, seat, action, cause), faced, _read_made(message.made))


def _read_made(message: results_pb2.MoveProvenance) -> Provenance:
    """As it is in the ledger, where numbers may stand that no agent could send."""
    how = message.provenance
    return Provenance(
        policy_version=how.policy_version,
        prompt_token_ids=list(how.prompt_token_ids),
        completion_token_ids=list(how.completion_token_ids),
        logprobs=np.frombuffer(how.logprobs_f32, "<f4").astype(np.float32),
        reasoning=how.reasoning,
        cost=how.cost,
        think_seconds=how.think_seconds,
        refused=[Refusal(refusal.reason, refusal.sent) for refusal in message.refused],
        raw=message.raw,
        mask=how.mask,
        prompt_tokens=how.prompt_tokens,
        completion_tokens=how.completion_tokens,
    )


def _read_rating(message: pb.RatingBefore) -> tuple[float, float | None]:
    return message.value, message.uncertainty if message.HasField("uncertainty") else None


def _read_origin(message: pb.Origin) -> Origin:
    return Origin(MatchId(message.match_id), message.step, SetId(message.set_id))
