"""One agent process's session: what it is owed, in sequence, over as many connections as it takes."""

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from arena.core.errors import ArenaError, ErrorCode
from arena.core.match import Cause
from arena.core.values import Seat
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.v1.relay_pb2 import ServerFrame
from arena.wire.frames import error_message, join_frames
from arena.wire.limits import Limits

if TYPE_CHECKING:
    from arena.server.live import LiveMatch

_REMEMBERED_REQUESTS = 4096
_BATCH_BYTES = 2 * 1024 * 1024
"""A message stays under the 4 MiB that gRPC clients take by default, unless one frame alone is larger."""

_ASKING = ServerFrame()
"""Filled anew for every decision request: a message made for each one costs four times as much."""


class Stream(Protocol):
    """A connection as the server sees it; the same over gRPC and in process."""

    async def send(self, data: bytes) -> None:
        """Hand one encoded ServerBatch over; waits while the peer does not read."""

    async def receive(self) -> bytes | None:
        """The next encoded ClientBatch; None when the peer has ended the stream."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for. Without tokens every agent name is an owner of its own."""

    owner: str
    scopes: frozenset[str]


@dataclass(slots=True)
class SeatHold:
    """A seat of a live match that a session answers for."""

    ref: int
    match: "LiveMatch"
    seat: Seat
    join: int
    session: "Session"


@dataclass(slots=True)
class Request:
    """One open decision. Its clock runs from `since` (None while it stands still), on top of `spent` seconds.

    Once answered, or ruled upon when its time ran out, it waits for the worker's verdict.
    """

    id: int
    hold: SeatHold
    session: "Session"
    step: int
    question: bool
    epoch: int = 0
    """The session's epoch in which it was asked; 0: not yet."""
    since: float | None = None
    spent: float = 0.0
    answer: bytes | None = None
    provenance: bytes = b""
    ruling: Cause | None = None

    @property
    def waits_for_verdict(self) -> bool:
        """Whether the agent has nothing more to do about it for now."""
        return self.answer is not None or self.ruling is not None

    def used(self, now: float) -> float:
        """Seconds of its own clock that this decision has taken so far."""
        return self.spent + (now - self.since if self.since is not None else 0.0)

    def pause(self, now: float) -> None:
        """Stop the clock: what follows is not the agent's time."""
        self.spent, self.since = self.used(now), None


