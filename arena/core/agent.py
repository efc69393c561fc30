"""The contract of an agent: built for one match and seat, asked for decisions, told the outcome.

It is the same whether the agent runs in a process of its own behind the network, or inside a match worker.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import ClassVar, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.game import Event, SeatOutcome
from arena.core.legal import Legal
from arena.core.seed import Seed
from arena.core.values import EVENTS, LABELS, TEXT, Action, Config, Fields, Json, MatchId, Media, Seat, Value


class Resign(Exception):
    """Raised by an agent that gives its match up: a loss by its own choice."""


class Unavailable(Exception):
    """Raised by an agent whose model cannot answer now; the server then plays the default and records this cause."""


@dataclass(slots=True, kw_only=True)
class SeatInfo:
    """What an agent knows before its first decision. `seed` is its own, and says nothing of the deal."""

    match_id: MatchId
    seat: Seat
    seats: int
    game: str
    """The rated id: plugin/variant with its rule options."""
    config: Config
    brief: str
    """The rules in words, the same in every match of this game."""
    seed: Seed

    def rng(self) -> Random:
        """A generator of the agent's own."""
        return self.seed.stream("agent")


@dataclass(slots=True)
class Observation:
    """What the viewer wanted and may know: whole views in `fields`, and the `events` since it last looked.

    `step` counts the decisions this seat has made; it is 0 for agents that want nothing. `refusal` is why the last
    answer to this very decision was refused; empty when it is asked for the first time, and when nothing is wanted.
    """

    step: int
    fields: Mapping[str, Value]
    events: Sequence[Event] = ()
    refusal: str = ""

    @property
    def text(self) -> str:
        """The view in words; empty when it was not wanted."""
        return str(self.fields.get(TEXT, ""))

    @property
    def media(self) -> Sequence[Media]:
        """Every picture and sound among the fields, in their order."""
        return [value for value in self.fields.values() if isinstance(value, Media)]


@dataclass(slots=True)
class Clock:
    """Seconds left, as counted by the server: for this decision, then in the bank for the rest of the match."""

    decision: float
    bank: float


MAX_PROVENANCE_BYTES: Final = 512 * 1024
"""Of one encoded provenance."""
MAX_REFUSAL_REASON: Final = 500
"""Characters of a refusal's reason that are kept."""
MAX_REFUSED_TEXT: Final = 2_000
"""Characters of a refused answer that are kept."""
MAX_RAW_TEXT: Final = 40_000
"""Characters of an answer as it was sent that are kept, where what stands is another form of it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that was refused: why, in one sentence, and what was sent, as text. Both are bounded."""

    reason: str
    sent: str

    @classmethod
    def of(cls, reason: str, sent: str) -> Self:
        """Cut to the bounds, and to what UTF-8 can hold."""
        kept = (reason[:MAX_REFUSAL_REASON], sent[:MAX_REFUSED_TEXT])
        return cls(*(text.encode(errors="replace").decode() for text in kept))


@dataclass(slots=True, kw_only=True)
class Provenance:
    """How a model came to an action: what a trainer needs to be exactly on-policy. Kept for the agent's owner only."""

    policy_version: str = ""
    prompt_token_ids: Sequence[int] = ()
    completion_token_ids: Sequence[int] = ()
    logprobs: NDArray[np.float32] | Sequence[float] = ()
    """One per completion token, float32."""
    reasoning: str = ""
    cost: float = 0.0
    """In the unit the agent declares."""
    think_seconds: float = 0.0
    mask: str = ""
    """The constraint that the logprobs were taken under, as JSON; empty where every token was free."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """Both as counted by the engine, over every completion that this action took."""
    refused: Sequence[Refusal] = ()
    """What was answered to the same decision before, oldest first. Noted by whoever refused it, not by the agent."""
    raw: str = ""
    """The answer as it was sent, where its canonical form is another one: a text as it is, an object or a list as JSON.
    Noted by whoever took it, not by the agent."""


@dataclass(slots=True)
class Reply:
    """An action together with how it came about; agents without provenance return the bare action."""

    action: Action
    provenance: Provenance = field(default_factory=Provenance)


class Agent(ABC):
    """One competitor in one seat of one match.

    `wants` names the fields it looks at; nothing else is built or sent.
    """

    wants: ClassVar[Fields] = frozenset({TEXT, LABELS, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        self.seat = seat

    @abstractmethod
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action | Reply | Awaitable[Action | Reply]:
        """The decision asked for now; `async def` where the answer takes waiting.

        Raises:
            Resign: to give the match up.
            Unavailable: when no answer can be had in time.
        """

    def ended(self, outcome: SeatOutcome) -> None:
        """The match is over for this seat."""

    @classmethod
    async def prepare(cls) -> None:
        """Load what takes long, such as a model, before any clock runs: once a process, ahead of the first match.

        Raises:
            AgentFault: it cannot be loaded.
        """

    @classmethod
    async def release(cls) -> None:
        """Let go of what was loaded, after the last match of this process."""

    @classmethod
    def entry(cls, game: str, config: Config) -> Json:
        """The private input this agent brings to a match, for games that take one."""
        return None


@dataclass(slots=True)
class Decision:
    """One open decision of one of many seats."""

    seat: SeatInfo
    observation: Observation
    legal: Legal
    clock: Clock


class BatchAgent(ABC):
    """One model that plays all its seats together: asked for every decision open at this moment at once."""

    wants: ClassVar[Fields] = frozenset({TEXT, LABELS, EVENTS})

    @abstractmethod
    def act_batch(
        self, decisions: Sequence[Decision]
    ) -> Sequence[Action | Reply | Exception] | Awaitable[Sequence[Action | Reply | Exception]]:
        """One answer a decision, in order; a Resign or Unavailable in place of an answer concerns that seat alone."""

    def ended(self, seat: SeatInfo, outcome: SeatOutcome) -> None:
        """A match is over for one seat."""

    async def prepare(self) -> None:
        """As `Agent.prepare`."""

    async def release(self) -> None:
        """As `Agent.release`."""

    def entry(self, game: str, config: Config) -> Json:
        """The private input this agent brings to a match, for games that take one."""
        return None


AgentFactory: TypeAlias = Callable[[SeatInfo], Agent]
"""Builds an agent for a seat; an `Agent` class is one."""
