"""Agents that live in the worker: built for a seat, asked for decisions, charged with whatever they raise."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, cast

import numpy as np

from arena.core.agent import (
    Agent,
    AgentFactory,
    BatchAgent,
    Clock,
    Decision,
    Observation,
    Reply,
    Resign,
    SeatInfo,
    Unavailable,
)
from arena.core.errors import ActionRefused
from arena.core.game import SeatOutcome
from arena.core.legal import Legal
from arena.core.match import Cause, Move, SeatResult
from arena.core.values import Action, Seat
from arena.match.prompt import Wants
from arena.match.table import Table
from arena.plugin.blackbox import BlackBox
from arena.plugin.border import log_once

LOADING_MS: Final = 600_000
"""How long an agent may take to load, its model included."""

Answer: TypeAlias = Action | Reply | Cause
"""What came of asking an agent: its answer, or why there is none."""


def _nobody(observation: Observation, legal: Legal, clock: Clock) -> Action:
    raise AssertionError("this seat is not asked alone")


class AgentSource(Protocol):
    """Where agents come from: the registry."""

    def make_agent(self, spec: str, settings: Sequence[str] = ()) -> AgentFactory | BatchAgent:
        """The agent that SPEC names."""


@dataclass(slots=True)
class SeatedAgent:
    """An agent in its seat of one match. Once `lost` to a cause it is not called again; its decisions are ruled."""

    seat: Seat
    info: SeatInfo
    wants: Wants
    clock: Clock
    agent: Agent | BatchAgent | None
    lost: Cause | None = None
    act: Callable[..., Any] = _nobody
    """Asks the agent for one decision."""

    def tell(self, result: SeatResult) -> None:
        """Tell the agent how the match ended for it; what it raises then concerns nobody."""
        outcome = SeatOutcome(result.rank, result.score, result.role, result.team, result.metrics)
        try:
            if isinstance(self.agent, BatchAgent):
                self.agent.ended(self.info, outcome)
            elif self.agent is not None:
                self.agent.ended(outcome)
        except Exception as error:  # noqa: BLE001 - border: an agent may raise anything
            log_once(f"an agent raised {type(error).__name__} when told its outcome", error)


class AgentRoom(dict[str, AgentFactory | BatchAgent]):
    """The agents this process has made, by SPEC: a batch agent is one model for all its seats."""

    def __init__(self, source: AgentSource, box: BlackBox) -> None:
        super().__init__()
        self._source = source
        self._box = box

    def __missing__(self, spec: str) -> AgentFactory | BatchAgent:
        with self._box.patience(LOADING_MS):
            made = self[spec] = self._source.make_agent(spec)
        return made

    def waits(self, spec: str) -> bool:
        """Whether this agent gains from being asked for many decisions together."""
        made = self[spec]
        return isinstance(made, BatchAgent) or inspect.iscoroutinefunction(getattr(made, "act", None))

    def seat(self, table: Table, seat: Seat, spec: str, lost: Cause | None = None) -> SeatedAgent:
        """The agent of this SPEC in a seat. Its seed is one-way from the match's, so it tells nothing of the deal.

        One that is `lost` is not even built.

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
            seed=plan.seed.derive("agent", plan.ordinal, seat),
        )
        clock = Clock(plan.clock.decision, plan.clock.bank)
        if lost:
            return SeatedAgent(seat, info, Wants.of(frozenset()), clock, None, lost)
        self._box.enter(seat)
        made = self[spec]
        try:
            if isinstance(made, BatchAgent):
                return SeatedAgent(seat, info, Wants.of(made.wants), clock, made)
            agent = made(info)
            return SeatedAgent(seat, info, Wants.of(agent.wants), clock, agent, None, agent.act)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
            return SeatedAgent(seat, info, Wants.of(frozenset()), clock, None, why(error))


def why(error: BaseException) -> Cause:
    """The cause that an agent's exception stands for; other than Resign and Unavailable it has died."""
    if isinstance(error, Resign):
        return Cause.RESIGNED
    if isinstance(error, Unavailable):
        return Cause.UNAVAILABLE
    log_once(f"an agent raised {type(error).__name__}: charged to it as a disconnect", error)
    return Cause.DISCONNECT


