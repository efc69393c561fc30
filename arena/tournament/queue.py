"""Who plays whom next, of those that wait for one game: pure, so that its promises can be tested without a clock.

The longest waiting agent is always served first, and never meets its own owner in a rated set. What cannot be filled by
different owners within the patience is filled unrated: self-play.
"""

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Ticket(Generic[Key]):
    """One agent's wish to play: `free` holds, for each slot that waits, since when it does (seconds)."""

    key: Key
    owner: str
    agent: str
    free: deque[float] = field(default_factory=deque)

    @property
    def since(self) -> float:
        """When the longest waiting slot began to wait."""
        return self.free[0]


@dataclass(frozen=True, slots=True)
class Draw(Generic[Key]):
    """A set to be played: whose slots it takes, in party order."""

    keys: tuple[Key, ...]
    rated: bool


class Queue(Generic[Key]):
    """Those that wait for one rated game of `parties` agents a match."""

    def __init__(self, parties: int, patience: float) -> None:
        self.parties = parties
        self._patience = patience
        self._tickets: dict[Key, Ticket[Key]] = {}
        self._challenges: deque[tuple[str, ...]] = deque()

    def offer(self, key: Key, owner: str, agent: str, slots: int, now: float) -> None:
        """Let `slots` more matches of this agent wait."""
        ticket = self._tickets.setdefault(key, Ticket(key, owner, agent))
        ticket.free.extend([now] * slots)

    def withdraw(self, key: Key) -> int:
        """Let the agent wait no longer; how many slots it had waiting."""
        ticket = self._tickets.pop(key, None)
        return len(ticket.free) if ticket is not None else 0

    def slots(self, key: Key) -> int:
        """How many slots of an agent wait."""
        return len(self._tickets[key].free) if key in self._tickets else 0

    def challenge(self, *agents: str) -> None:
        """Have these agents meet as soon as all of them wait."""
        self._challenges.append(agents)

    def waiting(self, agent: str) -> bool:
        """Whether an agent of this name waits."""
        return any(ticket.agent == agent and ticket.free for ticket in self._tickets.values())

    def draws(self, now: float) -> Iterator[Draw[Key]]:
        """Every set that can begin now, longest waiting first; their slots are taken."""
        yield from self._challenged()
        while draw := self._next(now):
            self._take(draw.keys)
            yield draw

    def next_patience(self) -> float | None:
        """When the longest waiting slot will have waited long enough for self-play; None when nobody waits."""
        waits = [ticket.since for ticket in self._tickets.values() if ticket.free]
        return min(waits) + self._patience if waits else None

    def _next(self, now: float) -> Draw[Key] | None:
        line = sorted((t for t in self._tickets.values() if t.free), key=lambda t: t.since)
        chosen: dict[str, Ticket[Key]] = {}
        for ticket in line:
            chosen.setdefault(ticket.owner, ticket)
        if len(chosen) >= self.parties:
            rated = tuple(t.key for t in list(chosen.values())[: self.parties])
            return Draw(rated, rated=True)
        if line and now - line[0].since >= self._patience:
            return self._unrated(line)
        return None

    def _unrated(self, line: Sequence[Ticket[Key]]) -> Draw[Key] | None:
        """The first in line, then everybody else's slots round and round until all parties are filled."""
        left = {ticket.key: len(ticket.free) for ticket in line}
        keys: list[Key] = []
        while len(keys) < self.parties and any(left.values()):
            for ticket in line:
                if left[ticket.key] and len(keys) < self.parties:
                    left[ticket.key] -= 1
                    keys.append(ticket.key)
        if len(keys) < self.parties and len(line) == 1:
            keys = [line[0].key] * self.parties
        return Draw(tuple(keys), rated=False) if len(keys) == self.parties else None

    def _challenged(self) -> Iterator[Draw[Key]]:
        for agents in list(self._challenges):
            tickets = [next((t for t in self._tickets.values() if t.agent == a and t.free), None) for a in agents]
            found = [ticket for ticket in tickets if ticket is not None]
            if len(found) == len(agents) == self.parties:
                self._challenges.remove(agents)
                keys = tuple(ticket.key for ticket in found)
                self._take(keys)
                yield Draw(keys, rated=len({ticket.owner for ticket in found}) == len(found))

    def _take(self, keys: Sequence[Key]) -> None:
        for key in keys:
            if self._tickets[key].free:
                self._tickets[key].free.popleft()
