"""How long, and how often, a client tries to reach its server."""

import asyncio
from dataclasses import dataclass
from random import Random

from arena.client.transport import ServerUnreachable
from arena.core.seams import MonotonicClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. Pauses double from `first` to `longest`, each shortened at random by up to a half."""

    first: float = 0.1
    longest: float = 5.0
    connect: float = 10.0
    """Given up after so long without ever having been welcomed."""
    reconnect: float = 120.0
    """Given up after so long without a server that had welcomed us before."""
    welcome: float = 10.0
    """An open stream that brings no welcome for so long is given up as dead."""


class Backoff:
    """The pauses of one client; `now` is a monotonic clock."""

    def __init__(self, patience: Patience, rng: Random, now: MonotonicClock) -> None:
        self._patience = patience
        self._rng = rng
        self._now = now
        self._allowance = patience.connect
        self._failures = 0
        self._since: float | None = None

    def succeeded(self) -> None:
        """The server welcomed us: begin anew at the next failure."""
        self._allowance = self._patience.reconnect
        self._failures = 0
        self._since = None

    async def pause(self, reason: str, at_least: float = 0.0) -> None:
        """Wait before the next attempt; raises as `delay` does."""
        await asyncio.sleep(self.delay(reason, at_least))

    def delay(self, reason: str, at_least: float = 0.0) -> float:
        """Seconds to wait before the next attempt; `at_least` is what the server asked for.

        Raises:
            ServerUnreachable: patience has run out; `reason` is its last cause.
        """
        if self._since is None:
            self._since = self._now() + at_least
        if self._now() - self._since >= self._allowance:
            raise ServerUnreachable(f"no arena server for {self._allowance:g} s: {reason}")
        delay: float = min(self._patience.longest, self._patience.first * 2**self._failures)
        self._failures = min(self._failures + 1, 30)
        return max(at_least, delay * self._rng.uniform(0.5, 1.0))
