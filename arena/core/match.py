"""The values a match is made of: its plan, its moves, its result. What the ledger keeps can be replayed from them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, overload

from arena.core.agent import Provenance
from arena.core.canonical import canonical, canonical_text, parse, quoted
from arena.core.errors import ArenaError
from arena.core.game import ClockSpec, GameSpec
from arena.core.legal import Legal
from arena.core.seed import Seed
from arena.core.values import Action, AgentName, Config, Json, MatchId, Seat, SetId, Tensor


class Cause(StrEnum):
    """Why a seat's match ended as it did. The four of `FAULTS` are losses in the raw rating only."""

    RULES = "rules"
    RESIGNED = "resigned"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    ILLEGAL = "illegal"
    DISCONNECT = "disconnect"
    VOID = "void"


FAULTS = frozenset({Cause.TIMEOUT, Cause.UNAVAILABLE, Cause.ILLEGAL, Cause.DISCONNECT})


@dataclass(frozen=True, slots=True, kw_only=True)
class GameRef:
    """A game with its options, as plans and results name it; `rated_id` is what ladders are kept per."""

    id: str
    version: str
    config: Config
    rated_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRef:
    """One agent of a match: it fills a seat, or all seats of a team.

    `spec` is set when it runs inside the worker; `entry` is its private input, for games that take one.
    """

    agent: AgentName
    version: str = ""
    owner: str = ""
    spec: str | None = None
    entry: Json = None


class Origin(NamedTuple):
    """Where a re-roll goes on from: as `match` stood before its step `step`. Its deal was first played in `set_id`."""

    match: MatchId
    step: int
    set_id: SetId


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPlan:
    """Everything that decides a match but the agents' answers.

    `parties` stand in party order: party `p` plays team `p` of a game of teams, else seat `p`. The same agent may stand
    more than once: that is self-play. Of a re-roll, the moves before the step of `origin` are those of that match.
    """

    match_id: MatchId
    set_id: SetId
    ordinal: int
    game: GameRef
    seed: Seed
    parties: tuple[PartyRef, ...]
    clock: ClockSpec
    origin: Origin | None = None

    def given(self, move: "Move") -> bool:
        """Whether a move of this match was taken over from its origin."""
        return self.origin is not None and move.step < self.origin.step


class Move(NamedTuple):
    """One logged decision. `cause` is None for the seat's own answer; otherwise the default was played because of it,
    or, where `action` is None too, the seat forfeited."""

    step: int
    seat: Seat
    action: Action | None
    cause: Cause | None = None


class RecordedMoves(Sequence[Move]):
    """The `count` moves that `data` holds in canonical form. They are parsed only once somebody looks at one."""

    __slots__ = ("_count", "_parsed", "data")

    def __init__(self, data: bytes, count: int) -> None:
        self.data = data
        self._count = count
        self._parsed: list[Move] | None = None

    @overload
    def __getitem__(self, index: int) -> Move: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Move]: ...
    def __getitem__(self, index: int | slice) -> Move | Sequence[Move]:
        if self._parsed is None:
            self._parsed = [
                Move(step, seat, action, cause and Cause(cause)) for step, seat, action, cause in parse(self.data)
            ]
        return self._parsed[index]

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list's


@dataclass(slots=True, kw_only=True)
class SeatResult:
    """One seat's part of a result. `defaults` counts decisions played for it, `party` is its index in the plan."""

    seat: Seat
    party: int
    rank: int
    score: float
    cause: Cause = Cause.RULES
    role: str = ""
    team: str = ""
    defaults: int = 0
    refusals: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    rewards: Mapping[str, float] = field(default_factory=dict)
    """Summed over the match, per channel."""


