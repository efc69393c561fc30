"""The time of open decisions: one timer for all of them, which sleeps until the first can run out."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from arena.core.values import Seat
from arena.server.live import LiveMatch
from arena.server.session import Request

TICK: Final = 0.02
"""Seconds between two looks at the open decisions while one is about to run out."""

Expired = Callable[[Request], None]
"""Told of a decision whose time has run out; its clock stands still from then on."""
Overdue = Callable[[LiveMatch, Seat], None]
"""Told of a match whose time has run out, once, and of the seat that used most of it."""


class Clocks:
    """Open decisions by number, and the timer over them.

    A decision asked later seldom runs out earlier, so almost no decision ever touches a timer.
    """

    def __init__(self, on_expired: Expired, on_overdue: Overdue) -> None:
        self._on_expired = on_expired
        self._on_overdue = on_overdue
        self._loop = asyncio.get_running_loop()
        self.requests: dict[int, Request] = {}
        self.now: Callable[[], float] = time.monotonic
        """Seconds on the clock that decisions are timed by: the loop's own, without its detour."""
        self._due = float("inf")
        self._timer: asyncio.TimerHandle | None = None
        self._stood_since: float | None = None

    def start(self, request: Request) -> tuple[float, float]:
        """Let its clock run, if it does not yet; the seconds left for it, and in the seat's bank."""
        now = self.now()
        live = request.hold.match
        if request.since is None and self._stood_since is None:
            request.since = now
        expires = live.expires(request, now)
        if expires < self._due:
            self._set(expires)
        return live.time_left(request, now)

    def halt(self, request: Request) -> None:
        """Stop its clock: what follows is not the agent's time."""
        request.pause(self.now())

    def close(self, request: Request) -> None:
        """The decision stands, or is lost: what it took over its own time comes out of the bank."""
        del self.requests[request.id]
        request.hold.match.charge(request, self.now())

    def pause(self) -> None:
        """Stop all clocks: the server itself cannot go on."""
        if self._stood_since is None:
            self._stood_since = now = self.now()
            for request in self.requests.values():
                request.pause(now)

    def resume(self) -> None:
        """Let them go on; no match has lost time of its own."""
        if self._stood_since is None:
            return
        stood, self._stood_since = self.now() - self._stood_since, None
        for live in {id(request.hold.match): request.hold.match for request in self.requests.values()}.values():
            live.deadline += stood
        for request in self.requests.values():
            if request.epoch and not request.waits_for_verdict:
                self.start(request)

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
        self._set(min(self._sweep(self.now()), self._due))

    def _sweep(self, now: float) -> float:
        """Tell what has run out; when the next one can."""
        first = float("inf")
        for request in list(self.requests.values()):
            if request.since is None:
                continue
            live = request.hold.match
            expires = live.expires(request, now)
            if expires > now:
                first = min(first, expires)
            elif live.deadline <= now and not request.question:
                self._end(live, now)
            else:
                request.pause(now)
                self._on_expired(request)
        return first

    def _end(self, live: LiveMatch, now: float) -> None:
        """The match has run out of time: the seat that used most of it loses, whoever is on move."""
        used = [live.used_by(seat, now) for seat in range(len(live.parties))]
        for request in live.requests.values():
            request.pause(now)
        self._on_overdue(live, Seat(used.index(max(used))))
