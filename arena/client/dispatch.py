"""What each frame of the server means for joins, seats and open requests."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from arena.client.answers import unavailable_frame
from arena.client.joins import JoinOrder, JoinState
from arena.client.outbox import Outbox
from arena.client.runners import Ending, Runner
from arena.client.seats import Request, SeatState
from arena.client.session import Session
from arena.core.agent import Clock, SeatInfo
from arena.core.errors import ProtocolViolation, ResumeGap
from arena.core.seed import Seed
from arena.core.values import MatchId, Seat
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.wire.frames import read_error, server_frames
from arena.wire.json_values import read_trusted
from arena.wire.outcomes import read_outcome
from arena.wire.prompts import read_prompt

ACK_SHARE: Final = 8
"""An acknowledgement goes out by itself once this share of what the server keeps has arrived."""

_AGAIN: Final = frozenset(
    {common_pb2.ERROR_CODE_ILLEGAL_ACTION, common_pb2.ERROR_CODE_MALFORMED_ACTION, common_pb2.ERROR_CODE_TOO_LARGE}
)
_FRAME_OVERHEAD: Final = 64

log = logging.getLogger(__name__)


class Dispatch:
    """Joins by number, seats by reference and open requests by id, kept in step with the server."""

    def __init__(
        self,
        session: Session,
        outbox: Outbox,
        brief_of: Callable[[JoinOrder], Awaitable[str | None]],
        on_join_ended: Callable[[JoinState, pb.JoinEnded], None],
    ) -> None:
        self.joins: dict[int, JoinState] = {}
        self.seats: dict[int, SeatState] = {}
        self.requests: dict[int, Request] = {}
        self.reconnect_after = 0.0
        self._session = session
        self._outbox = outbox
        self._brief_of = brief_of
        self._on_join_ended = on_join_ended
        self._briefs: dict[str, str] = {}
        self._without_brief: dict[str, tuple[int, int]] = {}
        """By rated id: seats taken since its rules were last asked for in vain, and after how many to ask again."""
        self._work: dict[Runner, list[Request]] = {}
        self._endings: dict[Runner, list[Ending]] = {}
        self._handlers: dict[str, Callable[[Any], None]] = {
            "decision_request": self._decision_request,
            "accepted": self._accepted,
            "refused": self._refused,
            "defaulted": self._defaulted,
            "match_ended": self._match_ended,
            "joined": self._joined,
            "join_ended": self._join_ended,
            "ping": self._ping,
            "go_away": self._go_away,
            "error": self._error,
            "notice": self._notice,
        }

    # ---- a new stream

    def start_anew(self) -> None:
        """Forget seats and requests: the server assigns and asks all of them anew."""
        self.seats.clear()
        for number in list(self.requests):
            self._close(number)
        for join in self.joins.values():
            join.joined = False
            join.forget_seats()

    def owed(self) -> Iterator[bytes]:
        """What a new stream must say again: joins, leaves, and answers that were never acknowledged."""
        for join in self.joins.values():
            if not (join.joined or join.ended or join.waits):
                yield join.join_frame()
            if join.leaving and not join.ended:
                yield join.leave_frame()
        for request in self.requests.values():
            if request.answer is not None:
                yield request.answer

    # ---- what arrives

    async def take(self, data: bytes) -> None:
        """Apply one ServerBatch, then have everything decided that it asked for.

        Raises:
            ArenaError: the server refuses to go on, or sent what the protocol does not allow.
            Disconnected: frames are missing.
        """
        arrives, handlers = self._session.arrives, self._handlers
        for frame in server_frames(data):
            if not arrives(frame.seq):
                continue
            kind = frame.WhichOneof("frame")
            if kind == "seat_assigned":
                await self._seat_assigned(frame.seat_assigned)
            elif kind is not None and (handler := handlers.get(kind)) is not None:
                handler(getattr(frame, kind))
        self._hand_out_work()
        if self._session.unacked * ACK_SHARE > self._session.limits.max_unacked_frames:
            self._outbox.put_all(())

    def deliver(self, answers: Sequence[tuple[Request, bytes]]) -> None:
        """Send the answers whose requests are still open."""
        limit = self._session.limits.max_frame_bytes - _FRAME_OVERHEAD
        frames: list[bytes] = []
        for request, frame in answers:
            if self.requests.get(request.id) is not request:
                continue
            if len(frame) > limit:
                log.error("an answer of %d bytes is more than the %d the server takes", len(frame), limit)
                frame = unavailable_frame(request.id, "the agent's answer is too large")  # noqa: PLW2901
            request.answer = frame
            frames.append(frame)
        if frames:
            self._outbox.put_all(frames)

    def _hand_out_work(self) -> None:
        endings, self._endings = self._endings, {}
        for runner, ended in endings.items():
            runner.end(ended)
        work, self._work = self._work, {}
        requests = self.requests
        for runner, asked in work.items():
            still_open = [request for request in asked if request.id in requests]
            if still_open:
                runner.decide(still_open)

    # ---- deciding

    def _decision_request(self, message: pb.DecisionRequest) -> None:
        number = message.request_id
        known = self.requests.get(number)
        if known is not None:
            if known.answer is not None:
                self._outbox.put(known.answer)
            return
        seat = self.seats.get(message.seat_ref)
        if seat is None:
            raise ProtocolViolation(f"the server asks for a decision of seat_ref {message.seat_ref}, never assigned")
        observation, legal, _ = read_prompt(message.prompt)
        if events := observation.events:
            if events[0].number < seat.events_seen:
                observation.events = [event for event in events if event.number >= seat.events_seen]
            seat.events_seen = events[-1].number + 1
        request = Request(number, seat, observation, legal, _clock(message.clock))
        self.requests[number] = seat.request = request
        self._ask(request)

    def _ask(self, request: Request) -> None:
        runner = request.seat.join.runner
        asked = self._work.get(runner)
        if asked is None:
            self._work[runner] = [request]
        else:
            asked.append(request)

    def _accepted(self, message: pb.Accepted) -> None:
        close = self.requests.pop
        for number in message.request_ids:
            close(number, None)

    def _refused(self, message: pb.Refused) -> None:
        request = self.requests.get(message.request_id)
        if request is None:
            return
        where = f"seat {request.seat.info.seat} of {request.seat.info.match_id}"
        log.warning("an answer of %s was refused: %s", where, message.error.message)
        request.answer = None
        if message.error.code in _AGAIN:
            request.clock = _clock(message.clock)
            request.observation = replace(request.observation, refusal=message.error.message)
            self._ask(request)
        else:
            self._close(message.request_id)

    def _defaulted(self, message: pb.Defaulted) -> None:
        self._close(message.request_id)

    def _close(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        if (request := self.requests.pop(number, None)) is not None and request.answer is None:
            request.seat.join.runner.drop(request)

    # ---- seats

    async def _seat_assigned(self, message: pb.SeatAssigned) -> None:
        join = self.joins.get(message.join_id)
        if join is None:
            raise ProtocolViolation(f"the server assigns a seat to join_id {message.join_id}, never asked for")
        info = SeatInfo(
            match_id=MatchId(message.match_id),
            seat=Seat(message.seat),
            seats=message.seats,
            game=message.rated_id,
            config=read_trusted(message.config_json) if message.config_json else {},
            brief=await self._brief(message.rated_id, join.order),
            seed=Seed(message.agent_seed),
        )
        self.seats[message.seat_ref] = SeatState(message.seat_ref, info, join)
        join.seat_taken(message.match_id)

    async def _brief(self, rated_id: str, order: JoinOrder) -> str:
        """The rules in words. When they cannot be had they are asked for again, after twice as many seats each time."""
        if rated_id in self._briefs:
            return self._briefs[rated_id]
        seats, wait = self._without_brief.get(rated_id, (0, 1))
        if seats + 1 < wait:
            self._without_brief[rated_id] = seats + 1, wait
            return ""
        brief = await self._brief_of(order)
        if brief is None:
            self._without_brief[rated_id] = 0, 2 * wait if rated_id in self._without_brief else 1
            return ""
        self._briefs[rated_id] = brief
        return brief

    def _match_ended(self, message: pb.MatchEnded) -> None:
        seat = self.seats.pop(message.seat_ref, None)
        if seat is None:
            return
        if seat.request is not None:
            self._close(seat.request.id)
        own = next((entry for entry in message.outcomes if entry.seat == seat.info.seat), None)
        if own is None:
            raise ProtocolViolation("the server ended a match without an outcome for each seat")
        outcome, cause = read_outcome(own)
        seat.join.seat_ended(message, seat.info.seat, outcome, cause)
        self._endings.setdefault(seat.join.runner, []).append((seat, outcome))

    # ---- joins

    def _joined(self, message: pb.Joined) -> None:
        if (join := self.joins.get(message.join_id)) is not None:
            join.joined = True

    def _join_ended(self, message: pb.JoinEnded) -> None:
        join = self.joins.get(message.join_id)
        if join is not None and not join.ended:
            self._on_join_ended(join, message)

    # ---- the stream

    def _ping(self, message: pb.Ping) -> None:
        self._outbox.put(pb.ClientFrame(pong=pb.Pong(nonce=message.nonce)).SerializeToString())

    def _go_away(self, message: pb.GoAway) -> None:
        log.info("the server asks us to go and come back in %d ms: %s", message.reconnect_after_ms, message.reason)
        self.reconnect_after = message.reconnect_after_ms / 1000

    def _error(self, message: common_pb2.Error) -> None:
        error = read_error(message)
        if not isinstance(error, ResumeGap):
            raise error

    def _notice(self, message: common_pb2.Error) -> None:
        log.warning("the server lets us know: %s", message.message)


def _clock(message: common_pb2.Clock) -> Clock:
    return Clock(message.decision_ms / 1000, message.bank_ms / 1000)
