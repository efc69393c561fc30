"""The frames that say what core values mean on the wire; sizes and shapes are `arena.wire`'s business."""

from arena.core.match import MatchResult, SeatResult
from arena.server.session import SeatHold
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.wire.frames import CAUSES


def clock_message(decision: float, bank: float) -> common_pb2.Clock:
    """Seconds left, as whole milliseconds."""
    return common_pb2.Clock(decision_ms=int(decision * 1000), bank_ms=int(bank * 1000))


def seat_assigned(hold: SeatHold) -> pb.SeatAssigned:
    """What an agent is told of a seat before it is asked anything."""
    plan = hold.match.plan
    return pb.SeatAssigned(
        seat_ref=hold.ref,
        join_id=hold.join,
        match_id=plan.match_id,
        seat=hold.seat,
        seats=len(hold.match.parties),
        rated_id=plan.game.rated_id,
        config_json=hold.match.of.config_json,
        agent_seed=plan.seed.derive("agent", hold.seat).value,
    )


def match_ended(result: MatchResult, digests: tuple[bytes, bytes], *, rated: bool) -> pb.MatchEnded:
    """How a match went, for any of its seats; the digests are those of play and record, as in the ledger."""
    return pb.MatchEnded(
        match_id=result.plan.match_id,
        outcomes=outcomes(result),
        void=result.void,
        rated=rated,
        play_digest=digests[0],
        record_digest=digests[1],
        seed=result.plan.seed.value,
    )


def outcomes(result: MatchResult) -> list[pb.SeatOutcome]:
    """One entry a seat."""
    return [outcome(seat) for seat in result.seats]


def outcome(seat: SeatResult) -> pb.SeatOutcome:
    """How a match went for one seat."""
    told = pb.SeatOutcome(seat=seat.seat, rank=seat.rank, score=seat.score, cause=CAUSES[seat.cause])
    if seat.role or seat.team:
        told.role, told.team = seat.role, seat.team
    if seat.metrics:
        told.metrics.update(seat.metrics)
    return told
