"""Prometheus metrics of one server, in a registry of its own."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from arena.core.match import Cause, MatchResult

if TYPE_CHECKING:
    from arena.server.hall import Hall


class Metrics:
    """Counts what ends, and reads what is under way when it is asked."""

    def __init__(self, hall: "Hall") -> None:
        self._registry = CollectorRegistry()
        self._hall = hall
        matches = Counter("arena_matches", "Matches that ended", ["game", "void"], registry=self._registry)
        seats = Counter("arena_seats", "Seats by why their match ended", ["cause"], registry=self._registry)
        self._matches = lru_cache(maxsize=1024)(matches.labels)  # looking a label up costs thrice what counting does
        self._seats = {cause: seats.labels(cause.value) for cause in Cause}
        self._moves = Counter("arena_decisions", "Decisions of matches that ended", registry=self._registry)
        self._gauge("arena_live_matches", "Matches under way", lambda: len(hall.arbiter.matches))
        self._gauge("arena_open_requests", "Decisions that agents owe", lambda: hall.arbiter.open_requests)
        self._gauge("arena_sessions", "Sessions kept", lambda: len(hall.play.sessions))

    def serve(self, host: str, port: int) -> None:
        """Answer `GET /metrics` in a thread."""
        start_http_server(port, addr=host, registry=self._registry)

    def count(self, result: MatchResult) -> None:
        """Count one match that ended."""
        self._matches(result.plan.game.id, "true" if result.void else "false").inc()
        self._moves.inc(len(result.moves))
        for seat in result.seats:
            self._seats[seat.cause].inc()

    def _gauge(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        Gauge(name, help_text, registry=self._registry).set_function(read)
