"""Trajectories as messages, in parts that are never large; the facts alone, from which clients make what they need."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from arena.core.agent import Provenance
from arena.core.canonical import canonical
from arena.core.errors import ArenaError
from arena.core.match import Cause, Move, PartyRef, SeatResult
from arena.core.values import AgentName, Seat, SetId
from arena.ledger import MadeMove
from arena.ledger.cursor import Cursor
from arena.ledger.stream import StoredMatch
from arena.rating import Rating
from arena.server.archive import Recalled
from arena.server.frames import outcome
from arena.server.summaries import provenance_message
from arena.v1 import feed_pb2 as pb
from arena.v1 import game_pb2
from arena.wire.frames import CAUSES, error_message

_PART_BYTES: Final = 256 * 1024
"""Of the decisions in one message; the last of them may go beyond."""


@dataclass(slots=True)
class Due:
    """A match of which trajectories are told: with the ratings before it, and how it went when it was played again.

    `masked` are parties, by index, that are not named.
    """

    stored: StoredMatch
    ratings: Mapping[AgentName, Rating]
    recalled: Recalled | ArenaError | None = None
    masked: Collection[int] = ()

    @property
    def set_id(self) -> SetId:
        """The set it belongs to."""
        return self.stored.result.plan.set_id

    @property
    def seats(self) -> Sequence[SeatResult]:
        """Its seats; of a match that was void before they had any result those that were dealt, once that is known."""
        if self.stored.result.seats or not isinstance(self.recalled, Recalled):
            return self.stored.result.seats
        parties = enumerate(self.recalled.parties)
        return [SeatResult(seat=Seat(at), party=p, rank=0, score=0.0, cause=Cause.VOID) for at, p in parties]

    def rating(self, seat: SeatResult) -> Rating | None:
        """Of the agent in a seat, if it had one."""
        return self.ratings.get(self.stored.result.plan.parties[seat.party].agent)


def messages(
    due: Due, seat: SeatResult, made: Mapping[int, Provenance], parent: tuple[str, str] | None
) -> Iterator[pb.FollowResponse]:
    """One trajectory in parts, of which the last bears the cursor; `made` is the provenance of which it tells."""
    part, size = pb.FollowResponse(trajectory=_whole(due, seat, parent)), 0
    for number, move in enumerate(due.stored.result.moves):
        if move.seat != seat.seat:
            continue
        if size > _PART_BYTES:
            yield part
            part, size = pb.FollowResponse(), 0
        decision = part.decisions.add()
        _fill(decision, number, move, made.get(number), due.recalled)
        size += decision.ByteSize()
    part.cursor = str(Cursor.behind(due.stored, seat.seat))
    yield part


def _whole(due: Due, seat: SeatResult, parent: tuple[str, str] | None) -> pb.Trajectory:
    result, plan = due.stored.result, due.stored.result.plan
    message = pb.Trajectory(
        match_id=plan.match_id,
        set_id=plan.set_id,
        ordinal=plan.ordinal,
        game=plan.game.id,
        rated_id=plan.game.rated_id,
        version=plan.game.version,
        config_json=canonical(plan.game.config),
        seed=plan.seed.value,
        clock=game_pb2.TimeControl(**asdict(plan.clock)),
        started_ms=result.started_ms,
        ended_ms=result.ended_ms,
        void=result.void,
        parties=[_party(party, at in due.masked) for at, party in enumerate(plan.parties)],
        seats=[pb.TrajectorySeat(outcome=outcome(s), party=s.party, defaults=s.defaults) for s in result.seats],
        seat=seat.seat,
        party=seat.party,
        rewards=seat.rewards,
        parent=None if parent is None else pb.Party(agent=parent[0], version=parent[1]),
    )
    if isinstance(due.recalled, Recalled):
        message.brief, message.seat_count = due.recalled.brief, len(due.recalled.parties)
    elif due.recalled is not None:
        message.unseen.CopyFrom(error_message(due.recalled))
    if plan.origin is not None:
        message.origin.CopyFrom(pb.Origin(match_id=plan.origin.match, step=plan.origin.step, set_id=plan.origin.set_id))
    if (rating := due.rating(seat)) is not None:
        message.rating.CopyFrom(pb.RatingBefore(**rating._asdict()))
    return message


def _party(party: PartyRef, masked: bool) -> pb.Party:
    return pb.Party() if masked else pb.Party(agent=party.agent, version=party.version)


def _fill(
    decision: pb.Decision, number: int, move: Move, made: Provenance | None, recalled: Recalled | ArenaError | None
) -> None:
    decision.move, decision.step = number, move.step
    if move.action is not None:
        decision.action_json = canonical(move.action)
    if move.cause is not None:
        decision.cause = CAUSES[move.cause]
    if made is not None:
        decision.made.CopyFrom(provenance_message(MadeMove(number, move.step, move.seat, made)))
    if isinstance(recalled, Recalled) and number < len(recalled.faced):
        prompt, decision.reward = recalled.faced[number]
        if prompt:
            decision.prompt.ParseFromString(prompt)
