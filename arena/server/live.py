"""A match and a set as the server sees them while they are played: who sits where, and what their clocks say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from arena.core.canonical import canonical
from arena.core.match import Cause, MatchPlan, SetPlan
from arena.core.values import Fields, Seat
from arena.server.session import Request, SeatHold, Session


@dataclass(slots=True, kw_only=True)
class Lane:
    """One party of a set: the join of a session that plays it, one match at a time."""

    session: Session
    join: int
    wants: Fields


@dataclass(slots=True, kw_only=True)
class LiveSet:
    """A set in progress. Its matches are played one after another; a void one is played once more.

    Of a set that is played in parts, `matches` are those of this part: a run of ordinals without gaps.
    """

    plan: SetPlan
    matches: Sequence[MatchPlan]
    lanes: Sequence[Lane]
    landed: dict[int, bool] = field(default_factory=dict)
    """By ordinal: whether it was void."""
    attempts: dict[int, int] = field(default_factory=dict)
    """By ordinal: how often it was void and is to be played again."""
    playing: set[int] = field(default_factory=set)
    """Ordinals whose match is live; after a kill there may be two, the one that was about to land and the next."""
    announced: int = 0
    """Matches that landed in the ledger since this server began or restored the set."""
    restored: int = 0
    """Matches that had landed before."""
    abandoned: str = ""
    """Why the rest of the set is void; empty while it counts."""
    config_json: bytes = field(init=False)
    """The game's options as agents are told them."""

    def __post_init__(self) -> None:
        self.config_json = canonical(self.plan.game.config)

    @property
    def complete(self) -> bool:
        """Whether every match is in the ledger."""
        return self.restored + self.announced >= len(self.matches)

    def next_match(self) -> int | None:
        """The first ordinal that has not landed; None while another is live, and when the set is complete."""
        if self.playing:
            return None
        return next((match.ordinal for match in self.matches if match.ordinal not in self.landed), None)

    def match_plan(self, ordinal: int) -> MatchPlan:
        """The match of this ordinal."""
        return self.matches[ordinal - self.matches[0].ordinal]


@dataclass(slots=True, kw_only=True)
class LiveMatch:
    """One match in progress. `lane_of[p]` is the lane that plays the plan's party `p`; banks are in seconds."""

    plan: MatchPlan
    of: LiveSet
    lane_of: Sequence[int]
    started_ms: int
    deadline: float
    parties: Sequence[int] = ()
    """By seat, once the worker has dealt."""
    holds: list[SeatHold] = field(default_factory=list)
    banks: list[float] = field(default_factory=list)
    spent: dict[int, float] = field(default_factory=dict)
    """By seat: seconds that its closed decisions took."""
    kept_banks: dict[int, float] = field(default_factory=dict)
    """By seat: what a restart found left of a bank."""
    requests: dict[Seat, Request] = field(default_factory=dict)
    provenance: dict[tuple[int, int], bytes] = field(default_factory=dict)
    """By step and seat, as the agents sent it."""
    over: bool = False

    def lane(self, seat: int) -> Lane:
        """Who plays this seat."""
        return self.of.lanes[self.lane_of[self.parties[seat]]]

    def cap(self, request: Request) -> float:
        """Seconds that this decision may last, whatever is in the bank."""
        seat, clock = request.hold.seat, self.plan.clock
        return clock.cap if seat in self.spent or seat in self.kept_banks else clock.first_cap

    def time_left(self, request: Request, now: float) -> tuple[float, float]:
        """Seconds left for this decision before the bank is touched, and then out of the bank: all that it may last."""
        left, bank = self.plan.clock.decision - request.used(now), self.banks[request.hold.seat]
        rest = min(self.deadline - now, self.cap(request) - request.used(now))
        if left >= 0.0 and left + bank <= rest:
            return left, bank
        own = min(max(left, 0.0), max(rest, 0.0))
        return own, min(max(bank + min(left, 0.0), 0.0), max(rest - own, 0.0))

    def expires(self, request: Request, now: float) -> float:
        """The moment at which this decision is lost if nothing changes; infinite while its clock stands still.

        A question has its own time and no more: the bank is for decisions that matter.
        """
        if request.since is None:
            return float("inf")
        begun = now - request.used(now)
        left = begun + self.plan.clock.decision
        if request.question:
            return left
        return min(left + self.banks[request.hold.seat], begun + self.cap(request), self.deadline)

    def charge(self, request: Request, now: float) -> None:
        """Take what a closed decision used over its own time out of the seat's bank."""
        used = request.used(now)
        self.spent[request.hold.seat] = self.spent.get(request.hold.seat, 0.0) + used
        over = used - self.plan.clock.decision
        if over > 0 and not request.question:
            self.banks[request.hold.seat] = max(self.banks[request.hold.seat] - over, 0.0)

    def used_by(self, seat: int, now: float) -> float:
        """Seconds that a seat has thought so far, in all."""
        request = self.requests.get(Seat(seat))
        return self.spent.get(seat, 0.0) + (request.used(now) if request is not None else 0.0)


def lost_to(session: Session) -> Cause:
    """What a decision is lost to when its time runs out."""
    return Cause.DISCONNECT if session.connection is None else Cause.TIMEOUT
