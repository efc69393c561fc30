"""Where agents run: never on the event loop's time, so that heartbeats go on while they think.

Every runner takes decisions in batches and delivers encoded answers on the event loop.
"""

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol, TypeAlias

from arena.client.answers import AGENT_ERRORS, act_frame, failure_frame, log
from arena.client.seats import Request, SeatState
from arena.core.agent import Agent, AgentFactory, BatchAgent, Decision, Reply, Unavailable
from arena.core.game import SeatOutcome
from arena.core.values import Action

Deliver: TypeAlias = Callable[[Sequence[tuple[Request, bytes]]], None]
Ending: TypeAlias = tuple[SeatState, SeatOutcome]
Job: TypeAlias = Callable[[], None]

PROMPT_SECONDS: Final = 0.005
"""A batch that takes longer hands in what it has so far."""
DRAIN_SECONDS: Final = 5.0
"""How long agents may take to hear how their last matches ended."""


class Runner(Protocol):
    """Runs agents of one kind."""

    def decide(self, requests: Sequence[Request]) -> None:
        """Have these decided; answers are delivered as they come."""

    def drop(self, request: Request) -> None:
        """Nobody needs this decision any more: one that waits is cancelled."""

    def end(self, endings: Sequence[Ending]) -> None:
        """Tell agents how their matches ended, after all they were asked before."""

    async def drain(self) -> None:
        """Wait until everything asked for so far is done."""

    def close(self) -> None:
        """Take nothing more; a call into an agent that is still running is left to itself."""


def make_runner(agent: AgentFactory | BatchAgent, deliver: Deliver) -> Runner:
    """The runner that fits an agent: batches, coroutines or plain calls."""
    if isinstance(agent, BatchAgent):
        return BatchRunner(agent, deliver)
    act = getattr(agent, "act", None)
    return LoopRunner(agent, deliver) if inspect.iscoroutinefunction(act) else ThreadRunner(agent, deliver)


