"""Whose turn it is among agents that come and go: pure, so that its promises can be tested without a clock.

A pairing can be played while everybody in it is there and free. Who is not there is waited for, but only while nothing
else keeps the set from beginning, and for one set at a time: busy opponents are nobody's absence.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from arena.core.values import AgentName
from arena.tournament.schedule import Pairing, PairingId, Played


@dataclass(slots=True)
class _Wait:
    """A pairing that waits for `names`; so far it has waited for `waited` seconds for want of some of them alone."""

    pairing: Pairing
    names: frozenset[AgentName]
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Turns:
    """What is to happen now: pairings that are played, and those that are forfeited. `due` is when to look again."""

    begun: list[Pairing] = field(default_factory=list)
    forfeits: list[Played] = field(default_factory=list)
    due: float | None = None


class Muster:
    """Pairings that wait, the first in line first. Whoever lets one wait for `patience` seconds forfeits it."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._waits: dict[PairingId, _Wait] = {}
        self._running: list[_Wait] = []
        """Those that waited for want of somebody at the last look."""
        self._looked = 0.0

    def add(self, pairing: Pairing, names: Collection[AgentName]) -> None:
        """Let a pairing wait, behind all others, for those of its entrants that have to come."""
        self._waits[pairing.id] = _Wait(pairing, frozenset(names))

    def remove(self, pairing: Pairing) -> bool:
        """Let it wait no longer; whether it did."""
        return self._waits.pop(pairing.id, None) is not None

    def look(self, free: Mapping[AgentName, int], now: float, *, stands: bool = False) -> Turns:
        """Whose turn it is at `now` (seconds); what is returned waits no longer.

        `free` has everybody who is there, with how many more matches it can play. While time `stands`, nothing begins
        and nobody is waited for.
        """
        for wait in self._running:
            wait.waited += now - self._looked
        self._looked, self._running = now, []
        if stands:
            return Turns()
        left = dict(free)
        begun = list(self._ready(left))
        forfeits = list(self._overdue(left))
        for pairing in (*begun, *(forfeit.pairing for forfeit in forfeits)):
            del self._waits[pairing.id]
        rest = [self._patience - wait.waited for wait in self._running]
        return Turns(begun, forfeits, now + max(min(rest), 0.0) if rest else None)

    def _ready(self, left: dict[AgentName, int]) -> Iterator[Pairing]:
        for wait in self._waits.values():
            if all(left.get(name, 0) > 0 for name in wait.names):
                for name in wait.names:
                    left[name] -= 1
                yield wait.pairing

    def _overdue(self, left: Mapping[AgentName, int]) -> Iterator[Played]:
        """Those that were waited for long enough; starts the time of those that are waited for from now on."""
        waited_for: set[AgentName] = set()
        for wait in self._waits.values():
            absent = wait.names - left.keys()
            others_wait = all(left[name] > 0 for name in wait.names - absent)
            if not absent or not others_wait or not waited_for.isdisjoint(absent):
                continue
            if wait.waited >= self._patience:
                yield Played(pairing=wait.pairing, absent=absent)
            else:
                waited_for |= absent
                self._running.append(wait)
