"""One match in a worker: its table, who plays which seat, and what is told about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf
from time import monotonic

from arena.core.game import Game
from arena.core.match import Cause, MatchPlan, MatchResult, Move
from arena.core.seams import Codec
from arena.core.values import SPECTATOR, Seat
from arena.match.agents import AgentShelf
from arena.match.asking import Ask
from arena.match.drive import agent_limit_ms, now_ms
from arena.match.messages import Asked, Report, Took, Viewed
from arena.match.outcomes import OutcomeQueue
from arena.match.prompt import Wants
from arena.match.seated import SeatedAgent
from arena.match.shelf import LOADING_MS
from arena.match.table import Table
from arena.plugin.blackbox import BlackBox


@dataclass(slots=True, eq=False)
class Hosted:
    """A live match of this worker. `remote` are the seats played from afar; the others get an agent here when asked.

    `finish` takes the result; a match of a set, whose results alone are told, has no `tell`.
    """

    plan: MatchPlan
    task: int
    finish: Callable[["Hosted", MatchResult], None]
    tell: Callable[[Report], None] | None
    codec: Codec | None
    table: Table | None = None
    remote: dict[Seat, Wants] = field(default_factory=dict)
    agents: dict[Seat, SeatedAgent] = field(default_factory=dict)
    lost: dict[Seat, Cause] = field(default_factory=dict)
    """Seats whose agent hung or died: it is not called again, nor in a worker that goes on from the record."""
    spectator: Wants | None = None
    shown: bytes = b""
    views: int = 0
    started_ms: int = field(default_factory=now_ms)
    deadline: float = inf
    """Until when, on the monotonic clock, a match of agents here alone may last; any other is timed from afar."""
    game_ms: int = LOADING_MS
    agent_ms: int = LOADING_MS

    @property
    def dealt(self) -> Table:
        """The table, once the match has begun."""
        assert self.table is not None
        return self.table

    def set_limits(self, game: Game) -> None:
        """Learn how long calls into this match's game and agents may last."""
        self.game_ms, self.agent_ms = call_limits(game, self.plan)

    def adopt(self, table: Table, wants: Mapping[int, Wants], moves: Sequence[Move]) -> None:
        """Take a table as it stands after `moves`, with remote parties as `wants` names them."""
        self.table = table
        self.remote = {Seat(seat): wants[party] for seat, party in enumerate(table.parties) if party in wants}
        if not self.remote:
            self.deadline = monotonic() + self.plan.clock.match
        for move in moves:
            self._remember(move)

    def enter(self, box: BlackBox) -> None:
        """Tell the black box that this match's game comes next."""
        box.begin(self.task, self.game_ms, self.agent_ms)

    def took(self, move: Move) -> None:
        """A decision stands."""
        if self.tell:
            self.tell(Took(self.plan.match_id, move.step, move.seat, move.action, move.cause))

    def ask_remote(self, table: Table, seat: Seat, whole: bool = False) -> None:
        """Send a remote seat its open decision."""
        wants = self.remote[seat]
        observation, legal, from_start = table.prompt(seat, wants, whole=whole)
        assert self.codec is not None
        assert self.tell is not None
        prompt = self.codec.encode_prompt(
            observation.step,
            observation.fields,
            observation.events,
            legal,
            labels=wants.labels,
            from_start=from_start,
        )
        self.tell(Asked(self.plan.match_id, seat, table.step_number, prompt, legal.question))

    def asks(self, shelf: AgentShelf, box: BlackBox) -> Iterator[Ask]:
        """The open decisions of the agents that live here."""
        table = self.dealt
        for seat in table.open_seats:
            if seat not in self.remote:
                seated = self._agent(table, seat, shelf)
                seated.renew(table.step_number)
                self.enter(box)
                observation, legal, _ = table.prompt(seat, seated.wants)
                yield Ask(seated, observation, legal, partial(self._enter_agent, box, seat))

    def _agent(self, table: Table, seat: Seat, shelf: AgentShelf) -> SeatedAgent:
        seated = self.agents.get(seat)
        if seated is None:
            spec = self.plan.parties[table.parties[seat]].spec or ""
            seated = self.agents[seat] = shelf.seat(table, seat, spec, self.lost.get(seat))
        return seated

    def show(self, table: Table, *, whole: bool = False) -> None:
        """Send the spectators what they may know now."""
        if self.spectator is None or self.codec is None or self.tell is None:
            return
        observation, _ = table.view(SPECTATOR, self.spectator, whole=whole)
        shown = self.codec.encode_view(0, observation.fields, ())
        if not whole and not observation.events and shown == self.shown:
            return  # a view for every step would tell how many there were
        self.shown = shown
        self.views += 1
        view = self.codec.encode_view(self.views, observation.fields, observation.events)
        self.tell(Viewed(self.plan.match_id, view))

    def watch(self, wants: Wants | None) -> None:
        """Begin or end to show the match to spectators."""
        self.spectator = wants
        if wants is not None and self.table is not None:
            self.show(self.table, whole=True)

    def end(self, result: MatchResult, outcomes: OutcomeQueue) -> None:
        """Hand the result over, and have the agents here told how they fared."""
        result.started_ms = self.started_ms
        result.ended_ms = now_ms()
        self.finish(self, result)
        if not result.void:
            outcomes.add(self.agents.values(), result, self.agent_ms)

    def _enter_agent(self, box: BlackBox, seat: Seat) -> None:
        box.begin(self.task, self.game_ms, self.agent_ms)
        box.enter(seat)

    def _remember(self, move: Move) -> None:
        """Of a record: whether an agent was late or hung for good does not show in it, and a hang costs a process."""
        if move.cause in {Cause.TIMEOUT, Cause.DISCONNECT} and move.seat not in self.remote:
            self.lost[move.seat] = Cause(move.cause)


def call_limits(game: Game, plan: MatchPlan) -> tuple[int, int]:
    """How many milliseconds one call into the game, and into an agent that lives in the worker, may last."""
    return int(game.spec.step_seconds * 1_000), agent_limit_ms(plan)
