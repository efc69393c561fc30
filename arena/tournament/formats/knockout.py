"""Single and double elimination: a bracket, resolved from what was played.

A drawn or void meeting is replayed at most twice, one set each; then the higher seed advances. Whoever withdraws loses
the meetings it has not decided; where both sides do, the first to leave loses and the other forfeits the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.tournament.bracket import THIRD_PLACE, Node, Origin, Slot, double, single
from arena.tournament.records import count_sets, ranked
from arena.tournament.schedule import Course, EventStanding, Field, Format, Pairing, PairingId, need_duel
from arena.tournament.table import Table

_REPLAYS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleElimination(Format):
    """Whoever loses is out; with `third_place` the losers of the semifinals meet once more."""

    kind: ClassVar[str] = "single elimination"
    third_place: bool = False

    @classmethod
    def read(cls, table: Table) -> Self:
        """Key `third_place`."""
        return cls(third_place=table.flag("third_place"))

    def check(self, field: Field) -> None:
        """A duel; a match for the third place needs two semifinals."""
        need_duel(self.kind, field)
        if self.third_place and len(field.entrants) < 4:
            raise BadEvent("[format]: third_place needs four entrants or more")

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """Every meeting whose two sides are known."""
        return _Resolved(self._nodes(field), field, course).due

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """By the round in which one went out; whoever is still in stands above."""
        return _Resolved(self._nodes(field), field, course).standings()

    def expected(self, field: Field) -> int:
        """Without replays: all but one are beaten once."""
        return (len(field.entrants) - 1 + self.third_place) * field.sets

    def _nodes(self, field: Field) -> Sequence[Node]:
        return single(len(field.entrants), third_place=self.third_place)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleElimination(Format):
    """Whoever loses twice is out; `second_final` lets the winner without a loss lose the grand final once."""

    kind: ClassVar[str] = "double elimination"
    second_final: bool = True

    @classmethod
    def read(cls, table: Table) -> Self:
        """Key `second_final`."""
        return cls(second_final=table.flag("second_final", default=True))

    def check(self, field: Field) -> None:
        """A duel."""
        need_duel(self.kind, field)

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """Every meeting whose two sides are known."""
        return _Resolved(self._nodes(field), field, course).due

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """By the round of the losers' bracket in which one went out; whoever is still in stands above."""
        return _Resolved(self._nodes(field), field, course).standings()

    def expected(self, field: Field) -> int:
        """Without replays and a second final: all but one are beaten twice, but for the winner of the grand final."""
        return (2 * len(field.entrants) - 2) * field.sets

    def _nodes(self, field: Field) -> Sequence[Node]:
        return double(len(field.entrants), again=self.second_final)


@dataclass(slots=True)
class _Meeting:
    """A node as far as it is known. `None` stands for an empty place; undecided while `settled` is false."""

    sides: tuple[AgentName | None, AgentName | None] | None = None
    winner: AgentName | None = None
    loser: AgentName | None = None
    settled: bool = False
    due: list[Pairing] = field(default_factory=list)

    def settle(self, winner: AgentName | None, loser: AgentName | None) -> None:
        self.winner, self.loser, self.settled = winner, loser, True


