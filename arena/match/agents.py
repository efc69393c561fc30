"""The agents this worker process has made, by SPEC, and how one comes into a seat."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

from arena.core.agent import AgentFactory, BatchAgent, SeatInfo
from arena.core.errors import AgentFault, ArenaError, BadRequest
from arena.core.match import Cause, GameRef, MatchPlan
from arena.core.seed import Seed
from arena.core.values import Json, Seat
from arena.match.answers import why
from arena.match.prompt import Wants
from arena.match.seated import SeatedAgent
from arena.match.table import Table
from arena.plugin.blackbox import BlackBox
from arena.plugin.border import told

LOADING_MS: Final = 600_000
"""How long an agent may take to load, its model included."""
KEPT: Final = 64
"""Agents that are kept for the next match; the one longest unused goes first."""

_WANTS_NOTHING: Final = Wants.of(frozenset())


class AgentSource(Protocol):
    """Where agents come from: the registry."""

    def make_agent(
        self, spec: str, settings: Sequence[str] = (), game: str = "", *, imports: bool = True
    ) -> AgentFactory | BatchAgent:
        """The agent that SPEC names; without `imports` only a registered one."""


class AgentShelf:
    """Makes each agent once: a batch agent is one model for all its seats. `run` runs what waits, as agents will."""

    def __init__(
        self, source: AgentSource, box: BlackBox, run: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run
    ) -> None:
        self._source = source
        self._box = box
        self._run = run
        self._made = lru_cache(maxsize=KEPT)(self._make)

    def waits(self, spec: str) -> bool:
        """Whether this agent gains from being asked for many decisions together.

        What it does to the process while it is loaded is an agent's fault; whose shows when its match is played apart.
        """
        self._box.enter(Seat(0))
        made = self._made(spec)
        return isinstance(made, BatchAgent) or inspect.iscoroutinefunction(getattr(made, "act", None))

    def seat(self, table: Table, seat: Seat, spec: str, lost: Cause | None = None) -> SeatedAgent:
        """The agent of this SPEC in a seat. Its seed is one-way from the match's, so it tells nothing of the deal.

        One that is `lost` is not even built; one whose code fails while it is loaded or built is lost from then on.

        Raises:
            UnknownAgent, BadOption: there is no such agent.
        """
        plan = table.plan
        info = SeatInfo(
            match_id=plan.match_id,
            seat=seat,
            seats=table.game.spec.seats,
            game=plan.game.rated_id,
            config=plan.game.config,
            brief=table.game.spec.brief,
            seed=_luck(plan).derive("agent", plan.ordinal, seat),
        )
        if lost:
            return SeatedAgent(seat, info, _WANTS_NOTHING, plan.clock, None, lost)
        self._box.enter(seat)
        try:
            made = self._made(spec)
        except BadRequest:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
            return SeatedAgent(seat, info, _WANTS_NOTHING, plan.clock, None, why(error))
        try:
            if isinstance(made, BatchAgent):
                return SeatedAgent(seat, info, Wants.of(made.wants), plan.clock, made)
            agent = made(info)
            return SeatedAgent(seat, info, Wants.of(agent.wants), plan.clock, agent, None, agent.act)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
            return SeatedAgent(seat, info, _WANTS_NOTHING, plan.clock, None, why(error))

    def entry(self, spec: str, ref: GameRef) -> Json:
        """What a registered agent brings to a game; those that only an import path names are not looked at.

        Raises:
            UnknownAgent, BadOption, AgentFault: there is none of this name for the game, or it cannot be made.
        """
        self._box.enter(Seat(0))
        with self._box.patience(LOADING_MS):
            return entry_of(spec, self._source.make_agent(spec, game=ref.id, imports=False), ref)

    def _make(self, spec: str) -> AgentFactory | BatchAgent:
        with self._box.patience(LOADING_MS):
            made = self._source.make_agent(spec)
            if (load := getattr(made, "prepare", None)) is not None:
                self._run(load())
            return made


def entry_of(name: str, made: AgentFactory | BatchAgent, ref: GameRef) -> Json:
    """The private input that an agent brings to a game; None when it brings none.

    Raises:
        AgentFault: its code raised.
    """
    brings = getattr(made, "entry", None)
    try:
        return None if brings is None else brings(ref.id, ref.config)
    except ArenaError:
        raise
    except (Exception, SystemExit) as error:
        raise AgentFault(f"agent {name!r} cannot make its entry for {ref.rated_id}: {told(error)}") from error


def _luck(plan: MatchPlan) -> Seed:
    """What the seeds of agents come from; that of a re-roll is its own, lest they do again what they did before."""
    return plan.seed if plan.origin is None else plan.seed.derive("reroll", plan.set_id)
