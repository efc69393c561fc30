"""The contract of a game: a stateless, versioned set of rules and the states it leads through.

Synchronous and deterministic: no clock, no I/O, no randomness but the seed's. A match is
`(game id, rules version, config, seed, entries, ordered canonical actions)`; replaying these gives the same states.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Final, Literal, NamedTuple

from arena.core.errors import ArenaError, BadEntry, GameFault
from arena.core.legal import Legal
from arena.core.measures import Measures
from arena.core.options import Option
from arena.core.policy import Policy
from arena.core.rendering import Rendering
from arena.core.seed import Seed
from arena.core.values import Action, Config, Fields, Json, Seat, Value

MAX_SECONDS: Final = 1e6
"""Of any time limit: longer than a week is a slip of the pen, and must not overflow a timer."""

Dynamics = Literal["sequential", "simultaneous", "mixed"]
Forfeit = Literal["loses", "plays default"]
Entries = Mapping[Seat, Json]
"""Private input a seat brings to its match, such as a Pokemon team; most games have none."""


def _check_seconds(name: str, seconds: float) -> None:
    if not 0 <= seconds <= MAX_SECONDS:
        raise GameFault(f"{name} must be 0 to {MAX_SECONDS:g} seconds, not {seconds:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSpec:
    """Time limits in seconds on the server's monotonic clock.

    A decision first spends `decision`, then the seat's `bank` for the whole match, and never lasts longer than `cap`, a
    seat's first one than `first_cap`; `match` bounds the match itself. With a `decision` of 0, the bank is all the time
    that a seat has, as on a chess clock.

    Raises:
        GameFault: one of them is not between 0 and MAX_SECONDS.
    """

    decision: float = 30.0
    bank: float = 60.0
    match: float = 3600.0
    cap: float = MAX_SECONDS
    first_cap: float = MAX_SECONDS

    def __post_init__(self) -> None:
        for each in fields(self):
            _check_seconds(f"the clock's {each.name}", getattr(self, each.name))

    @property
    def longest(self) -> float:
        """Seconds that a single decision can last."""
        return min(self.decision + self.bank, max(self.cap, self.first_cap))


CLOCK: Final = tuple(each.name for each in fields(ClockSpec))
"""The limits of a clock, in the order in which records hold them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field a viewer may want; `shape` and `dtype` describe a tensor and stay empty for everything else."""

    name: str
    kind: Literal["text", "json", "tensor", "int", "media"]
    help: str
    shape: tuple[int, ...] = ()
    dtype: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameSpec:
    """What everybody may know of a game before it starts, options already applied.

    `perfect_information` means that nothing is hidden, the luck to come included: a deal may then be played twice by
    the same agents. `seats` is exact. `teams` names the sides when seats are joined into teams whose make-up the deal
    decides (see `Game.teams`), and is empty when every seat stands for itself. A seat that forfeits scores `score_low`,
    the others `score_high`. `set_deals` is the number of deals in a rated set, each played once per rotation.

    Raises:
        GameFault: `step_seconds` is not between 0 and MAX_SECONDS, or a score is not finite.
    """

    id: str
    version: str
    seats: int
    summary: str
    brief: str
    fields: tuple[FieldSpec, ...]
    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    dynamics: Dynamics = "sequential"
    perfect_information: bool = False
    scored: bool = False
    """Cooperative and single-seat games: ranked by mean score, since all share one rank."""
    score_low: float = 0.0
    score_high: float = 1.0
    clock: ClockSpec = ClockSpec()
    forfeit: Forfeit = "loses"
    max_refusals: int = 3
    max_decisions: int = 10_000
    choices: int = 0
    """Every id of its `Choices` is below it; 0 where it offers none, or knows no bound."""
    step_seconds: float = 10.0
    """A single call into the game that lasts longer is a hang: the match is void."""
    set_deals: int = 1

    def __post_init__(self) -> None:
        _check_seconds(f"{self.id}: step_seconds", self.step_seconds)
        if not (isfinite(self.score_low) and isfinite(self.score_high)):
            raise GameFault(f"{self.id}: score_low and score_high must be finite")

    @property
    def parties(self) -> int:
        """How many agents one match takes: its teams, or else its seats."""
        return len(self.teams) or self.seats


class Event(NamedTuple):
    """One thing that happened, as one viewer may know it.

    `number` counts this viewer's own events from 0, so that a gap cannot betray a hidden one. `sender` is set by the
    game, never by an agent; speech travels in `data` as an escaped one-line text.
    """

    number: int
    kind: str
    data: Mapping[str, Json]
    sender: Seat | None = None


@dataclass(slots=True)
class SeatOutcome:
    """How a seat fared by the rules: `rank` 1 is best, and equal ranks are a tie; `score` is in the game's own unit."""

    rank: int
    score: float
    role: str = ""
    team: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


