"""Taking part in one game: what was ordered, how it stands, and how it went."""

import inspect
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from arena.client.runners import Runner
from arena.core.agent import Agent, AgentFactory, BatchAgent
from arena.core.game import GameSpec, SeatOutcome
from arena.core.match import Cause, GameRef
from arena.core.values import Fields, Json
from arena.v1 import play_pb2 as pb
from arena.wire.json_values import write_json


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinOrder:
    """A wish to take part, as the caller stated it; the meanings are those of `arena.v1.Join`."""

    game: str
    agent: AgentFactory | BatchAgent
    name: str
    version: str = ""
    parent_version: str = ""
    options: Mapping[str, Json] = field(default_factory=dict)
    seats: int = 1
    matches: int = 0
    tournament: str = ""

    @property
    def options_json(self) -> bytes:
        """The options as they are sent; empty for none."""
        return write_json(self.options) if self.options else b""

    @property
    def wants(self) -> Fields:
        """The fields this agent looks at."""
        wants: Fields = getattr(_inmost(self.agent), "wants", Agent.wants)
        return wants

    @property
    def brings_entry(self) -> bool:
        """Whether the agent has private input of its own for each match."""
        entry = _function(getattr(_inmost(self.agent), "entry", None))
        return entry not in {None, _function(Agent.entry), BatchAgent.entry}

    async def prepare(self) -> None:
        """Have the agent load what takes long; raises what it raises."""
        if (load := getattr(_inmost(self.agent), "prepare", None)) is not None:
            await load()

    async def release(self) -> None:
        """Have the agent let go of what it loaded."""
        if (let_go := getattr(_inmost(self.agent), "release", None)) is not None:
            await let_go()

    def entry(self, spec: GameSpec, ref: GameRef) -> Json:
        """What the agent brings to a match of this game."""
        entry: Json = _inmost(self.agent).entry(spec.id, ref.config)
        return entry


@dataclass(slots=True, kw_only=True)
class JoinSummary:
    """How a join went. A party's win is a match whose first rank it held while somebody ranked lower."""

    game: str
    agent: str
    matches: int = 0
    wins: int = 0
    draws: int = 0
    losses: int = 0
    voids: int = 0
    """Matches that nobody is charged with; not among the three above."""
    unseen: int = 0
    """Matches that the server counted, but whose end was lost when it was restarted; not among `matches`."""
    score: float = 0.0
    """Summed over wins, draws and losses."""
    causes: Counter[str] = field(default_factory=Counter)
    """Why matches ended, per seat."""


@dataclass(slots=True)
class _Live:
    """A match in play: our seats in it, and the sides whose outcome is counted already."""

    seats: int = 0
    counted: set[str] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class JoinState:
    """A join within the session: `matches` is what is left to ask for, 0 for no end."""

    id: int
    order: JoinOrder
    runner: Runner
    summary: JoinSummary
    matches: int
    entry: bytes | None = None
    joined: bool = False
    waits: bool = False
    """The server had no room for it, and it has not been sent again."""
    leaving: bool = False
    ended: bool = False
    _before: int = 0
    _live: dict[str, "_Live"] = field(default_factory=dict)

    def join_frame(self) -> bytes:
        """The encoded Join."""
        order = self.order
        join = pb.Join(
            join_id=self.id,
            game=order.game,
            options_json=order.options_json,
            agent=order.name,
            agent_version=order.version,
            parent_version=order.parent_version,
            seats=order.seats,
            matches=self.matches,
            wants=sorted(order.wants),
            entry_json=self.entry or b"",
            tournament=order.tournament,
        )
        return pb.ClientFrame(join=join).SerializeToString()

    def leave_frame(self) -> bytes:
        """The encoded Leave."""
        return pb.ClientFrame(leave=pb.Leave(join_id=self.id)).SerializeToString()

    def renew(self, join_id: int) -> None:
        """Prepare to join again from scratch, for what is left of the matches; ended when nothing is."""
        if self.order.matches:
            self.matches = self.order.matches - self.summary.matches
            self.ended = self.ended or self.matches <= 0
        self.id = join_id
        self.joined = False
        self._before = self.summary.matches

    def close(self, counted: int) -> None:
        """The join has ended; the server counted so many matches since it began."""
        self.ended = True
        self.summary.unseen += max(0, counted - (self.summary.matches - self._before))

    def seat_taken(self, match: str) -> None:
        """One more seat of a match is ours."""
        self._live.setdefault(match, _Live()).seats += 1

    def forget_seats(self) -> None:
        """All seats are assigned anew."""
        self._live.clear()

    def seat_ended(self, message: pb.MatchEnded, seat: int, outcome: SeatOutcome, cause: Cause) -> None:
        """Count a seat's outcome; several seats of one team count once."""
        self.summary.causes[cause.value] += 1
        live = self._live.setdefault(message.match_id, _Live(seats=1))
        side = outcome.team or str(seat)
        if not live.counted:
            self.summary.matches += 1
        if side not in live.counted:
            live.counted.add(side)
            self._count(message, outcome)
        live.seats -= 1
        if live.seats <= 0:
            del self._live[message.match_id]

    def _count(self, message: pb.MatchEnded, outcome: SeatOutcome) -> None:
        summary = self.summary
        if message.void:
            summary.voids += 1
            return
        summary.score += outcome.score
        lowest = max(other.rank for other in message.outcomes)
        if lowest == 1:
            summary.draws += 1
        elif outcome.rank == 1:
            summary.wins += 1
        else:
            summary.losses += 1


def name_of(agent: AgentFactory | BatchAgent) -> str:
    """What to call an agent that was given no name."""
    inmost = _inmost(agent)
    return str(getattr(inmost, "__name__", type(inmost).__name__))


def _inmost(agent: AgentFactory | BatchAgent) -> "type[Agent] | BatchAgent":
    while isinstance(agent, partial):
        agent = agent.func
    return agent  # type: ignore[return-value]  # a plain function has none of the attributes asked for


def instance_of(agent: "AgentFactory | BatchAgent | type[BatchAgent]") -> AgentFactory | BatchAgent:
    """A BatchAgent class stands for one instance of it."""
    return agent() if inspect.isclass(agent) and issubclass(agent, BatchAgent) else agent  # type: ignore[return-value]


def _function(method: object) -> object:
    return getattr(method, "__func__", method)
