"""A ladder with a queue: whoever is free waits for an opponent of about its own rating, the longest waiting first.

Time is counted in finished sets, so that the queue can be read off the course. Whoever withdraws leaves the queue.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from operator import attrgetter
from typing import ClassVar, Final, Self

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.rating.elo import Elo
from arena.tournament.groups import check_groups
from arena.tournament.records import count_sets, ranked
from arena.tournament.running import Running
from arena.tournament.schedule import Course, EventStanding, Field, Format, Pairing, Played
from arena.tournament.table import Table

_START: Final = 1500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder(Format):
    """Opponents are at most `range` Elo points apart, and `widen` more for each set finished while they waited.

    The longest waiting agent is served whatever the ratings are, as soon as there is one more than a match takes to
    choose from, or nobody else will come. Within the range it meets those it met least, and never the ones of its last
    set when there is a choice.
    """

    kind: ClassVar[str] = "ladder"
    endless: ClassVar[bool] = True
    range: float = 200.0
    widen: float = 50.0

    @classmethod
    def read(cls, table: Table) -> Self:
        """Keys `range` and `widen`, in Elo points."""
        return cls(
            range=table.number("range", 200.0, low=0.0),
            widen=table.number("widen", 50.0, low=0.0),
        )

    def check(self, field: Field) -> None:
        """Two agents a match or more, and enough of them."""
        check_groups(field)
        if field.places < 2:
            raise BadEvent("a ladder needs a game of two agents or more; use a round robin")

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """Sets for those who wait now; empty while too few do."""
        return course.left(_Queue(self, field, course).draws())

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """By Elo; in games ranked by score, by the mean score."""
        return by_strength(field, course)


def by_strength(field: Field, course: Course) -> list[EventStanding]:
    """The table by Elo; in games ranked by score, by the mean score."""
    counts = count_sets(field, course.played)
    if field.scored:
        return ranked(field, course, counts, {name: {"score": count.share} for name, count in counts.items()})
    ratings = elo_points(field, course.played)
    return ranked(field, course, counts, {name: {"rating": ratings[name]} for name in field.names})


def elo_points(field: Field, played: Sequence[Played]) -> dict[AgentName, float]:
    """Elo of every entrant after these sets; forfeits count, void sets do not."""
    known = _ELO.of(played).ratings()
    return {name: known[name].value if name in known else _START for name in field.names}


def _rate(system: Elo, one: Played) -> None:
    if one.result is not None:
        system.update([one.result])


_ELO: Final = Running(lambda: Elo(start=_START), _rate)


class _Past:
    """Whom everybody met in the sets that were scheduled: in the last one, and how often in all."""

    def __init__(self) -> None:
        self.last: dict[AgentName, set[AgentName]] = {}
        self.met: Counter[frozenset[AgentName]] = Counter()

    def add(self, pairing: Pairing) -> None:
        for name in pairing.entrants:
            self.last[name] = set(pairing.entrants)
        self.met.update(frozenset(pair) for pair in combinations(pairing.entrants, 2))


class _Ends:
    """After how many completed sets the last one of each agent was."""

    def __init__(self) -> None:
        self.completed = 0
        self.last: dict[AgentName, int] = {}

    def add(self, one: Played) -> None:
        self.completed += 1
        self.last.update(dict.fromkeys(one.pairing.entrants, self.completed))


_PAST: Final = Running(_Past, _Past.add)
_ENDS: Final = Running(_Ends, _Ends.add)


class _Queue:
    """Who waits, as it was when the last set was finished: sets scheduled since then are drawn again, the same."""

    def __init__(self, rules: Ladder, field: Field, course: Course) -> None:
        self._rules, self._field, self._course = rules, field, course
        self._round = course.tick + 1
        before = course.scheduled[: bisect_left(course.scheduled, self._round, key=attrgetter("round"))]
        self._busy = {n for p in course.pending if p.round < self._round for n in p.entrants}
        self._free_since = _ENDS.of(course.played).last
        past = _PAST.of(before)
        self._last, self._met = past.last, past.met

    @cached_property
    def _ratings(self) -> Mapping[AgentName, float]:
        return elo_points(self._field, self._course.played)

    def draws(self) -> list[Pairing]:
        """Everything that can begin now, the longest waiting first."""
        line, found = self._line(), list[tuple[AgentName, ...]]()
        active = len(self._field.names) - len(self._course.withdrawn)
        if self._busy and len(line) < min(self._field.places + 1, active):
            return []
        need = max(2, min(self._field.places, active)) if self._field.shared else self._field.places
        while len(line) >= need:
            group = self._group(line, forced=not found)
            if group:
                found.append(group)
            line = [name for name in line[1:] if name not in group]
        return [
            Pairing(round=self._round, number=n, entrants=self._seated(group)) for n, group in enumerate(found, start=1)
        ]

    def _line(self) -> list[AgentName]:
        gone = self._busy | self._course.withdrawn
        free = [name for name in self._field.names if name not in gone]
        return sorted(free, key=lambda name: self._free_since.get(name, 0))

    def _group(self, line: Sequence[AgentName], *, forced: bool) -> tuple[AgentName, ...]:
        """The first in line with the best opponents for it; empty when too few are in range and it is not forced."""
        head, others = line[0], list(line[1:])
        near = {name: self._distance(head, name) - self._reach(head, name) for name in others}
        if not forced:
            others = [name for name in others if near[name] <= 0]
        others.sort(key=lambda name: self._preference(head, name, near[name]))
        group = (head, *others[: self._field.places - 1])
        if len(group) == self._field.places:
            return group
        return self._shared(group) if forced and self._field.shared and len(group) > 1 else ()

    def _preference(self, head: AgentName, name: AgentName, beyond: float) -> tuple[bool, float, int, int, float]:
        """Not those of its last set; in range, or else the nearest; met least; waiting longest; nearest."""
        last = name in self._last.get(head, ())
        return (
            last,
            max(0.0, beyond),
            self._met[frozenset((head, name))],
            self._free_since.get(name, 0),
            self._distance(head, name),
        )

    def _shared(self, group: Sequence[AgentName]) -> tuple[AgentName, ...]:
        return tuple(group[i % len(group)] for i in range(self._field.places))

    def _seated(self, group: tuple[AgentName, ...]) -> tuple[AgentName, ...]:
        """Nobody has the first place for having waited."""
        turn = self._round % len(group)
        return group[turn:] + group[:turn]

    def _distance(self, one: AgentName, two: AgentName) -> float:
        return abs(self._ratings[one] - self._ratings[two])

    def _reach(self, one: AgentName, two: AgentName) -> float:
        waited = len(self._course.played) - min(self._free_since.get(one, 0), self._free_since.get(two, 0))
        return self._rules.range + self._rules.widen * waited
