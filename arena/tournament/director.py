"""The director of an event: its format under its fault rule and its stop rule. The one thing that a runner asks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from types import MappingProxyType

from arena.core.errors import BadEvent
from arena.core.game import GameSpec
from arena.core.values import AgentName
from arena.tournament.event import Event
from arena.tournament.records import count_sets
from arena.tournament.running import Running
from arena.tournament.schedule import Course, EventStanding, Pairing, Played

_Z95 = 1.959963984540054


class Director:
    """Says what is due: the same course always gets the same answer.

    A runner stores what is `due` in that order, plays pending pairings in any order and at any pace, stores each
    `Played` as it lands, and asks again. After a restart it plays what is pending and goes on as if nothing had been.

    Raises:
        BadEvent: the event cannot be held with this game.
    """

    def __init__(self, event: Event, spec: GameSpec) -> None:
        event.check(spec)
        self.event = event
        self.field = event.field(spec)
        self._absences = Running(_Absences, _Absences.count)
        if event.stop.width is not None and self.field.scored:
            raise BadEvent(f"[stop]: width is a share of sets, and {spec.id} is ranked by score; use sets or seconds")

    def course(
        self,
        scheduled: Sequence[Pairing] = (),
        played: Sequence[Played] = (),
        left: Mapping[AgentName, int] = MappingProxyType({}),
        *,
        settled: int = 0,
    ) -> Course:
        """The event so far: the fault rule adds those who stayed away to those who said that they leave.

        `left` holds the latter with how many sets were completed then, the first to leave first. `settled` is that of
        `Course`.
        """
        gone = [*left.items(), *self._absences.of(played).gone(self.event.faults.withdraw_after).items()]
        first_left: dict[AgentName, int] = {}
        for name, completed in sorted(gone, key=lambda one: one[1]):
            first_left.setdefault(name, completed)
        return Course(scheduled=scheduled, played=played, withdrawals=first_left, settled=settled)

    def due(self, course: Course, seconds: float = 0.0) -> list[Pairing]:
        """What may be scheduled now, after `seconds` of running time; empty while waiting, and when it is over."""
        if self.stopped(course, seconds):
            return list(self.event.format.begun(self.field, course))
        found = list(self.event.format.due(self.field, course))
        cap = self.event.stop.sets
        return found if cap is None else found[: max(0, cap - len(course.scheduled))]

    def forfeits(self, course: Course) -> list[Played]:
        """What became of the pending pairings of those who have left: to be stored, unless the set is under way."""
        return [
            Played(pairing=pairing, absent=course.withdrawn.intersection(pairing.entrants))
            for pairing in course.pending
            if not course.withdrawn.isdisjoint(pairing.entrants)
        ]

    def over(self, course: Course, seconds: float = 0.0) -> bool:
        """Whether the event has ended: nothing is under way and nothing more will come."""
        if course.pending:
            return False
        if self.stopped(course, seconds):
            return not self.event.format.begun(self.field, course)
        return self.event.format.over(self.field, course)

    def stopped(self, course: Course, seconds: float = 0.0) -> str:
        """Which stop rule has ended the event, as one sentence; empty while none has."""
        stop = self.event.stop
        if stop.sets is not None and len(course.scheduled) >= stop.sets:
            return f"{stop.sets} sets were scheduled"
        if stop.seconds is not None and seconds >= stop.seconds:
            return f"{stop.seconds:g} seconds have passed"
        if stop.width is not None and self.width(course) <= stop.width:
            return f"every interval of the points a set is at most {stop.width:g} wide"
        return ""

    def width(self, course: Course) -> float:
        """The widest 95 % interval of the points a set (Wilson 1927) among those who are still in; 1 at first."""
        counts = count_sets(self.field, course.played)
        return max(
            (_wilson_width(c.share, c.sets) for name, c in counts.items() if name not in course.withdrawn), default=0.0
        )

    def standings(self, course: Course) -> list[EventStanding]:
        """The table at this moment, best first."""
        return self.event.format.standings(self.field, course)

    def expected(self) -> int | None:
        """How many sets there will be in all, for the time left; None when only the course decides it."""
        found = [n for n in (self.event.format.expected(self.field), self.event.stop.sets) if n is not None]
        return min(found, default=None)


class _Absences:
    """Who was absent from how many sets in a row, in the order in which they were completed.

    A void set says nothing about who was there.
    """

    def __init__(self) -> None:
        self._completed = 0
        self._row: Counter[AgentName] = Counter()
        self._reached: dict[tuple[AgentName, int], int] = {}
        """How many sets were completed when somebody was first absent from so many in a row."""

    def count(self, one: Played) -> None:
        self._completed += 1
        for name in () if one.void else dict.fromkeys(one.pairing.entrants):
            self._row[name] = self._row[name] + 1 if name in one.absent else 0
            self._reached.setdefault((name, self._row[name]), self._completed)

    def gone(self, limit: int) -> dict[AgentName, int]:
        """Those who were at some time absent from `limit` sets in a row, with how many sets were completed then."""
        return {name: completed for (name, row), completed in self._reached.items() if row == limit}


def _wilson_width(share: float, sets: int) -> float:
    if not sets:
        return 1.0
    spread = share * (1 - share) / sets + _Z95**2 / (4 * sets**2)
    return 2 * _Z95 * sqrt(spread) / (1 + _Z95**2 / sets)
