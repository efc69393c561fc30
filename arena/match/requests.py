"""Questions to whichever worker is free: what a game or an agent is, which games there are."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from arena.core.errors import ArenaError, Fault, GameFault
from arena.core.game import GameOffer
from arena.core.options import Option
from arena.core.values import Json
from arena.match.link import Death, WorkerLink
from arena.match.messages import Describe, DescribeAgent, Described, Question


def offer(told: Mapping[str, Any]) -> GameOffer:
    """A game on offer as a worker told it."""
    options = tuple(Option(**{**option, "choices": tuple(option["choices"])}) for option in told["options"])
    return GameOffer(**{**told, "options": options})


@dataclass(slots=True, eq=False)
class _Request:
    command: Question
    future: "asyncio.Future[Any]"
    link: WorkerLink
    task: int = 0

    def send(self, link: WorkerLink) -> None:
        self.link = link
        self.task = link.send(self.command, self, 1)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Requests:
    """The questions that have no answer yet."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._open: dict[int, _Request] = {}

    async def ask(self, link: WorkerLink, make: Callable[[int], Question]) -> Any:
        """The answer to what `make` makes of a request's number.

        Raises:
            ArenaError: what the worker said is wrong.
        """
        number = next(self._ids)
        request = _Request(make(number), asyncio.get_running_loop().create_future(), link)
        self._open[number] = request
        request.send(link)
        try:
            return await request.future
        finally:
            del self._open[number]
            request.link.done(request.task)  # also when nobody waits for the answer any more

    async def describe(self, link: WorkerLink, game: str, options: Mapping[str, Json], entry: Json = None) -> list[Any]:
        """`[reference, spec, entry]` of a game, as plain values; raises as `ask` does."""
        described: list[Any] = await self.ask(link, lambda number: Describe(number, game, options, entry))
        return described

    async def describe_agent(self, link: WorkerLink, spec: str, game: str, options: Mapping[str, Json]) -> Json:
        """What a registered agent brings to a game, as plain values; raises as `ask` does."""
        brought: Json = await self.ask(link, lambda number: DescribeAgent(number, spec, game, options))
        return brought

    def answer(self, report: Described) -> None:
        """Take a worker's answer."""
        request = self._open.get(report.request)
        if request is None:
            return
        if report.code:
            request.fail(reported_error(report.code, report.reason))
        elif not request.future.done():
            request.future.set_result(report.answer)

    def recover(self, dead: WorkerLink, death: Death, pick: Callable[[], WorkerLink]) -> None:
        """Ask a dead worker's questions again, but for the one that it died of."""
        work, _ = dead.culprit(death.entry)
        for request in list(self._open.values()):
            if request is work:
                request.fail(GameFault(death.sentence("a game plugin")))
            elif request.link is dead:
                request.send(pick())

    def fail(self, number: int, error: Exception) -> None:
        """One question cannot be asked."""
        self._open[number].fail(error)

    def abort(self, error: Exception | None = None) -> None:
        """Nothing will be answered any more."""
        for request in self._open.values():
            if error is None:
                request.future.cancel()
            else:
                request.fail(error)


def reported_error(code: int, reason: str) -> ArenaError:
    """The error that a worker reported by its code."""
    return _LEAVES.get(code, Fault)(reason)


def _leaves(kind: type[ArenaError]) -> dict[int, type[ArenaError]]:
    found: dict[int, type[ArenaError]] = {}
    for leaf in kind.__subclasses__():
        found.update(_leaves(leaf))
    return found | {int(kind.code): kind}


_LEAVES = _leaves(ArenaError)
