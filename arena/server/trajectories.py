"""Trajectories as messages, in parts that are never large; the facts alone, from which clients make what they need."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from arena.core.agent import Provenance
from arena.core.canonical import canonical
from arena.core.errors import ArenaError
from arena.core.match import Cause, MatchResult, Move, SeatResult
from arena.core.values import Seat
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


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one seat of a match; `made` has the provenance of those moves of which it is told.

    `masked` are parties, by index, that are not named.
    """

    stored: StoredMatch
    seat: SeatResult
    recalled: Recalled | ArenaError
    made: Mapping[int, Provenance]
    parent: tuple[str, str] | None
    rating: Rating | None
    masked: Collection[int] = ()

    def messages(self) -> Iterator[pb.FollowResponse]:
        """The trajectory in parts; the last one bears the cursor behind it."""
        part, size = pb.FollowResponse(trajectory=self._whole()), 0
        for number, move in enumerate(self.stored.result.moves):
            if move.seat != self.seat.seat:
                continue
            if size > _PART_BYTES:
                yield part
                part, size = pb.FollowResponse(), 0
            decision = part.decisions.add()
            self._fill(decision, number, move)
            size += decision.ByteSize()
        part.cursor = str(Cursor.behind(self.stored, self.seat.seat))
        yield part

    def _whole(self) -> pb.Trajectory:
        result, plan, seat = self.stored.result, self.stored.result.plan, self.seat
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
            parties=[self._party(at) for at in range(len(plan.parties))],
            seats=[pb.TrajectorySeat(outcome=outcome(s), party=s.party, defaults=s.defaults) for s in result.seats],
            seat=seat.seat,
            party=seat.party,
            rewards=seat.rewards,
        )
        if isinstance(self.recalled, ArenaError):
            message.unseen.CopyFrom(error_message(self.recalled))
        else:
            message.brief = self.recalled.brief
        if self.parent is not None:
            message.parent.agent, message.parent.version = self.parent
        if self.rating is not None:
            message.rating.CopyFrom(pb.RatingBefore(**self.rating._asdict()))
        return message

    def _party(self, at: int) -> pb.Party:
        party = self.stored.result.plan.parties[at]
        return pb.Party() if at in self.masked else pb.Party(agent=party.agent, version=party.version)

    def _fill(self, decision: pb.Decision, number: int, move: Move) -> None:
        decision.move, decision.step = number, move.step
        if move.action is not None:
            decision.action_json = canonical(move.action)
        if move.cause is not None:
            decision.cause = CAUSES[move.cause]
        if (made := self.made.get(number)) is not None:
            decision.made.CopyFrom(provenance_message(MadeMove(number, move.step, move.seat, made)))
        if isinstance(self.recalled, Recalled) and number < len(self.recalled.faced):
            prompt, decision.reward = self.recalled.faced[number]
            if prompt:
                decision.prompt.ParseFromString(prompt)


def seats_of(result: MatchResult, recalled: Recalled | ArenaError) -> list[SeatResult]:
    """The seats of a match; of one that was void before its seats had any result, those that were dealt."""
    if result.seats or isinstance(recalled, ArenaError):
        return list(result.seats)
    return [
        SeatResult(seat=Seat(at), party=party, rank=0, score=0.0, cause=Cause.VOID)
        for at, party in enumerate(recalled.parties)
    ]
