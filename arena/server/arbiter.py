"""Live matches between their workers and their agents: asks, takes answers, rules on clocks, finishes.

Everything here runs on the event loop, one batch of reports or of client frames at a time. Within a batch, moves are
noted in the journal and frames are queued; only when the journal is flushed do the frames leave.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from arena.core.errors import (
    ArenaError,
    ErrorCode,
    IllegalAction,
    MalformedAction,
    MatchOver,
    NotYourSeat,
    StaleRequest,
    TooLate,
)
from arena.core.match import Cause, MatchResult, Move
from arena.core.seams import NO_REFUSALS, Executor
from arena.core.values import Fields, MatchId, Seat
from arena.match import messages as msg
from arena.match.packing import unpack_result
from arena.server.clocks import Clocks
from arena.server.endings import add_provenance, void_result
from arena.server.frames import clock_message, seat_assigned
from arena.server.journal import Journal
from arena.server.live import LiveMatch, lost_to
from arena.server.session import Request, Session
from arena.server.snapshot import Declined, Moved
from arena.v1 import play_pb2 as pb
from arena.v1.relay_pb2 import Act
from arena.wire.frames import CAUSES
from arena.wire.provenance import decode_provenance

log = structlog.get_logger()

_CLOSED: dict[ErrorCode, ArenaError] = {
    ErrorCode.TOO_LATE: TooLate("the time for this decision had run out on the server's clock"),
    ErrorCode.MATCH_OVER: MatchOver("this match has ended; answer only requests that are open"),
    ErrorCode.ILLEGAL_ACTION: StaleRequest("this request was closed by one refused answer too many"),
    ErrorCode.STALE_REQUEST: StaleRequest("no such request is open; answer the latest one of the seat"),
}
_CLOSED_BY = {Cause.ILLEGAL: ErrorCode.ILLEGAL_ACTION, Cause.RESIGNED: ErrorCode.MATCH_OVER}


class Arbiter:
    """Live matches by id and open requests by number.

    `on_over` is told each match's result, once, before anybody else is.
    """

    def __init__(self, executor: Executor, journal: Journal, on_over: Callable[[LiveMatch, MatchResult], None]) -> None:
        self._executor = executor
        self._journal = journal
        self._on_over = on_over
        self.on_view: Callable[[MatchId, bytes], None] = lambda match, view: None
        self.matches: dict[MatchId, LiveMatch] = {}
        self.provenance_dropped = 0
        """Provenances beyond what their sessions may have kept."""
        self.clocks = Clocks(self._expired, self._overdue)
        self._requests = self.clocks.requests
        self._quiet = asyncio.Event()
        self._handlers: dict[type[msg.Report], Callable[[Any], None]] = {
            msg.Asked: self._asked,
            msg.Took: self._took,
            msg.Refused: self._refused,
            msg.Opened: self._opened,
            msg.Ended: self._ended,
            msg.Failed: self._failed,
            msg.Viewed: self._viewed,
        }

    @property
    def open_requests(self) -> int:
        """How many decisions are open."""
        return len(self._requests)

    async def idle(self) -> None:
        """Wait until no match is live."""
        while self.matches:
            self._quiet.clear()
            await self._quiet.wait()

    def stop(self) -> None:
        """Stop all clocks."""
        self.clocks.stop()

    # ---- matches

    def open(
        self, live: LiveMatch, moves: Sequence[Move] = (), refusals: Mapping[int, tuple[int, int]] = NO_REFUSALS
    ) -> None:
        """Have a worker begin this match, or go on from its moves; `refusals` are as `Executor.open` takes them."""
        self.matches[live.plan.match_id] = live
        wants: dict[int, Fields] = {
            party: live.of.lanes[lane].wants
            for party, lane in enumerate(live.lane_of)
            if live.plan.parties[party].spec is None
        }
        self._executor.open(live.plan, wants, moves, refusals)

    def abort(self, live: LiveMatch, reason: str) -> None:
        """End a match through nobody's fault."""
        self._executor.drop(live.plan.match_id)
        self._void(live, reason)

    # ---- what workers report

    def take(self, reports: Sequence[msg.Report]) -> None:
        """Apply one batch of reports."""
        handlers = self._handlers
        for report in reports:
            try:
                handlers[type(report)](report)
            except Exception:  # what one match cannot stand must not reach the others
                log.exception("a match could not go on")
                self._spoiled(report)

    def _spoiled(self, report: msg.Report) -> None:
        live = self.matches.get(MatchId(getattr(report, "match", "")))
        if live is not None:
            self.abort(live, "the server could not go on with this match; its log says why")

    def _opened(self, report: msg.Opened) -> None:
        live = self.matches.get(report.match)
        if live is None or live.parties:
            return
        live.parties = report.parties
        full = live.plan.clock.bank
        live.banks = [live.kept_banks.get(seat, full) for seat in range(len(report.parties))]
        for seat in map(Seat, range(len(report.parties))):
            lane = live.lane(seat)
            hold = lane.session.take_seat(live, seat, lane.join)
            live.holds.append(hold)
            lane.session.emit(seat_assigned=seat_assigned(hold))

    def _asked(self, report: msg.Asked) -> None:
        live = self.matches.get(report.match)
        if live is None:
            return
        request = live.requests.get(report.seat)
        if request is None or request.step != report.step:
            hold = live.holds[report.seat]
            request = Request(hold.session.number_request(), hold, hold.session, report.step, report.question)
            live.requests[report.seat] = self._requests[request.id] = request
        self._pursue(live, request, report.prompt)

    def _pursue(self, live: LiveMatch, request: Request, prompt: bytes) -> None:
        """Ask the agent; or tell a worker that has just taken the match over what the agent said already."""
        session = request.session
        if session.gone:
            self._rule(live, request, Cause.DISCONNECT)
        elif request.ruling is not None:
            self._executor.rule(live.plan.match_id, request.hold.seat, request.ruling)
        elif request.answer is not None:
            self._executor.act(live.plan.match_id, request.hold.seat, request.answer)
        elif not session.restored:
            request.epoch = session.epoch
            session.ask(request, *self.clocks.start(request), prompt)

    def _took(self, report: msg.Took) -> None:
        live = self.matches.get(report.match)
        if live is None:
            return
        seat, cause = report.seat, report.cause
        request = live.requests.pop(seat, None)
        provenance = b""
        if request is not None:
            self.clocks.close(request)
            if cause is not None:
                self._lost(request, Cause(cause))
            else:
                request.session.accept(request.id)
                provenance = self._kept(request)
                if provenance:
                    live.provenance[report.step, seat] = provenance
        self._journal.note(Moved(report.match, report.step, seat, report.action, cause, live.banks[seat], provenance))

    def _kept(self, request: Request) -> bytes:
        made = request.provenance
        if not made or request.session.keeps(made, self.clocks.now()):
            return made
        self.provenance_dropped += 1
        return b""

    def _lost(self, request: Request, cause: Cause) -> None:
        request.session.spoil_request(request.id, _CLOSED_BY.get(cause, ErrorCode.TOO_LATE))
        request.session.emit(defaulted=pb.Defaulted(request_id=request.id, cause=CAUSES[cause]))

    def _refused(self, report: msg.Refused) -> None:
        live = self.matches.get(report.match)
        request = live.requests.get(report.seat) if live is not None else None
        if live is None or request is None:
            return
        request.answer, request.provenance = None, b""
        self._journal.note(Declined(report.match, report.seat))
        if request.epoch != request.session.epoch:
            self._executor.ask_again(live.plan.match_id, report.seat)
            return
        kind = MalformedAction if report.code == ErrorCode.MALFORMED_ACTION else IllegalAction
        request.session.refuse(request.id, kind(report.reason), clock_message(*self.clocks.start(request)))

    def _ended(self, report: msg.Ended) -> None:
        live = self.matches.get(report.match)
        if live is not None:
            self._finish(live, unpack_result(live.plan, report.result))

    def _failed(self, report: msg.Failed) -> None:
        live = self.matches.get(report.match)
        if live is not None:
            self._void(live, report.reason)

    def _viewed(self, report: msg.Viewed) -> None:
        self.on_view(report.match, report.view)

    def _void(self, live: LiveMatch, reason: str) -> None:
        kept = self._journal.snapshot.matches.get(live.plan.match_id)
        self._finish(live, void_result(live, kept.moves if kept is not None else (), reason))

    def _finish(self, live: LiveMatch, result: MatchResult) -> None:
        live.over = True
        del self.matches[live.plan.match_id]
        if not self.matches:
            self._quiet.set()
        for request in live.requests.values():
            del self._requests[request.id]
            request.session.spoil_request(request.id, ErrorCode.MATCH_OVER)
        live.requests.clear()
        result.started_ms, result.ended_ms = live.started_ms, time.time_ns() // 1_000_000
        add_provenance(live, result)
        self._on_over(live, result)

    # ---- what agents send

    def answer(self, session: Session, act: Act) -> None:
        """An agent's answer to a request. The first one counts; a repeated one is harmless."""
        request = self._requests.get(act.request_id)
        if request is None:
            self._answer_to_closed(session, act.request_id)
        elif request.session is not session:
            session.refuse(act.request_id, NotYourSeat("this request belongs to another session"))
        elif request.answer is None and request.ruling is None:
            self._take_answer(request, act)

    def _take_answer(self, request: Request, act: Act) -> None:
        if act.provenance:
            try:
                decode_provenance(act.provenance)
            except MalformedAction as error:
                clock = clock_message(*self.clocks.start(request))
                request.session.refuse(request.id, error, clock)
                return
        self.clocks.halt(request)
        request.answer, request.provenance = act.action, act.provenance
        self._executor.act(request.hold.match.plan.match_id, request.hold.seat, act.action)

    def _answer_to_closed(self, session: Session, number: int) -> None:
        how = session.fate_of(number)
        if how is ErrorCode.UNSPECIFIED:
            session.accept(number)
        else:
            session.refuse(number, _CLOSED[how])

    def unavailable(self, session: Session, number: int) -> None:
        """An agent that cannot answer this request."""
        request = self._requests.get(number)
        if request is not None and request.session is session and not request.waits_for_verdict:
            self.clocks.halt(request)
            self._rule(request.hold.match, request, Cause.UNAVAILABLE)

    def resign(self, session: Session, ref: int) -> None:
        """An agent that gives a match up."""
        hold = session.holds.get(ref)
        if hold is not None and not hold.match.over:
            self._executor.forfeit(hold.match.plan.match_id, hold.seat, Cause.RESIGNED)

    # ---- sessions that come and go

    def assign_anew(self, session: Session) -> None:
        """After a change of epoch: every seat is assigned, and every open decision asked, with its whole view."""
        for hold in session.holds.values():
            session.emit(seat_assigned=seat_assigned(hold))
            request = hold.match.requests.get(hold.seat)
            if request is not None and not request.waits_for_verdict:
                self._executor.ask_again(hold.match.plan.match_id, hold.seat)

    def forsake(self, session: Session) -> None:
        """The session is gone for good: what it owes is lost, now and whenever it would be asked again."""
        session.gone = True
        for hold in session.holds.values():
            request = hold.match.requests.get(hold.seat)
            if request is not None and not request.waits_for_verdict:
                self._rule(hold.match, request, Cause.DISCONNECT)

    # ---- clocks

    def _rule(self, live: LiveMatch, request: Request, cause: Cause) -> None:
        request.ruling = cause
        self._executor.rule(live.plan.match_id, request.hold.seat, cause)

    def _expired(self, request: Request) -> None:
        self._rule(request.hold.match, request, lost_to(request.session))

    def _overdue(self, live: LiveMatch, seat: Seat) -> None:
        self._executor.forfeit(live.plan.match_id, seat, lost_to(live.lane(seat).session))
