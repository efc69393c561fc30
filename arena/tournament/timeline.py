"""An event as it unfolds: what was decided when, so that a run that was killed decides the same when it goes on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from arena.core.values import AgentName
from arena.tournament.director import Director
from arena.tournament.schedule import Course, Pairing, PairingId, Played

AHEAD: Final = 32
"""Pairings that may be under way at once; more are decided when half of them have counted."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A pairing, and how many of those before it had counted when it was decided."""

    pairing: Pairing
    known: int


class Timeline:
    """Asks the director at fixed points of the event, whatever the order and pace in which sets land.

    Sets may land in any order; they count, for what is decided next, in the order in which they were scheduled. So the
    pairings follow from the results alone: not from the number of workers, nor from where a run was stopped.
    """

    def __init__(self, director: Director, decided: Sequence[Decided] = (), played: Iterable[Played] = ()) -> None:
        self._director = director
        self._scheduled = [one.pairing for one in decided]
        self._known = decided[-1].known if decided else 0
        self._results: dict[PairingId, Played] = {}
        for one in played:
            self.land(one)

    def land(self, played: Played) -> None:
        """Take what came of a pairing."""
        self._results[played.pairing.id] = played

    def advance(self, seconds: float) -> list[Decided]:
        """What is to be stored and played now, after `seconds` of running time; empty while waiting and when over."""
        found: list[Decided] = []
        while True:
            found += self._decide(seconds)
            if self._known == len(self._scheduled) or self._scheduled[self._known].id not in self._results:
                return found
            self._known += 1

    def over(self, seconds: float) -> bool:
        """Whether everything was played and nothing more will come."""
        return self._known == len(self._scheduled) and self._director.over(self._counted(), seconds)

    def forfeits(self) -> list[Played]:
        """What became of decided pairings that somebody in them has left the event before; a set may be under way."""
        return [one for one in self._director.forfeits(self._counted()) if one.pairing.id not in self._results]

    @property
    def withdrawn(self) -> frozenset[AgentName]:
        """Those who are out of the event, as far as sets count by now."""
        return self._counted().withdrawn

    @property
    def scheduled(self) -> Sequence[Pairing]:
        """All that was decided."""
        return self._scheduled

    @property
    def landed(self) -> int:
        """How many of them have landed."""
        return len(self._results)

    @property
    def pending(self) -> list[Pairing]:
        """Decided and not landed."""
        return [pairing for pairing in self._scheduled if pairing.id not in self._results]

    @property
    def course(self) -> Course:
        """The event with all that has landed, for standings."""
        return self._course(len(self._scheduled))

    def _decide(self, seconds: float) -> list[Decided]:
        under_way = len(self._scheduled) - self._known
        if under_way > AHEAD // 2:
            return []
        due = self._director.due(self._counted(), seconds)[: AHEAD - under_way]
        self._scheduled += due
        return [Decided(pairing, self._known) for pairing in due]

    def _counted(self) -> Course:
        return self._course(self._known)

    def _course(self, first: int) -> Course:
        landed = [self._results[p.id] for p in self._scheduled[:first] if p.id in self._results]
        return self._director.course(tuple(self._scheduled), landed)
