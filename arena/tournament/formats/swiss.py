"""Swiss rounds: everybody meets somebody of the same points, and nobody twice.

Whoever withdraws is paired no more; what it played stands, and so do the byes it had. A void set counts half for both;
who is absent loses. A round that has begun is always played to its end, so that nobody has had a turn less.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, log2
from operator import attrgetter
from typing import ClassVar, Final, NamedTuple, Self
from weakref import WeakKeyDictionary

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.tournament.matching import Candidate, matched
from arena.tournament.records import count_sets, ranked
from arena.tournament.running import Growing, Grown
from arena.tournament.schedule import Course, EventStanding, Field, Format, Pairing, Played, need_duel
from arena.tournament.table import Table

MOST: Final = 2_000
"""Entrants; a round of so many is paired in a second or two, as a rule."""
Pair = tuple[AgentName, AgentName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swiss(Format):
    """`rounds` rounds, by default as many as single out one winner among so many entrants.

    Where their number is odd one rests, the last in points and nobody twice, and gets the points of a win.
    """

    kind: ClassVar[str] = "swiss"
    rounds: int | None = None

    @classmethod
    def read(cls, table: Table) -> Self:
        """Key `rounds`."""
        return cls(rounds=table.maybe_whole("rounds"))

    def check(self, field: Field) -> None:
        """A duel, and so few rounds that there is always a pairing without rematches (Dirac 1952: n / 2 rounds)."""
        need_duel("swiss", field)
        if len(field.entrants) > MOST:
            raise BadEvent(
                f"a swiss takes at most {MOST} entrants, not {len(field.entrants)}; use a ladder or a knockout"
            )
        most = _even(len(field.entrants)) // 2
        if self._rounds(field) > most:
            raise BadEvent(
                f"{len(field.entrants)} entrants can play at most {most} swiss rounds without rematches, "
                f"not {self._rounds(field)}; use a round robin"
            )

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """What is left of the round under way, and the next round once that is finished."""
        if rest := self.begun(field, course):
            return rest
        current = course.scheduled[-1].round if course.scheduled else 0
        if course.pending or current >= self._rounds(field):
            return []
        return course.left(self._round(field, course, current + 1))

    def begun(self, field: Field, course: Course) -> Sequence[Pairing]:
        """What is left of the round under way."""
        return course.left(self._round(field, course, course.scheduled[-1].round)) if course.scheduled else []

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """By points, then Buchholz: the points of one's opponents, with one's own for a round without (FIDE C.07)."""
        counts = count_sets(field, course.played)
        under_way = course.scheduled[-1].round if self.begun(field, course) else None
        scores = _Scores(field, course.scheduled, course, under_way)
        ranked_by = {
            name: {"points": scores.points[name], "buchholz": scores.buchholz(name), "wins": float(counts[name].wins)}
            for name in field.names
        }
        for name, count in counts.items():
            count.points = scores.points[name]
        return ranked(field, course, counts, ranked_by)

    def expected(self, field: Field) -> int:
        """Half of the entrants in each round."""
        return self._rounds(field) * (len(field.entrants) // 2) * field.sets

    def _rounds(self, field: Field) -> int:
        return self.rounds or max(1, ceil(log2(len(field.entrants))))

    def _round(self, field: Field, course: Course, number: int) -> list[Pairing]:
        """All pairings of a round: those that are stored, and the best ones for whoever is left."""
        before = bisect_left(course.scheduled, number, key=attrgetter("round"))
        stored = {p.number: p.entrants for p in course.scheduled[before:] if p.round == number}
        wave: dict[int, tuple[AgentName, ...]] = dict(enumerate(_best_pairs(field, course, before), start=1))
        if any(wave.get(n) != entrants for n, entrants in stored.items()):  # somebody left while the round was stored
            taken = {name for entrants in stored.values() for name in entrants}
            scores = _Scores(field, course.scheduled[:before], course)
            fresh = _pairs(scores, [name for name in _active(field, course) if name not in taken])
            wave = {**stored, **dict(enumerate(fresh, start=max(stored) + 1))}
        return [
            Pairing(round=number, number=n, leg=leg, entrants=entrants)
            for leg in range(field.sets)
            for n, entrants in sorted(wave.items())
        ]


class _Scores:
    """Where everybody stands after some rounds; in the one `under_way` nobody has a bye yet."""

    def __init__(self, field: Field, pairings: Sequence[Pairing], course: Course, under_way: int | None = None) -> None:
        self.points = dict.fromkeys(field.names, 0.0)
        self.met: dict[AgentName, dict[AgentName, None]] = {name: {} for name in field.names}
        self.firsts: Counter[AgentName] = Counter(p.entrants[0] for p in pairings)
        for one, two in (pairing.entrants for pairing in pairings):
            self.met[one][two] = self.met[two][one] = None
        known = {pairing.id for pairing in pairings}
        self._add_results(one for one in course.played if one.pairing.id in known)
        self.byes = self._byes([p for p in pairings if p.round != under_way], course.withdrawals)
        for name, count in self.byes.items():
            self.points[name] += count * field.sets

    def buchholz(self, name: AgentName) -> float:
        """The points of all opponents; a round of rest counts one's own."""
        return sum(self.points[other] for other in self.met[name]) + self.byes[name] * self.points[name]

    def _add_results(self, played: Iterable[Played]) -> None:
        for one in played:
            for name, points in (one.points or dict.fromkeys(one.pairing.entrants, 0.5)).items():
                self.points[name] += points

    def _byes(self, pairings: Sequence[Pairing], withdrawals: Mapping[AgentName, int]) -> Counter[AgentName]:
        """Whoever was there and not paired rested; one that has left was there in the rounds begun before.

        A round begins when all sets of those before it are completed.
        """
        byes: Counter[AgentName] = Counter()
        before = 0
        for _, found in groupby(pairings, key=attrgetter("round")):
            stored = list(found)
            there = {name for name in self.points if name not in withdrawals or withdrawals[name] > before}
            byes.update(there.difference(*(pairing.entrants for pairing in stored)))
            before += len(stored)
        return byes


