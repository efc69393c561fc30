"""Everybody meets everybody: by the circle method in duels, in balanced groups where more agents sit at one match.

Whoever withdraws plays no more. In duels it is struck out when it had played less than half of its sets (FIDE handbook
C.06, annulled); else its sets stand and the others win those it leaves unplayed. In groups what it played stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.tournament.groups import check_groups, group_rounds
from arena.tournament.records import SetCount, count_sets, ranked
from arena.tournament.schedule import Course, EventStanding, Field, Format, Pairing, Played, need_modest
from arena.tournament.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRobin(Format):
    """`cycles` is how often every two agents meet in a duel; `rounds`, when given, ends it after so many rounds.

    In groups, `rounds` (1 by default) is how often everybody has every place once; there are no cycles then. With
    `self_play` everybody also meets itself, in a last round that is rated nowhere: for the gap to cross-play.
    """

    kind: ClassVar[str] = "round robin"
    cycles: int = 1
    rounds: int | None = None
    self_play: bool = False

    @classmethod
    def read(cls, table: Table) -> Self:
        """Keys `cycles`, `rounds` and `self_play`."""
        return cls(
            cycles=table.whole("cycles", 1), rounds=table.maybe_whole("rounds"), self_play=table.flag("self_play")
        )

    def check(self, field: Field) -> None:
        """Any number of places; groups need as many agents as places, unless agents share seats."""
        check_groups(field)
        if field.places != 2 and self.cycles != 1:
            raise BadEvent("[format]: cycles is for duels; where more agents meet at once say rounds")
        if field.places < 2 and self.self_play:
            raise BadEvent("[format]: self_play needs a game of two agents or more")
        size = len(field.entrants)
        most = self.cycles * (size - 1 + size % 2)
        if field.places == 2 and self.rounds is not None and self.rounds > most:
            raise BadEvent(
                f"[format]: rounds = {self.rounds} is more than the {most} of {size} entrants "
                f"with cycles = {self.cycles}; ask for more cycles, or leave rounds out"
            )
        meetings = self.cycles * size * (size - 1) // 2 if field.places == 2 else (self.rounds or 1) * size
        need_modest((meetings + self.self_play * size) * field.sets)

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """All that is left, round by round: no round waits for another, so that nobody slow holds up the rest."""
        return course.after(_all(self, field))

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """By points a set, then by points a set against those ranked by their own (Sonneborn-Berger, as a mean)."""
        struck = self._struck(field, course)
        counted = [one for one in course.played if struck.isdisjoint(one.pairing.entrants)]
        counts = count_sets(field, counted)
        if field.places == 2 and not field.scored:
            self._award_unplayed(field, course, counts, struck)
        berger = _sonneborn_berger(counted, counts)
        ranked_by = {n: {"share": c.share, "sonneborn-berger": berger.get(n, 0.0)} for n, c in counts.items()}
        return ranked(field, course, counts, ranked_by)

    def expected(self, field: Field) -> int:
        """Known from the start."""
        return len(_all(self, field))

    def _struck(self, field: Field, course: Course) -> frozenset[AgentName]:
        if field.places != 2 or not course.withdrawn:
            return frozenset()
        own = {name: [p for p in _all(self, field) if p.entrants.count(name) == 1] for name in course.withdrawn}
        there = {name: _attended(name, own[name], course) for name in own}
        return frozenset(name for name in own if 2 * there[name] < len(own[name]))

    def _award_unplayed(
        self, field: Field, course: Course, counts: dict[AgentName, SetCount], struck: frozenset[AgentName]
    ) -> None:
        gone = course.withdrawn - struck
        for pairing in _all(self, field) if gone else ():
            if pairing.id in course.ids or not struck.isdisjoint(pairing.entrants):
                continue
            if gone.intersection(pairing.entrants):
                for name, points in Played(pairing=pairing, absent=gone.intersection(pairing.entrants)).points.items():
                    counts[name].add(points)


def _attended(name: AgentName, own: Sequence[Pairing], course: Course) -> int:
    found = [course.results[pairing.id] for pairing in own if pairing.id in course.results]
    return sum(name not in one.absent for one in found)


def _sonneborn_berger(played: Sequence[Played], counts: dict[AgentName, SetCount]) -> dict[AgentName, float]:
    sums: dict[AgentName, list[float]] = {}
    for one in played:
        for name, points in one.points.items():
            others = [counts[other].share for other in one.pairing.entrants if other != name]
            sums.setdefault(name, []).append(points * sum(others) / max(len(others), 1))
    return {name: sum(found) / len(found) for name, found in sums.items()}


@lru_cache(maxsize=16)
def _all(rules: RoundRobin, field: Field) -> tuple[Pairing, ...]:
    rounds: Sequence[Sequence[tuple[int, ...]]]
    size = len(field.names)
    if field.places == 2:
        rounds = _circle_rounds(size, rules.cycles)[: rules.rounds]
    else:
        rounds = group_rounds(size, field.places, rules.rounds or 1)
    if rules.self_play:
        rounds = [*rounds, [(i,) * field.places for i in range(size)]]
    return tuple(
        Pairing(round=r, number=n, leg=leg, entrants=tuple(field.names[i] for i in group))
        for r, groups in enumerate(rounds, start=1)
        for leg in range(field.sets)
        for n, group in enumerate(groups, start=1)
    )


def _circle_rounds(entrants: int, cycles: int) -> list[list[tuple[int, int]]]:
    """Kirkman's circle method: rounds in which everybody plays once, but for one who rests when the number is odd."""
    size = entrants + entrants % 2
    once = [_circle_round(size, entrants, turn) for turn in range(size - 1)]
    return [[(b, a) if cycle % 2 else (a, b) for a, b in pairs] for cycle in range(cycles) for pairs in once]


def _circle_round(size: int, entrants: int, turn: int) -> list[tuple[int, int]]:
    ring = [0, *((turn + i) % (size - 1) + 1 for i in range(size - 1))]
    pairs = [(ring[i], ring[size - 1 - i]) for i in range(size // 2)]
    return [_sided(*pair) for pair in pairs if max(pair) < entrants]


def _sided(one: int, two: int) -> tuple[int, int]:
    """The lower number goes first when the sum is odd, so that first places differ by one at most."""
    low, high = min(one, two), max(one, two)
    return (low, high) if (low + high) % 2 else (high, low)
