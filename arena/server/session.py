"""One agent process's session: what it is owed, in sequence, over as many connections as it takes."""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arena.core.errors import ArenaError, ErrorCode, ProtocolViolation, RateLimited
from arena.core.match import Cause
from arena.core.values import Seat
from arena.server.allowance import Allowance
from arena.server.connection import Connection
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.v1.relay_pb2 import ServerFrame
from arena.wire.frames import error_message
from arena.wire.limits import Limits

if TYPE_CHECKING:
    from arena.server.live import LiveMatch

_REMEMBERED_REQUESTS = 4096
_FIRST_REQUEST_BITS = 52
"""Every number a JSON peer can hold; where a session's numbers lie in them tells nothing of other sessions."""
_KEPT_BYTES = 128 * 1024 * 1024
"""Of the frames that one session is owed; beyond it is treated as beyond `Limits.max_unacked_frames`."""
_RETOLD_SHARE = 8
"""Of `Limits.max_unacked_frames`, one in so many may be the end of a match that is told again."""

_TOO_MUCH = (
    "this session sent more provenance than the {} bytes that are kept of one in a minute: the rest is dropped, which "
    "is told once, and its answers stand"
)

_ASKING = ServerFrame()
"""Filled anew for every decision request: a message made for each one costs four times as much."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token speaks for. Without tokens every agent name is an owner of its own."""

    owner: str
    scopes: frozenset[str]
    address: str = ""
    """Where an anonymous caller calls from; a token speaks for its owner from anywhere."""
    token: str = ""
    """The id of the token that was shown; empty where none is asked for."""

    @property
    def quota(self) -> tuple[str, str]:
        """Under what its sessions are counted: the owner, or the address where there is none."""
        return self.owner, "" if self.owner else self.address


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
    connection: Connection | None = None
    ended_joins: dict[int, int] = field(default_factory=dict)
    """Joins that are over, and how many matches they played: a Join that is sent again must not begin anew."""
    provenance_dropped: int = 0
    """Provenances that came with answers and were not kept."""
    _allowance: Allowance = field(init=False)
    _sequence: int = 0
    _kept: deque[tuple[int, bytes]] = field(default_factory=deque)
    _kept_bytes: int = 0
    _ends: deque[tuple[tuple[int, int], SeatHold, bytes]] = field(default_factory=deque)
    """Each MatchEnded that was not acknowledged yet: the epoch and number it was told under, its seat, itself."""
    _accepted: list[int] = field(default_factory=list)
    _last_ref: int = 0
    _last_request: int = field(default_factory=lambda: secrets.randbits(_FIRST_REQUEST_BITS))
    _asked: int = 0
    """How many requests there were."""
    _spoiled: dict[int, ErrorCode] = field(default_factory=dict)
    """Of the latest requests, those that were not accepted, and why."""

    def __post_init__(self) -> None:
        self._allowance = Allowance.full(self.limits.provenance_per_minute)

    # ---- identity

    def rotate(self) -> bytes:
        """A new resume token; only its hash is kept."""
        token = secrets.token_bytes(32)
        self.token_hashes = [*self.token_hashes[-1:], hashlib.sha256(token).digest()]
        return token

    def confirm(self) -> bool:
        """The peer speaks on a welcomed connection: it has the latest token. Whether one before is void from now on."""
        if len(self.token_hashes) <= 1:
            return False
        del self.token_hashes[:-1]
        return True

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
        if self.gone:
            return
        self._post(ServerFrame(seq=self._sequence + 1, **frame).SerializeToString())
        if (ended := frame.get("match_ended")) is not None:
            self._remember_end(ended)

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
        self._kept_bytes += len(data)
        if self.connection is not None:
            self.connection.queue(data)
        if len(self._kept) > self.limits.max_unacked_frames or self._kept_bytes > _KEPT_BYTES:
            self._overflow()

    def _overflow(self) -> None:
        """Cut a peer that does not keep up; once it is cut or dropped, whole views take the place of what it missed."""
        if self.connection is not None and self.connection.cut_reason is None:
            self.connection.cut("too many frames are unacknowledged; send Ack")
        else:
            self.new_epoch()

    def accept(self, request: int) -> None:
        """Tell, together with all others of this turn, that an answer stands."""
        if not self._accepted and self.connection is not None:
            self.connection.ready.set()
        self._accepted.append(request)

    def keeps(self, provenance: bytes, now: float) -> bool:
        """Whether the provenance of an answer that stands is kept; the peer is told of the first one that is not."""
        if self._allowance.take(len(provenance), now):
            return True
        self.provenance_dropped += 1
        if self.provenance_dropped == 1:
            self.emit(notice=error_message(RateLimited(_TOO_MUCH.format(self.limits.provenance_per_minute))))
        return False

    def refuse(self, request: int, error: ArenaError, clock: common_pb2.Clock | None = None) -> None:
        """Tell that an answer was not taken."""
        self.emit(refused=pb.Refused(request_id=request, error=error_message(error), clock=clock))

    def seal(self) -> None:
        """Put what was gathered into frames, just before the connection writes."""
        if self._accepted:
            accepted, self._accepted = self._accepted, []
            self.emit(accepted=pb.Accepted(request_ids=accepted))

    @property
    def owes_frames(self) -> bool:
        """Whether frames were sent, or wait to be, whose arrival the peer has not acknowledged."""
        return bool(self._kept or self._accepted or self._ends)

    def acknowledge(self, seq: int) -> None:
        """Forget frames that have arrived. What comes over a stream that is cut already counts for nothing.

        Raises:
            ProtocolViolation: frames are among them that were not sent yet.
        """
        if self.connection is None or self.connection.cut_reason is not None:
            return
        sent = self._sequence - self.connection.unsent
        if seq > sent:
            raise ProtocolViolation(f"frame {seq} is acknowledged, and the last one sent was {sent}")
        self._forget_until(seq)

    def _forget_until(self, seq: int) -> None:
        while self._kept and self._kept[0][0] <= seq:
            self._kept_bytes -= len(self._kept.popleft()[1])
        if self._ends:
            self._forget_ends((self.epoch, seq))

    # ---- ends of matches, told until they are heard

    def _remember_end(self, ended: pb.MatchEnded) -> None:
        hold = self.holds.get(ended.seat_ref)
        if hold is not None:
            self._ends.append(((self.epoch, self._sequence), hold, ended.SerializeToString()))
        if len(self._ends) * _RETOLD_SHARE > self.limits.max_unacked_frames:
            self._ends.popleft()

    def _forget_ends(self, heard: tuple[int, int]) -> None:
        while self._ends and self._ends[0][0] <= heard:
            self._ends.popleft()

    def unheard_ends(self) -> Iterator[tuple[SeatHold, pb.MatchEnded]]:
        """The matches whose end was told in an epoch before and not heard; the seat is held while it is told again."""
        ends, self._ends = self._ends, deque()
        for _, hold, ended in ends:
            self.holds[hold.ref] = hold
            yield hold, pb.MatchEnded.FromString(ended)
            del self.holds[hold.ref]

    # ---- resuming

    def can_replay(self, epoch: int, last_seq: int) -> bool:
        """Whether every frame behind `last_seq` is still kept, and they leave room for as many again."""
        first_kept = self._kept[0][0] if self._kept else self._sequence + 1
        if epoch != self.epoch or not first_kept - 1 <= last_seq <= self._sequence:
            return False
        return 2 * (self._sequence - last_seq) <= self.limits.max_unacked_frames

    def replay(self, last_seq: int) -> Iterable[bytes]:
        """The kept frames behind `last_seq`."""
        self._forget_until(last_seq)
        return [data for _, data in self._kept]

    def new_epoch(self) -> None:
        """Forget what was sent: whole views follow, numbered from 1."""
        self.epoch += 1
        self._sequence = self._kept_bytes = 0
        self._kept.clear()
        self._accepted.clear()

    def renew(self, epoch: int, last_seq: int) -> None:
        """A new epoch for a peer that is back, and says how far it had heard."""
        self._forget_ends((epoch, last_seq))
        self.new_epoch()

    # ---- seats and requests

    def take_seat(self, match: "LiveMatch", seat: Seat, join: int) -> SeatHold:
        """A new hold under the next short name."""
        self._last_ref += 1
        hold = SeatHold(self._last_ref, match, seat, join, self)
        self.holds[hold.ref] = hold
        return hold

    def number_request(self) -> int:
        """Unique on this server, also after a restart; gaps would tell a seat how many others were asked meanwhile."""
        self._asked += 1
        self._last_request += 1
        return self._last_request

    def spoil_request(self, request: int, how: ErrorCode) -> None:
        """Remember why an answer to this request comes too late."""
        self._spoiled[request] = how
        if len(self._spoiled) > _REMEMBERED_REQUESTS:
            del self._spoiled[next(iter(self._spoiled))]

    def fate_of(self, request: int) -> ErrorCode:
        """How a request that is not open ended: UNSPECIFIED when an answer was accepted."""
        known = 0 <= self._last_request - request < min(self._asked, _REMEMBERED_REQUESTS)
        return self._spoiled.get(request, ErrorCode.UNSPECIFIED) if known else ErrorCode.STALE_REQUEST