def _active(field: Field, course: Course) -> list[AgentName]:
    return [name for name in field.names if name not in course.withdrawn]


class _Best(NamedTuple):
    """The pairs of the round that follows `before` pairings, and all that they depend on."""

    field: Field
    played: Growing[Played]
    before: int
    withdrawals: Mapping[AgentName, int]
    pairs: Sequence[Pair]


_BEST: Final[WeakKeyDictionary[Growing[Pairing], _Best]] = WeakKeyDictionary()
"""Of each event that grows: a round is asked for again and again while it is stored piece by piece."""


def _best_pairs(field: Field, course: Course, before: int) -> Sequence[Pair]:
    """Pairs of the round that follows the first `before` pairings."""
    scheduled, played = course.scheduled, course.played
    if not isinstance(scheduled, Grown) or not isinstance(played, Grown) or course.settled < before:
        return _pairs(_Scores(field, scheduled[:before], course), _active(field, course))
    asked = (field, played.source, before, course.withdrawals)
    known = _BEST.get(scheduled.source)
    if known is None or known[:-1] != asked:
        pairs = _pairs(_Scores(field, scheduled[:before], course), _active(field, course))
        known = _BEST[scheduled.source] = _Best(*asked, pairs)
    return known.pairs


def _pairs(scores: _Scores, active: Sequence[AgentName]) -> list[Pair]:
    """Pairs of a round, the leaders first; the one who had the first place less often gets it."""
    order = sorted(active, key=lambda name: -scores.points[name])
    place = {name: at for at, name in enumerate(order)}
    candidates = [
        Candidate(
            score=round(2 * scores.points[name]),
            met=frozenset(place[other] for other in scores.met[name] if other in place),
            rested=scores.byes[name] > 0,
        )
        for name in order
    ]
    pairs = [(order[i], order[j]) for i, j in matched(tuple(candidates))]
    return [(b, a) if scores.firsts[b] < scores.firsts[a] else (a, b) for a, b in pairs]


def _even(number: int) -> int:
    return number + number % 2