@dataclass(slots=True, kw_only=True)
class MatchResult:
    """How a match went: enough to replay it, to rate it and to train on it."""

    plan: MatchPlan
    moves: Sequence[Move]
    seats: Sequence[SeatResult]
    void: str = ""
    """Why nobody is charged with this match; empty when it counts."""
    started_ms: int = 0
    ended_ms: int = 0
    """Milliseconds since the epoch."""
    provenance: Mapping[int, Provenance] = field(default_factory=dict)
    """By index into `moves`."""

    @property
    def clean(self) -> bool:
        """Whether no seat was at fault and no decision was played for one."""
        for seat in self.seats:
            if seat.defaults or (seat.cause is not Cause.RULES and seat.cause in FAULTS):  # an enum's hash is slow
                return False
        return not self.void

    def outcome_of(self, seat: SeatResult) -> str:
        """`win`, `draw` or `loss` against others; `alone` where there is nobody to win against; `void`."""
        if self.void:
            return "void"
        if len({other.party for other in self.seats}) == 1:
            return "alone"
        ranks = {other.rank for other in self.seats}
        if len(ranks) == 1:
            return "draw"
        return "win" if seat.rank == min(ranks) else "loss"

    def play(self) -> bytes:
        """In canonical form, what `play_digest` covers but the config: rules, seed, entries, decisions and outcome.

        Raises:
            ValueError, TypeError, RecursionError: a decision or the outcome has no canonical form.
        """
        plan, moves, text = self.plan, self.moves, canonical_text
        taken = moves.data if isinstance(moves, RecordedMoves) else canonical(moves)
        entries = [text(plan.parties[seat.party].entry) for seat in self.seats]
        outcome = [
            f'[{s.rank:d},{text(s.score)},{quoted(s.role)},{quoted(s.team)},"{s.cause}",{text(s.metrics)}]'
            for s in self.seats
        ]
        return b'{"entries":[%b],"game":%b,"moves":%b,%b' % (
            ",".join(entries).encode(),
            quoted(plan.game.id).encode(),
            taken,
            f'"outcome":[{",".join(outcome)}],"seed":"{plan.seed.hex()}",'
            f'"version":{quoted(plan.game.version)},"void":{quoted(self.void)}}}'.encode(),
        )

    def play_digest(self) -> bytes:
        """SHA-256 that is the same for the same seed and actions, in any process."""
        return play_digest(canonical(self.plan.game.config), self.play())


def play_digest(config: bytes, play: bytes) -> bytes:
    """The digest of a match from the canonical forms of its config and of the rest, as one object."""
    return hashlib.sha256(b'{"config":%b,%b' % (config, play[1:])).digest()


@dataclass(slots=True)
class Situation:
    """What stood before one recorded decision: the seat's view, in words or as a tensor, and what it might answer.

    `reward` is what the seat was paid from then until its next decision, all channels together. `legal` is None where
    the seat owed no decision: it resigned out of turn.
    """

    text: str = ""
    legal: Legal | None = None
    reward: float = 0.0
    tensor: Tensor | None = None


class Seen(NamedTuple):
    """A recorded match as its seats saw it: what was asked before each move, in their order.

    Of a void match the last moves may be missing. `parties` is the index in the plan of the party in each seat, `steps`
    how many steps were played, `ends` the tensor that each seat saw after them, where tensors were wanted, and
    `actions` as the game's.
    """

    spec: GameSpec
    situations: Sequence[Situation]
    parties: Sequence[int]
    steps: int = 0
    ends: Mapping[Seat, Tensor] = MappingProxyType({})
    actions: int = 0


class Decided(NamedTuple):
    """One recorded decision of a seat: `number` is its move's index, `faced` what stood before it."""

    number: int
    move: Move
    faced: Situation
    made: Provenance


@dataclass(slots=True, kw_only=True)
class PlayedSeat:
    """One seat of a finished match by itself: `result` has the moves and the provenance of nobody, `decisions` its own.

    `brief` are the rules in words, `seats` how many the game has; `unseen` is why the match could not be played again,
    and then nothing is known of what the seat faced. `parent` is the (agent, version) that its agent's was trained
    from, `rating` its value and uncertainty before the match.
    """

    result: MatchResult
    seat: SeatResult
    decisions: Sequence[Decided] = ()
    brief: str = ""
    seats: int = 0
    unseen: ArenaError | None = None
    parent: tuple[str, str] | None = None
    rating: tuple[float, float | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPlan:
    """The unit that is rated: seat-swapped or role-rotated matches of the same parties.

    `rated` sets count for ladders; the others (self-play, local studies that ask for it) are only recorded. All matches
    of a set with an `origin` are re-rolls: no ladder, payoff or report counts them.
    """

    set_id: SetId
    game: GameRef
    parties: tuple[PartyRef, ...]
    matches: int
    rated: bool
    origin: Origin | None = None

    @property
    def self_play(self) -> bool:
        """Whether an agent meets nobody but itself."""
        return len(self.parties) > 1 and len({party.agent for party in self.parties}) == 1
