"""Outcomes that agents here are still to be told: their results go out first, so that no agent can spoil its own."""

from collections import deque
from collections.abc import Iterable

from arena.core.match import MatchResult, SeatResult
from arena.match.seated import SeatedAgent
from arena.plugin.blackbox import BlackBox


class OutcomeQueue:
    """Whom to tell how its match ended, once the result is on its way to whoever asked for it."""

    def __init__(self, box: BlackBox) -> None:
        self._box = box
        self._waiting: deque[tuple[SeatedAgent, SeatResult, int]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, agents: Iterable[SeatedAgent], result: MatchResult, limit_ms: int) -> None:
        """Have the agents that listen told; each may take `limit_ms` over it."""
        for seated in agents:
            if seated.listens:
                self._waiting.append((seated, result.seats[seated.seat], limit_ms))

    def tell(self) -> None:
        """Tell them. One that brings the process down harms no match, but those behind it are not told."""
        while self._waiting:
            seated, result, limit_ms = self._waiting.popleft()
            self._box.begin(0, limit_ms, limit_ms)
            self._box.enter(seated.seat)
            seated.tell(result)