class _Resolved:
    """A bracket at one moment: every node looked at once, in order, since each comes after those that feed it."""

    def __init__(self, nodes: Sequence[Node], field: Field, course: Course) -> None:
        self._nodes, self._field, self._course = nodes, field, course
        self._pending = frozenset(pairing.id for pairing in course.pending)
        self._meetings: list[_Meeting] = []
        for node in nodes:
            self._meetings.append(self._resolve(node))

    @property
    def due(self) -> list[Pairing]:
        """What may be scheduled now, in the order of the bracket."""
        return self._course.left(pairing for meeting in self._meetings for pairing in meeting.due)

    def standings(self) -> list[EventStanding]:
        """Everybody by how far it came."""
        exits, thirds = self._exits(), self._thirds()
        last = float(max(node.round for node in self._nodes) + 1)
        ranked_by = {name: {"round": thirds.get(name, exits.get(name, last))} for name in self._field.names}
        counts = count_sets(self._field, self._course.played)
        return ranked(self._field, self._course, counts, ranked_by, dict.fromkeys(exits, "out"))

    def _resolve(self, node: Node) -> _Meeting:
        meeting = _Meeting()
        first, second = (self._taker(slot) for slot in node.slots)
        if first is None or second is None:
            return meeting
        one, two = first[0], second[0]
        meeting.sides = one, two
        if node.again and self._final_stands(node):
            meeting.settle(two, None)
        elif one is None or two is None:
            meeting.settle(one or two, None)
        else:
            self._play(node, meeting, one, two)
        return meeting

    def _taker(self, slot: Slot) -> tuple[AgentName | None] | None:
        """Who takes the slot, in a tuple since it may be nobody; None while it is not known."""
        if slot.origin is Origin.SEED:
            names = self._field.names
            return (names[slot.of] if slot.of < len(names) else None,)
        source = self._meetings[slot.of]
        if not source.settled:
            return None
        return (source.winner if slot.origin is Origin.WINNER else source.loser,)

    def _final_stands(self, node: Node) -> bool:
        """Whether the grand final was won by the one who came without a loss, or fell out."""
        final = self._meetings[node.slots[0].of]
        return final.sides is not None and final.winner == final.sides[0]

    def _play(self, node: Node, meeting: _Meeting, one: AgentName, two: AgentName) -> None:
        """Settle the meeting from its sets, or say which are due."""
        sets = self._field.sets
        for legs in (range(sets), *(range(sets + i, sets + i + 1) for i in range(_REPLAYS))):
            played = [self._course.results.get(PairingId(node.round, node.number, leg)) for leg in legs]
            if None in played:
                self._await(node, meeting, one, two, legs)
                return
            lead = sum(p.points.get(one, 0.0) - p.points.get(two, 0.0) for p in played if p is not None)
            if lead:
                meeting.settle(*((one, two) if lead > 0 else (two, one)))
                return
        seeds = self._field.names
        meeting.settle(*((one, two) if seeds.index(one) < seeds.index(two) else (two, one)))

    def _await(self, node: Node, meeting: _Meeting, one: AgentName, two: AgentName, legs: Sequence[int]) -> None:
        pairings = [
            Pairing(round=node.round, number=node.number, leg=leg, entrants=(one, two), stage=node.stage)
            for leg in legs
        ]
        first_left = next((name for name in self._course.withdrawals if name in {one, two}), None)
        if first_left is None or any(pairing.id in self._pending for pairing in pairings):
            meeting.due = pairings
        else:
            meeting.settle(*((two, one) if first_left == one else (one, two)))

    def _exits(self) -> dict[AgentName, float]:
        """The round in which each of those who are out went out."""
        goes_on = {slot.of for node in self._nodes for slot in node.slots if slot.origin is Origin.LOSER}
        exits: dict[AgentName, float] = {}
        for index, (node, meeting) in enumerate(zip(self._nodes, self._meetings, strict=True)):
            if meeting.settled and node.stage == THIRD_PLACE:
                exits.update({name: float(node.round) for name in meeting.sides or () if name is not None})
            elif meeting.loser is not None and (index not in goes_on or self._fell_silent(index)):
                exits[meeting.loser] = float(node.round)
        return exits

    def _thirds(self) -> dict[AgentName, float]:
        """Those who meet for the third place, as soon as they are known: below the loser of the final."""
        found: dict[AgentName, float] = {}
        for node, meeting in zip(self._nodes, self._meetings, strict=True):
            if node.stage == THIRD_PLACE:
                sides = [taker[0] for taker in map(self._taker, node.slots) if taker and taker[0] is not None]
                found = {name: node.round - (0.25 if name == meeting.winner else 0.5) for name in sides}
        return found

    def _fell_silent(self, index: int) -> bool:
        """Whether the second grand final, to which this loser would go, is not held."""
        after = index + 1
        return after < len(self._nodes) and self._nodes[after].again and self._final_stands(self._nodes[after])