@dataclass(slots=True, kw_only=True)
class Session:
    """Frames numbered per epoch, kept until acknowledged; a new connection goes on where the last one was cut."""

    id: str
    principal: Principal
    limits: Limits
    token_hashes: list[bytes] = field(default_factory=list)
    """Of the latest resume token, and of the one before until the peer has shown that the latest arrived."""
    epoch: int = 1
    restored: bool = False
    """Brought back by a restart and not yet resumed: its clocks stand still."""
    gone: bool = False
    dropped_at: float | None = None
    holds: dict[int, SeatHold] = field(default_factory=dict)
    closed_requests: "OrderedDict[int, ErrorCode]" = field(default_factory=OrderedDict)
    connection: "Connection | None" = None
    last_request: int = 0
    ended_joins: dict[int, int] = field(default_factory=dict)
    """Joins that are over, and how many matches they played: a Join that is sent again must not begin anew."""
    _sequence: int = 0
    _kept: deque[tuple[int, bytes]] = field(default_factory=deque)
    _accepted: list[int] = field(default_factory=list)
    _last_ref: int = 0

    # ---- identity

    def rotate(self) -> bytes:
        """A new resume token; only its hash is kept."""
        token = secrets.token_bytes(32)
        self.token_hashes = [*self.token_hashes[-1:], hashlib.sha256(token).digest()]
        return token

    def confirm(self) -> None:
        """The peer speaks on a welcomed connection: it has the latest token, and the one before is void."""
        if len(self.token_hashes) > 1:
            del self.token_hashes[:-1]

    def open_with(self, token: bytes) -> bool:
        """Whether this token opens the session, compared in constant time; the others are void from then on."""
        digest = hashlib.sha256(token).digest()
        known = [hmac.compare_digest(digest, token_hash) for token_hash in self.token_hashes]
        if not any(known):
            return False
        self.token_hashes = [digest]
        return True

    # ---- frames

    def emit(self, **frame: Any) -> None:
        """Queue one numbered frame and keep it for a resume."""
        if not self.gone:
            self._post(ServerFrame(seq=self._sequence + 1, **frame).SerializeToString())

    def ask(self, request: Request, decision: float, bank: float, prompt: bytes) -> None:
        """Queue a decision request with the seconds left for it and in the bank."""
        asking = _ASKING.decision_request
        _ASKING.seq = self._sequence + 1
        asking.request_id = request.id
        asking.seat_ref = request.hold.ref
        asking.clock.decision_ms = int(decision * 1000)
        asking.clock.bank_ms = int(bank * 1000)
        asking.prompt = prompt
        self._post(_ASKING.SerializeToString())

    def _post(self, data: bytes) -> None:
        self._sequence += 1
        self._kept.append((self._sequence, data))
        if self.connection is not None:
            self.connection.queue(data)

    def accept(self, request: int) -> None:
        """Tell, together with all others of this turn, that an answer stands."""
        self._accepted.append(request)
        self.close_request(request, ErrorCode.UNSPECIFIED)
        if self.connection is not None:
            self.connection.ready.set()

    def refuse(self, request: int, error: ArenaError, clock: common_pb2.Clock | None = None) -> None:
        """Tell that an answer was not taken."""
        self.emit(refused=pb.Refused(request_id=request, error=error_message(error), clock=clock))

    def seal(self) -> None:
        """Put what was gathered into frames, just before the connection writes."""
        if self._accepted:
            accepted, self._accepted = self._accepted, []
            self.emit(accepted=pb.Accepted(request_ids=accepted))
        if self.connection is not None and len(self._kept) > self.limits.max_unacked_frames:
            self.connection.cut("too many frames are unacknowledged; send Ack")

    @property
    def owes_frames(self) -> bool:
        """Whether frames were sent, or wait to be, whose arrival the peer has not acknowledged."""
        return bool(self._kept or self._accepted)

    def acknowledge(self, seq: int) -> None:
        """Forget frames that have arrived."""
        while self._kept and self._kept[0][0] <= seq:
            self._kept.popleft()

    # ---- resuming

    def can_replay(self, epoch: int, last_seq: int) -> bool:
        """Whether every frame behind `last_seq` is still kept."""
        first_kept = self._kept[0][0] if self._kept else self._sequence + 1
        return epoch == self.epoch and first_kept - 1 <= last_seq <= self._sequence

    def replay(self, last_seq: int) -> Iterable[bytes]:
        """The kept frames behind `last_seq`."""
        self.acknowledge(last_seq)
        return [data for _, data in self._kept]

    def new_epoch(self) -> None:
        """Forget what was sent: whole views follow, numbered from 1."""
        self.epoch += 1
        self._sequence = 0
        self._kept.clear()
        self._accepted.clear()

    # ---- seats and requests

    def take_seat(self, match: "LiveMatch", seat: Seat, join: int) -> SeatHold:
        """A new hold under the next short name."""
        self._last_ref += 1
        hold = SeatHold(self._last_ref, match, seat, join, self)
        self.holds[hold.ref] = hold
        return hold

    def close_request(self, request: int, how: ErrorCode) -> None:
        """Remember how a request ended, for answers that come late."""
        self.closed_requests[request] = how
        if len(self.closed_requests) > _REMEMBERED_REQUESTS:
            self.closed_requests.popitem(last=False)


class Connection:
    """One live stream of a session. Whatever is queued in one turn of the loop leaves in as few messages as it may."""

    def __init__(self, stream: Stream, max_batch: int, write_timeout: float) -> None:
        self.stream = stream
        self.ready = asyncio.Event()
        self.cut_reason: str | None = None
        self.heard = False
        self._outbox: list[bytes] = []
        self._max_batch = max_batch
        self._write_timeout = write_timeout

    def queue(self, frame: bytes) -> None:
        """Send an encoded frame with the next batch."""
        self._outbox.append(frame)
        self.ready.set()

    def queue_unnumbered(self, **frame: Any) -> None:
        """Send a frame that is not part of the kept sequence: Welcome, Ping, GoAway, Error."""
        self.queue(ServerFrame(**frame).SerializeToString())

    def cut(self, reason: str) -> None:
        """End this stream; its session stays and can be resumed."""
        self.cut_reason = self.cut_reason or reason
        self.ready.set()

    async def write(self, session: Session, durable: asyncio.Event) -> None:
        """Send until cut. Nothing leaves while the journal cannot be written.

        Raises:
            TimeoutError: the peer took nothing for the write timeout.
        """
        while self.cut_reason is None:
            await self.ready.wait()
            self.ready.clear()
            session.seal()
            while self._outbox:
                if not durable.is_set():
                    await durable.wait()
                async with asyncio.timeout(self._write_timeout):
                    await self.stream.send(join_frames(self._next_batch()))

    def _next_batch(self) -> list[bytes]:
        """As many frames as one message may hold, by number and by size; at least one."""
        count = min(len(self._outbox), self._max_batch)
        while count > 1 and sum(map(len, self._outbox[:count])) > _BATCH_BYTES:
            count //= 2
        batch, self._outbox = self._outbox[:count], self._outbox[count:]
        return batch
