"""One timer for all open decisions: it sleeps until the first of them can run out, and no shorter than a tick."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

TICK: Final = 0.02
"""Seconds between two looks at the open decisions while one is about to run out."""


class Sweep:
    """Calls `sweep(now)` when the earliest expiry known has passed; `sweep` returns the next one, or infinity.

    A decision asked later seldom runs out earlier, so almost no decision ever touches a timer.
    """

    def __init__(self, sweep: Callable[[float], float]) -> None:
        self._sweep = sweep
        self._loop = asyncio.get_running_loop()
        self.now: Callable[[], float] = time.monotonic
        """Seconds on the clock that decisions are timed by: the loop's own, without its detour."""
        self._due = float("inf")
        self._timer: asyncio.TimerHandle | None = None

    def expect(self, expires: float) -> None:
        """Take an expiry into account."""
        if expires < self._due:
            self._set(expires)

    def stop(self) -> None:
        """Let the timer go."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, due: float) -> None:
        self.stop()
        self._due = due
        if due < float("inf"):
            self._timer = self._loop.call_at(max(due, self._loop.time() + TICK), self._fire)

    def _fire(self) -> None:
        self._due = float("inf")
        self._set(min(self._sweep(self._loop.time()), self._due))
