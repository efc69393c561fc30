"""Prometheus metrics of one server, in a registry of its own."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from arena.core.match import Cause, MatchResult

if TYPE_CHECKING:
    from arena.server.hall import Hall


class Metrics(Collector):
    """Counts what ends, and reads what is under way when it is asked.

    The counts are plain numbers until somebody asks: the library's own counters take a lock for each seat of a match.
    """

    def __init__(self, hall: "Hall") -> None:
        self._hall = hall
        self._matches: Counter[tuple[str, bool]] = Counter()
        self._seats: Counter[Cause] = Counter(dict.fromkeys(Cause, 0))
        self._decisions = 0

    def serve(self, host: str, port: int) -> None:
        """Answer `GET /metrics` in a thread."""
        registry = CollectorRegistry()
        registry.register(self)
        start_http_server(port, addr=host, registry=registry)

    def count(self, result: MatchResult) -> None:
        """Count one match that ended."""
        self._matches[result.plan.game.id, bool(result.void)] += 1
        self._decisions += len(result.moves)
        for seat in result.seats:
            self._seats[seat.cause] += 1

    def collect(self) -> Iterable[Metric]:
        """Everything as it stands now."""
        matches = CounterMetricFamily("arena_matches", "Matches that ended", labels=["game", "void"])
        for (game, void), count in list(self._matches.items()):
            matches.add_metric([game, "true" if void else "false"], count)
        seats = CounterMetricFamily("arena_seats", "Seats by why their match ended", labels=["cause"])
        for cause, count in list(self._seats.items()):
            seats.add_metric([cause.value], count)
        hall = self._hall
        return [
            matches,
            seats,
            CounterMetricFamily(
                "arena_provenance_dropped",
                "Provenances that were not kept, because their session had sent its share",
                hall.arbiter.provenance_dropped,
            ),
            CounterMetricFamily("arena_decisions", "Decisions of matches that ended", self._decisions),
            GaugeMetricFamily("arena_live_matches", "Matches under way", len(hall.arbiter.matches)),
            GaugeMetricFamily("arena_open_requests", "Decisions that agents owe", hall.arbiter.open_requests),
            GaugeMetricFamily("arena_sessions", "Sessions kept", len(hall.play.sessions)),
        ]
