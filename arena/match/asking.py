"""Asks agents in the worker for their decisions: together where they gain from it, each on its own charge and clock."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from types import coroutine
from typing import Any, TypeAlias, TypeVar

from arena.core.agent import BatchAgent, Decision, Observation
from arena.core.legal import Legal
from arena.core.match import Cause
from arena.match.answers import Answer, taken
from arena.match.seated import SeatedAgent

T = TypeVar("T")


@dataclass(slots=True)
class Ask:
    """One open decision of an in-worker agent; `enter` tells the black box whose code comes next."""

    seated: SeatedAgent
    observation: Observation
    legal: Legal
    enter: Callable[[], None]
    answer: Answer = Cause.DISCONNECT
    spent: float = 0.0
    """Seconds until the answer came."""


Together: TypeAlias = Sequence[Ask]
"""What one call asks for: a decision of one agent, or all those of a batch agent."""


class Asker:
    """Asks many agents together: batch agents once for all their seats, waiting ones at the same time."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def ask(self, asks: Sequence[Ask]) -> None:
        """Fill in every `answer` and the time it took."""
        waiting = [started for together in _calls(asks) if (started := _start(together)) is not None]
        if waiting:
            self.run(_wait_for_all(waiting))

    def wait(self, answer: Awaitable[Any], enter: Callable[[], None], seconds: float) -> Answer:
        """The answer of one agent that turned out to need waiting, for `seconds` at most."""
        return taken_in_time(self.run(_within(seconds, answer, enter)))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine, on the event loop that all agents here share."""
        self._runner = self._runner or asyncio.Runner()
        return self._runner.run(work)


def taken_in_time(given: Any) -> Answer:
    """As `taken`, for what `_within` gave."""
    return Cause.TIMEOUT if given is _LATE else taken(given)


def _calls(asks: Iterable[Ask]) -> Iterator[Together]:
    batches: dict[int, list[Ask]] = {}
    for ask in asks:
        if ask.seated.lost:
            ask.answer = ask.seated.lost
        elif isinstance(ask.seated.agent, BatchAgent):
            batches.setdefault(id(ask.seated.agent), []).append(ask)
        else:
            yield (ask,)
    yield from batches.values()


def _start(asks: Together) -> tuple[Together, Awaitable[Any]] | None:
    """Ask; what has to be waited for, if anything."""
    asks[0].enter()
    begun = monotonic()
    try:
        given = _call(asks)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
        given = error
    if isinstance(given, Awaitable):
        return asks, given
    _fill(asks, given, monotonic() - begun)
    return None


def _call(asks: Together) -> Any:
    seated = asks[0].seated
    if isinstance(seated.agent, BatchAgent):
        return seated.agent.act_batch([Decision(a.seated.info, a.observation, a.legal, a.seated.clock) for a in asks])
    return seated.act(asks[0].observation, asks[0].legal, seated.clock)


def _fill(asks: Together, given: Any, spent: float) -> None:
    """Deal out what one call gave: one answer a decision, or the same reason why there is none."""
    if given is _LATE or isinstance(given, BaseException):
        answers: Sequence[Any] = [given] * len(asks)
    elif not isinstance(asks[0].seated.agent, BatchAgent):
        answers = [given]
    elif isinstance(given, Sequence) and len(given) == len(asks):
        answers = given
    else:
        answers = [TypeError("one answer a decision is wanted")] * len(asks)
    for ask, answer in zip(asks, answers, strict=True):
        ask.answer = taken_in_time(answer)
        ask.spent = spent


class _Late:
    """In place of an answer that did not come in time."""


_LATE = _Late()


async def _wait_for_all(waiting: Iterable[tuple[Together, Awaitable[Any]]]) -> None:
    await asyncio.gather(*(_wait_for(asks, answer) for asks, answer in waiting))


async def _wait_for(asks: Together, answer: Awaitable[Any]) -> None:
    begun = monotonic()
    given = await _within(max(ask.seated.left for ask in asks), answer, asks[0].enter)
    _fill(asks, given, monotonic() - begun)


async def _within(seconds: float, answer: Awaitable[Any], enter: Callable[[], None]) -> Any:
    """What `answer` gives, the exception it raised, or `_LATE`. One that resists being cancelled is left to itself."""
    task = asyncio.ensure_future(_guarded(answer, enter))
    await asyncio.wait((task,), timeout=seconds)
    if not task.done():
        task.cancel()
        await asyncio.sleep(0)  # it ends now, under its own name
        return _LATE
    return asyncio.CancelledError() if task.cancelled() else task.result()


async def _guarded(answer: Awaitable[Any], enter: Callable[[], None]) -> Any:
    try:
        return await _charged(_awaited(answer), enter)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
        return error


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer


@coroutine
def _charged(work: Coroutine[Any, Any, Any], enter: Callable[[], None]) -> Generator[Any, Any, Any]:
    """`work`, whose owner the black box names each time that its code goes on."""
    go_on: Callable[[Any], Any] = work.send
    value: Any = None
    while True:
        enter()
        try:
            pause = go_on(value)
        except StopIteration as end:
            return end.value
        try:
            go_on, value = work.send, (yield pause)
        except BaseException as error:  # noqa: BLE001 - a cancellation too is for `work` to know
            go_on, value = work.throw, error