async def drain(runners: Sequence[Runner]) -> None:
    """Wait until agents have heard how their last matches ended, but not for ever."""
    drains = [asyncio.ensure_future(runner.drain()) for runner in runners]
    if drains:
        _, late = await asyncio.wait(drains, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()


class _Thread:
    """One daemon thread that does its jobs in order: it must not keep the process alive for an agent that hangs."""

    def __init__(self, name: str) -> None:
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None:
            job()

    def post(self, call: Callable[..., None], *arguments: Any) -> None:
        """Have the event loop make a call; nothing happens when it is closed already."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)

    def wait_for(self, answer: Awaitable[Any]) -> Any:
        """The result of an awaitable that the event loop runs meanwhile."""
        return asyncio.run_coroutine_threadsafe(_awaited(answer), self._loop).result()

    async def drain(self) -> None:
        """Wait until the jobs given so far are done."""
        done = asyncio.Event()
        self.jobs.put(partial(self.post, done.set))
        await done.wait()


class ThreadRunner:
    """Agents that answer at once: all decisions of a batch in one hand-over to one thread."""

    def __init__(self, factory: AgentFactory, deliver: Deliver) -> None:
        self._factory = factory
        self._deliver = deliver
        self._thread = _Thread("arena-agents")
        self._tasks = _Tasks()

    def decide(self, requests: Sequence[Request]) -> None:
        """Ask the agents one after the other, in the thread."""
        self._thread.jobs.put(partial(self._decide, requests))

    def drop(self, request: Request) -> None:
        """Cancel what the event loop waits for; a call in the thread runs to its end."""
        self._tasks.drop(request)

    def end(self, endings: Sequence[Ending]) -> None:
        """Tell the agents in the thread."""
        self._thread.jobs.put(partial(_end_all, self._factory, endings))

    async def drain(self) -> None:
        """Wait for the thread."""
        await self._thread.drain()

    def close(self) -> None:
        """Stop the thread behind its last job."""
        self._tasks.cancel()
        self._thread.jobs.put(None)

    def _decide(self, requests: Sequence[Request]) -> None:
        factory, clock = self._factory, time.monotonic
        ready: list[tuple[Request, bytes]] = []
        handed_in = clock()
        for request in requests:
            seat = request.seat
            try:
                agent = seat.agent or seat.build(factory)
                answer = agent.act(request.observation, request.legal, request.clock)
                if type(answer) is not int and inspect.isawaitable(answer):
                    self._thread.post(self._await, request, answer)
                    continue
                ready.append((request, act_frame(request.id, answer)))
            except AGENT_ERRORS as error:
                ready.append((request, failure_frame(request, error)))
            if clock() - handed_in > PROMPT_SECONDS:
                self._thread.post(self._deliver, ready)
                ready, handed_in = [], clock()
        if ready:
            self._thread.post(self._deliver, ready)

    def _await(self, request: Request, answer: Awaitable[Action | Reply]) -> None:
        self._tasks.start(request, _deliver_later(request, answer, self._deliver))


class LoopRunner:
    """Agents whose `act` is a coroutine: built on the event loop, one task a decision."""

    def __init__(self, factory: AgentFactory, deliver: Deliver) -> None:
        self._factory = factory
        self._deliver = deliver
        self._tasks = _Tasks()

    def decide(self, requests: Sequence[Request]) -> None:
        """Start a task for each."""
        for request in requests:
            self._tasks.start(request, _deliver_later(request, self._act(request), self._deliver))

    def drop(self, request: Request) -> None:
        """Cancel its task."""
        self._tasks.drop(request)

    def end(self, endings: Sequence[Ending]) -> None:
        """Tell the agents at once."""
        _end_all(self._factory, endings)

    async def drain(self) -> None:
        """Endings are never queued; decisions still running belong to requests that are closed."""

    def close(self) -> None:
        """Cancel what still runs."""
        self._tasks.cancel()

    async def _act(self, request: Request) -> Action | Reply:
        agent = request.seat.agent or request.seat.build(self._factory)
        answer = agent.act(request.observation, request.legal, request.clock)
        return await answer if inspect.isawaitable(answer) else answer


class BatchRunner:
    """One BatchAgent in a thread of its own: while a call runs, the decisions for the next one gather."""

    def __init__(self, agent: BatchAgent, deliver: Deliver) -> None:
        self._agent = agent
        self._deliver = deliver
        self._thread = _Thread("arena-batch-agent")
        self._open: SimpleQueue[Request] = SimpleQueue()

    def decide(self, requests: Sequence[Request]) -> None:
        """Add to what the next call is asked."""
        for request in requests:
            self._open.put(request)
        self._thread.jobs.put(self._decide)

    def drop(self, request: Request) -> None:
        """It is answered together with the others of its call."""

    def end(self, endings: Sequence[Ending]) -> None:
        """Tell the agent between two calls."""
        self._thread.jobs.put(partial(self._end, endings))

    async def drain(self) -> None:
        """Wait for the thread."""
        await self._thread.drain()

    def close(self) -> None:
        """Stop the thread behind its last job."""
        self._thread.jobs.put(None)

    def _decide(self) -> None:
        requests = self._gather()
        if not requests:
            return
        decisions = [Decision(r.seat.info, r.observation, r.legal, r.clock) for r in requests]
        try:
            answers = self._agent.act_batch(decisions)
            if inspect.isawaitable(answers):
                answers = self._thread.wait_for(answers)
            ready = [_answered(r, answer) for r, answer in zip(requests, answers, strict=True)]
        except AGENT_ERRORS as error:
            log.error("the batch agent failed on %d decisions", len(requests), exc_info=error)
            ready = [(r, failure_frame(r, Unavailable("the agent failed"))) for r in requests]
        self._thread.post(self._deliver, ready)

    def _gather(self) -> list[Request]:
        requests: list[Request] = []
        try:
            while True:
                requests.append(self._open.get_nowait())
        except Empty:
            return requests

    def _end(self, endings: Sequence[Ending]) -> None:
        for seat, outcome in endings:
            try:
                self._agent.ended(seat.info, outcome)
            except AGENT_ERRORS:
                log.exception("the batch agent failed at the end of %s", seat.info.match_id)


class _Tasks:
    """The task of each decision that is being waited for, kept until it ends, as the event loop itself does not."""

    def __init__(self) -> None:
        self._running: dict[Request, asyncio.Task[None]] = {}

    def start(self, request: Request, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running[request] = task
        task.add_done_callback(partial(self._ended, request))

    def drop(self, request: Request) -> None:
        if (task := self._running.get(request)) is not None:
            task.cancel()

    def cancel(self) -> None:
        for task in self._running.values():
            task.cancel()

    def _ended(self, request: Request, task: asyncio.Task[None]) -> None:
        if self._running.get(request) is task:
            del self._running[request]


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer


async def _deliver_later(request: Request, answer: Awaitable[Action | Reply], deliver: Deliver) -> None:
    try:
        frame = act_frame(request.id, await answer)
    except AGENT_ERRORS as error:
        frame = failure_frame(request, error)
    deliver([(request, frame)])


def _answered(request: Request, answer: Action | Reply | Exception) -> tuple[Request, bytes]:
    if isinstance(answer, Exception):
        return request, failure_frame(request, answer)
    try:
        return request, act_frame(request.id, answer)
    except AGENT_ERRORS as error:
        return request, failure_frame(request, error)


def _end_all(factory: AgentFactory, endings: Sequence[Ending]) -> None:
    for seat, outcome in endings:
        try:
            agent: Agent = seat.agent or seat.build(factory)
            agent.ended(outcome)
        except AGENT_ERRORS:
            log.exception("the agent in seat %s of %s failed at its end", seat.info.seat, seat.info.match_id)
