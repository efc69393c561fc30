"""The worker processes of a pool: started, watched, and replaced when one comes to its end."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Final

from arena.core.errors import Fault
from arena.match.link import Death, WorkerLink
from arena.match.messages import Command, Report
from arena.plugin.blackbox import BATCH
from arena.plugin.host import HostSettings

_WATCH_SECONDS: Final = 0.25
_STOP_SECONDS: Final = 2.0
_FAILED_STARTS: Final = 3
"""After so many in a row, no more are tried."""


class Crew:
    """Workers, with how many matches each has.

    `reports` is called with what a worker says, `unsendable` with a command that cannot be sent. `lost` is told of each
    worker that ended, once it is known how, and after its successor was begun.
    """

    def __init__(
        self,
        settings: HostSettings,
        reports: Callable[[WorkerLink, list[Report]], None],
        unsendable: Callable[[Command], None],
        lost: Callable[[WorkerLink, Death], None],
    ) -> None:
        self._settings = settings
        self._on_reports, self._on_unsendable, self._on_lost = reports, unsendable, lost
        self._loads: dict[WorkerLink, int] = {}
        self._failed_starts = 0
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def links(self) -> list[WorkerLink]:
        """The workers there are."""
        return list(self._loads)

    async def start(self, workers: int) -> None:
        """Spawn the workers.

        Raises:
            Fault: they do not start.
        """
        for _ in range(workers):
            self._add()
        self._run(self._watch())
        if not all(await asyncio.gather(*(link.started for link in self.links))):
            raise not_starting()

    async def stop(self) -> None:
        """End the workers."""
        self._stopping = True
        for task in self._running:
            task.cancel()
        stops = (link.stop(_STOP_SECONDS) for link in self.links)
        await asyncio.gather(*stops, *self._running, return_exceptions=True)
        self._loads.clear()

    def least_loaded(self) -> WorkerLink:
        """Whoever has the fewest matches.

        Raises:
            Fault: there is no worker left.
        """
        if not self._loads:
            raise not_starting()
        return min(self._loads, key=self._loads.__getitem__)

    def load(self, link: WorkerLink, matches: int) -> None:
        """A worker has so many matches more, or less; one that has ended counts no more."""
        if link in self._loads:
            self._loads[link] += matches

    def _add(self) -> None:
        self._loads[WorkerLink(self._settings, self._take, self._closed, self._on_unsendable)] = 0

    def _take(self, link: WorkerLink, reports: list[Report]) -> None:
        self._failed_starts = 0
        self._on_reports(link, reports)

    def _closed(self, link: WorkerLink) -> None:
        self._loads.pop(link, None)
        if self._stopping:
            return
        self._failed_starts += not link.started.result()
        if link.entry is not None and link.entry.seat == BATCH:
            self._settings = replace(self._settings, settings={**self._settings.settings, "batched": False})
        if self._failed_starts < _FAILED_STARTS:
            self._add()
        self._run(self._bury(link))

    async def _bury(self, link: WorkerLink) -> None:
        self._on_lost(link, await link.death())

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            for link in self.links:
                link.check(loop.time())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def not_starting() -> Fault:
    """What is wrong where there is no worker left."""
    return Fault("the match workers do not start; what they printed says why")