Outcome = Sequence[SeatOutcome]
"""One entry a seat, in seat order."""


class State(ABC):
    """The full truth of one match, on the server side only."""

    __slots__ = ()

    @abstractmethod
    def to_move(self) -> Collection[Seat]:
        """The seats that owe a decision now; empty when the match is over. The same seat may come again and again."""

    @abstractmethod
    def legal(self, seat: Seat) -> Legal:
        """What this seat of `to_move` may answer."""

    @abstractmethod
    def check(self, seat: Seat, action: Action) -> Action:
        """The canonical form of `action`; changes nothing.

        Raises:
            MalformedAction: it has not the form that `legal` asks for.
            IllegalAction: the rules forbid it here; the message cites the section of the game's RULES.md.
        """

    @abstractmethod
    def step(self, actions: Mapping[Seat, Action]) -> None:
        """Play checked actions; the keys are exactly `to_move()`."""

    @abstractmethod
    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """The whole view of a seat, of SPECTATOR or of OMNISCIENT, by field name; builds only what is wanted.

        A viewer may want fields that this game does not have: they are left out.
        """

    @abstractmethod
    def default_action(self, seat: Seat) -> Action:
        """What is played for a seat whose time ran out."""

    @abstractmethod
    def outcome(self) -> Outcome | None:
        """None until the rules have ended the match."""

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        """This viewer's events from its `since`-th on: append-only, numbered without gaps."""
        return ()

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        """Reward per seat and channel since the last step: recorded for training, never sent during a match."""
        return {}

    def close(self) -> None:
        """Let go of what an external engine holds for this state."""


class Game(ABC):
    """One game with its options applied."""

    spec: GameSpec
    config: Config
    actions: int = 0
    """Where every decision is one of `Choices`: what all their ids, from 0 on, are below; 0 where that is not known."""

    @abstractmethod
    def new_state(self, seed: Seed, entries: Entries) -> State:
        """The state before the first decision.

        Raises:
            BadEntry: a seat's private input is not acceptable.
        """

    def teams(self, seed: Seed) -> Sequence[int]:
        """For games of teams: the index into `spec.teams` of each seat under this deal."""
        return tuple(range(self.spec.seats))

    def check_entry(self, entry: Json) -> Json:
        """The canonical form of a seat's private input; None is none, and most games take no other.

        Raises:
            BadEntry: no seat may bring this.
        """
        if entry is not None:
            raise BadEntry(f"{self.spec.id} takes no entry; leave it out")
        return None

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """A first state that differs from `new_state(seed)` only in what `viewer` may not know, for leak tests."""
        return None

    def step_many(
        self, states: Sequence[State], actions: Sequence[Mapping[Seat, Action]]
    ) -> Sequence[ArenaError | None]:
        """Step many states at once, for engines that gain from it; an error spoils only its own state."""
        errors: list[ArenaError | None] = []
        for state, chosen in zip(states, actions, strict=True):
            try:
                state.step(chosen)
                errors.append(None)
            except ArenaError as error:
                errors.append(error)
        return errors

    def figures(self, mixture: Sequence[Policy]) -> Mapping[str, float]:
        """What can be computed, by name, of an agent that draws one of these policies, each as likely, before a match.

        Such as its NashConv; nothing where the game is too large for that, or nobody knows how.
        """
        return {}

    def close(self) -> None:
        """Let go of external engines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameListing:
    """A game on offer, before its options are applied. Cheap to make: nothing heavy is loaded until `make`.

    `make` raises BadOption when options contradict each other, and GameUnavailable, with how to mend it, when something
    that the game needs is missing. `measures` is what ladders and reports may tell beside results. `renderings` draw a
    match into a file, by kind: `svg`, `png` or `video`.
    """

    id: str
    version: str
    min_seats: int
    max_seats: int
    make: Callable[[Config], Game]
    options: tuple[Option, ...] = ()
    measures: Measures = field(default_factory=Measures)
    renderings: Mapping[str, Rendering] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GameOffer:
    """A `GameListing` as told to others, who cannot make the game. `reason` says why it is not available, if so.

    A plugin that does not load at all is told as an offer without version and seats.
    """

    id: str
    version: str = ""
    min_seats: int = 0
    max_seats: int = 0
    reason: str = ""
    options: tuple[Option, ...] = ()

    @property
    def available(self) -> bool:
        """Whether it can be played."""
        return not self.reason
