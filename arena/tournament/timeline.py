"""An event as it unfolds: what was decided when, so that a run that was killed decides the same when it goes on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from arena.core.values import AgentName
from arena.tournament.director import Director
from arena.tournament.running import Growing
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
        self._scheduled = Growing(one.pairing for one in decided)
        self._known = decided[-1].known if decided else 0
        self._results: dict[PairingId, Played] = {}
        self._counted = Growing[Played]()
        for one in played:
            self.land(one)

    def land(self, played: Played) -> None:
        """Take what came of a pairing."""
        if played.pairing.id in self._results:  # it is told anew, and may have counted
            self._counted = Growing()
        self._results[played.pairing.id] = played

    def advance(self, seconds: float) -> list[Decided]:
        """What is to be stored and played now, after `seconds` of running time; empty while waiting and when over."""
        found: list[Decided] = []
        while True:
            found += self._decide(seconds)
            if self._known == len(self._scheduled) or self.scheduled[self._known].id not in self._results:
                return found
            self._known += 1

    def over(self, seconds: float) -> bool:
        """Whether everything was played and nothing more will come."""
        return self._known == len(self._scheduled) and self._director.over(self._counted_course(), seconds)

    def forfeits(self) -> list[Played]:
        """What became of decided pairings that somebody in them has left the event before; a set may be under way."""
        return [one for one in self._director.forfeits(self._counted_course()) if one.pairing.id not in self._results]

    @property
    def withdrawn(self) -> frozenset[AgentName]:
        """Those who are out of the event, as far as sets count by now."""
        return self._counted_course().withdrawn

    @property
    def scheduled(self) -> Sequence[Pairing]:
        """All that was decided."""
        return self._scheduled.first(len(self._scheduled))

    @property
    def landed(self) -> int:
        """How many of them have landed."""
        return len(self._results)

    @property
    def pending(self) -> list[Pairing]:
        """Decided and not landed."""
        return [pairing for pairing in self.scheduled if pairing.id not in self._results]

    @property
    def course(self) -> Course:
        """The event with all that has landed, for standings."""
        return self._director.course(self.scheduled, self._landed(self.scheduled))

    def _decide(self, seconds: float) -> list[Decided]:
        under_way = len(self._scheduled) - self._known
        if under_way > AHEAD // 2:
            return []
        due = self._director.due(self._counted_course(), seconds)[: AHEAD - under_way]
        self._scheduled.extend(due)
        return [Decided(pairing, self._known) for pairing in due]

    def _counted_course(self) -> Course:
        """The event with what counts for the next decision; it is not built anew each time."""
        counted, known = self._counted, self._known
        counted.extend(self._landed(self.scheduled[len(counted) : known]))
        if len(counted) < known:  # a decision was stored whose grounds are lost
            return self._director.course(self.scheduled, self._landed(self.scheduled[:known]))
        return self._director.course(self.scheduled, counted.first(known), settled=known)

    def _landed(self, pairings: Iterable[Pairing]) -> list[Played]:
        return [self._results[pairing.id] for pairing in pairings if pairing.id in self._results]