def settle(table: Table, seated: SeatedAgent, answer: Answer) -> Move | None:
    """Put an in-worker agent's answer on the table. None when it was refused and may be asked again."""
    seat = seated.seat
    if type(answer) is Cause:
        if answer is Cause.DISCONNECT:
            seated.lost = answer
        return table.rule(seat, answer)
    try:
        if type(answer) is int:
            return table.submit(seat, answer)
        if isinstance(answer, Reply):
            return table.submit(seat, plain_action(answer.action), answer.provenance)
        return table.submit(seat, plain_action(answer))
    except Unfit as error:
        table.refuse(seat, str(error), answer.action if isinstance(answer, Reply) else answer)
    except ActionRefused:
        pass
    return table.rule(seat, Cause.ILLEGAL) if table.refused_out(seat) else None


class Unfit(Exception):
    """An agent gave something that is no action at all."""


def plain_action(value: Any) -> Action:
    """`value` itself when it is an action by its types, so that games never meet anything else.

    Raises:
        Unfit: it is not.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return value
    if value is None or isinstance(value, float) or not _is_json(value):
        raise Unfit(f"{type(value).__name__} is no action")
    return cast(Action, value)


def _is_json(value: Any) -> bool:
    match value:
        case None | bool() | int() | float() | str():
            return True
        case Mapping():
            return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
        case list() | tuple():
            return all(map(_is_json, value))
        case _:
            return False


@dataclass(slots=True)
class Ask:
    """One open decision of an in-worker agent; `enter` tells the black box whose code comes next."""

    seated: SeatedAgent
    observation: Observation
    legal: Legal
    enter: Callable[[], None]
    answer: Answer = Cause.DISCONNECT


class Asker:
    """Asks many agents together: batch agents once for all their seats, waiting ones at the same time."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def ask(self, asks: Sequence[Ask]) -> None:
        """Fill in every `answer`."""
        waiting: list[tuple[Sequence[Ask], Awaitable[Any]]] = []
        batches: dict[int, list[Ask]] = {}
        for ask in asks:
            if ask.seated.lost:
                ask.answer = ask.seated.lost
            elif isinstance(ask.seated.agent, BatchAgent):
                batches.setdefault(id(ask.seated.agent), []).append(ask)
            else:
                self._call((ask,), _act, waiting)
        for together in batches.values():
            self._call(together, _act_batch, waiting)
        if waiting:
            waiting[0][0][0].enter()
            self._run(_gather(waiting))

    def _call(
        self,
        asks: Sequence[Ask],
        call: Callable[[Sequence[Ask]], Any],
        waiting: list[tuple[Sequence[Ask], Awaitable[Any]]],
    ) -> None:
        asks[0].enter()
        try:
            answers = call(asks)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
            answers = [error] * len(asks)
        if isinstance(answers, Awaitable):
            waiting.append((asks, answers))
        else:
            _fill(asks, answers)

    def wait(self, answer: Awaitable[Any]) -> Answer:
        """The answer of one agent that turned out to need waiting."""
        try:
            return cast(Answer, self._run(_result(answer)))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
            return why(error)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        self._runner = self._runner or asyncio.Runner()
        return self._runner.run(work)


def _act(asks: Sequence[Ask]) -> Any:
    (ask,) = asks
    answer = ask.seated.act(ask.observation, ask.legal, ask.seated.clock)
    return _alone(answer) if isinstance(answer, Awaitable) else [answer]


async def _alone(answer: Awaitable[Any]) -> Sequence[Any]:
    return [await answer]


async def _result(answer: Awaitable[Any]) -> Any:
    return await answer


def _act_batch(asks: Sequence[Ask]) -> Any:
    agent = asks[0].seated.agent
    assert isinstance(agent, BatchAgent)
    return agent.act_batch([Decision(a.seated.info, a.observation, a.legal, a.seated.clock) for a in asks])


async def _gather(waiting: Sequence[tuple[Sequence[Ask], Awaitable[Any]]]) -> None:
    answers = await asyncio.gather(*(answer for _, answer in waiting), return_exceptions=True)
    for (asks, _), answer in zip(waiting, answers, strict=True):
        _fill(asks, [answer] * len(asks) if isinstance(answer, BaseException) else answer)


def _fill(asks: Sequence[Ask], answers: Any) -> None:
    if not isinstance(answers, Sequence) or len(answers) != len(asks):
        answers = [TypeError("one answer a decision is wanted")] * len(asks)
    for ask, answer in zip(asks, answers, strict=True):
        ask.answer = why(answer) if isinstance(answer, BaseException) else answer
