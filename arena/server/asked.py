"""What a follower of trajectories asks for, and what of it is its to know.

With a token that are the seats of its owner's agents, in full; to admins, everybody's. Where no token is asked for,
everybody is told every seat, but not how its moves came about. Who plays with whom is nobody's to know before a set is
over, but of one's own agents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from arena.core.errors import BadRequest
from arena.core.match import MatchResult, SeatResult
from arena.ledger.stream import Wanted
from arena.rating import DEFAULT, Rating, make_system
from arena.server.session import Principal
from arena.server.summaries import is_admin
from arena.v1 import feed_pb2 as pb
from arena.wire.limits import MAX_GAME_ID, MAX_NAME

RESULTS: Final = ("win", "draw", "loss", "alone", "void")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a follower wants, and may have, of the matches of `wanted`."""

    wanted: Wanted
    reader: Principal
    result: str
    min_rating: float | None
    system: str

    @classmethod
    def of(cls, request: pb.FollowRequest, reader: Principal) -> "Asked":
        """What a request asks for.

        Raises:
            BadRequest: it asks for what cannot be.
        """
        if len(request.game) > MAX_GAME_ID or len(request.agent) > MAX_NAME:
            raise BadRequest(f"a rated id has at most {MAX_GAME_ID} characters, an agent's name {MAX_NAME}")
        if request.result and request.result not in RESULTS:
            raise BadRequest(f"result is {', '.join(RESULTS)}, not {request.result[:40]!r}")
        if request.HasField("min_rating") and not isfinite(request.min_rating):
            raise BadRequest("min_rating is a finite number")
        make_system(request.system or DEFAULT)
        wanted = Wanted(
            game=request.game or None,
            agent=request.agent or None,
            since_ms=min(request.since_ms, 2**63 - 1),
            void=request.void,
            owner=reader.owner if reader.owner and not is_admin(reader) else None,
        )
        least = request.min_rating if request.HasField("min_rating") else None
        return cls(wanted, reader, request.result, least, request.system or DEFAULT)

    def takes(self, result: MatchResult, seat: SeatResult, rating: Rating | None) -> bool:
        """Whether a seat is wanted, and the reader's to know: its own agents', or anybody's where nobody has tokens."""
        party = result.plan.parties[seat.party]
        if self.wanted.owner not in {None, party.owner} or self.wanted.agent not in {None, party.agent}:
            return False
        if self.result not in {"", result.outcome_of(seat)}:
            return False
        return self.min_rating is None or (rating is not None and rating.value >= self.min_rating)

    @property
    def told_of_play(self) -> bool:
        """Whether the reader is told how moves came about; only a token makes an agent anybody's own."""
        return bool(self.reader.owner)

    def strangers(self, result: MatchResult) -> Sequence[int]:
        """The parties of a match, by index, that the reader may not know while others of its set are played."""
        parties = enumerate(result.plan.parties)
        return [] if is_admin(self.reader) else [at for at, party in parties if party.owner != self.reader.owner]
