"""Who plays whom next, of those that wait for one game: pure, so that its promises can be tested without a clock.

The longest waiting agent is always served first, and never meets its own owner in a rated set. What cannot be filled by
different owners within the patience is filled unrated: self-play.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Ticket(Generic[Key]):
    """One agent's wish to play: `free` holds, for each slot that waits, since when it does (seconds)."""

    key: Key
    owner: str
    agent: str
    number: int
    """Who was there first, of those that wait equally long."""
    free: deque[float] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Draw(Generic[Key]):
    """A set to be played: whose slots it takes, in party order."""

    keys: tuple[Key, ...]
    rated: bool


class Queue(Generic[Key]):
    """Those that wait for one rated game of `parties` agents a match.

    The line is kept in order, since draws are asked for whenever a set ends: sorting it each time was most of the cost.
    """

    def __init__(self, parties: int, patience: float) -> None:
        self.parties = parties
        self._patience = patience
        self._numbers = count()
        self._tickets: dict[Key, Ticket[Key]] = {}
        self._line: list[Ticket[Key]] = []
        """Tickets with free slots, the longest waiting first."""
        self._owners: dict[str, int] = {}
        """How many tickets of each owner are in the line."""
        self._challenges: deque[tuple[str, ...]] = deque()

    def __len__(self) -> int:
        """How many agents have come and not been withdrawn, waiting or playing."""
        return len(self._tickets)

    def offer(self, key: Key, owner: str, agent: str, slots: int, now: float) -> None:
        """Let `slots` more matches of this agent wait."""
        ticket = self._tickets.get(key)
        if ticket is None:
            ticket = self._tickets[key] = Ticket(key, owner, agent, next(self._numbers))
        if slots and not ticket.free:
            ticket.free.append(now)
            self._line_up(ticket)
            slots -= 1
        ticket.free.extend(repeat(now, slots))

    def withdraw(self, key: Key) -> int:
        """Let the agent wait no longer; how many slots it had waiting."""
        ticket = self._tickets.pop(key, None)
        if ticket is None:
            return 0
        if ticket.free:
            self._step_out(ticket)
        return len(ticket.free)

    def slots(self, key: Key) -> int:
        """How many slots of an agent wait."""
        return len(self._tickets[key].free) if key in self._tickets else 0

    def challenge(self, *agents: str) -> None:
        """Have these agents meet as soon as all of them wait; void once one of them has been withdrawn."""
        self._challenges.append(agents)

    def waiting(self, agent: str) -> bool:
        """Whether an agent of this name waits."""
        return any(ticket.agent == agent for ticket in self._line)

    def draws(self, now: float) -> Iterator[Draw[Key]]:
        """Every set that can begin now, longest waiting first; their slots are taken."""
        if self._challenges:
            yield from self._challenged()
        while draw := self._next(now):
            self._take(draw.keys)
            yield draw

    def next_patience(self) -> float | None:
        """When the longest waiting slot will have waited long enough for self-play; None when nobody waits."""
        return self._line[0].free[0] + self._patience if self._line else None

    def _next(self, now: float) -> Draw[Key] | None:
        if len(self._owners) >= self.parties:
            return Draw(self._rated(), rated=True)
        if self._line and now - self._line[0].free[0] >= self._patience:
            return self._unrated(self._line)
        return None

    def _rated(self) -> tuple[Key, ...]:
        """The first in line of each of the first owners."""
        chosen: dict[str, Key] = {}
        for ticket in self._line:
            chosen.setdefault(ticket.owner, ticket.key)
            if len(chosen) == self.parties:
                break
        return tuple(chosen.values())

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
            tickets = [next((t for t in self._line if t.agent == agent), None) for agent in agents]
            found = [ticket for ticket in tickets if ticket is not None]
            if len(found) == len(agents) == self.parties:
                self._challenges.remove(agents)
                keys = tuple(ticket.key for ticket in found)
                self._take(keys)
                yield Draw(keys, rated=len({ticket.owner for ticket in found}) == len(found))
            elif not {ticket.agent for ticket in self._tickets.values()}.issuperset(agents):
                self._challenges.remove(agents)

    # ---- the line

    def _take(self, keys: Sequence[Key]) -> None:
        for key in keys:
            ticket = self._tickets[key]
            if len(ticket.free) > 1 and ticket.free[1] == ticket.free[0]:
                ticket.free.popleft()  # its place is the same
            elif ticket.free:
                self._step_out(ticket)
                ticket.free.popleft()
                if ticket.free:
                    self._line_up(ticket)

    def _line_up(self, ticket: Ticket[Key]) -> None:
        insort(self._line, ticket, key=_place)
        self._owners[ticket.owner] = self._owners.get(ticket.owner, 0) + 1

    def _step_out(self, ticket: Ticket[Key]) -> None:
        del self._line[0 if self._line[0] is ticket else bisect_left(self._line, _place(ticket), key=_place)]
        if self._owners[ticket.owner] > 1:
            self._owners[ticket.owner] -= 1
        else:
            del self._owners[ticket.owner]


def _place(ticket: Ticket[Any]) -> tuple[float, int]:
    """Where it stands in the line: since when its longest waiting slot waits, then by number."""
    return ticket.free[0], ticket.number
