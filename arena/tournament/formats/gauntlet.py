"""A few challengers against everybody else, who never meet one another.

When an opponent withdraws, what it played stands and the rest is dropped; when the last challenger does, it is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.tournament.groups import check_groups, group_rounds
from arena.tournament.records import count_sets, ranked
from arena.tournament.schedule import Course, EventStanding, Field, Format, Pairing, need_modest
from arena.tournament.table import Table, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauntlet(Format):
    """Each of `challengers` meets every other entrant `rounds` times; in groups, everybody joins it in every place."""

    kind: ClassVar[str] = "gauntlet"
    challengers: tuple[str, ...]
    rounds: int = 1

    @classmethod
    def read(cls, table: Table) -> Self:
        """Keys `challengers` and `rounds`."""
        challengers = table.texts("challengers")
        if not challengers:
            raise BadEvent(f'{table.where}: a gauntlet needs challengers, as in challengers = ["newcomer"]')
        return cls(challengers=challengers, rounds=table.whole("rounds", 1))

    def check(self, field: Field) -> None:
        """Every challenger is an entrant, and somebody is left to meet it."""
        check_groups(field)
        if field.places < 2:
            raise BadEvent("a gauntlet needs a game of two agents or more; use a round robin")
        for name in self.challengers:
            if name not in field.names:
                raise BadEvent(f"[format]: challenger {name!r} is no entrant; {nearest(name, field.names)}")
        opponents = len(field.entrants) - len(self.challengers)
        if opponents < 1 or (opponents < field.places - 1 and not field.shared):
            raise BadEvent(f"a gauntlet needs {field.places - 1} or more entrants that are no challengers")
        need_modest(self.rounds * opponents * len(self.challengers) * field.sets)

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """All that is left, round by round."""
        return course.after(_all(self, field))

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """Challengers and opponents in one table, by points a set."""
        counts = count_sets(field, course.played)
        return ranked(field, course, counts, {name: {"share": count.share} for name, count in counts.items()})

    def expected(self, field: Field) -> int:
        """Known from the start."""
        return len(_all(self, field))


@lru_cache(maxsize=16)
def _all(rules: Gauntlet, field: Field) -> tuple[Pairing, ...]:
    return tuple(
        Pairing(round=r, number=n, leg=leg, entrants=entrants)
        for r, meetings in enumerate(_rounds(rules, field), start=1)
        for leg in range(field.sets)
        for n, entrants in enumerate(meetings, start=1)
    )


def _rounds(rules: Gauntlet, field: Field) -> list[list[tuple[AgentName, ...]]]:
    opponents = [name for name in field.names if name not in rules.challengers]
    challengers = [name for name in field.names if name in rules.challengers]
    designs = group_rounds(len(opponents), field.places - 1, rules.rounds)
    return [
        [_seated(challenger, [opponents[i] for i in group], r) for group in groups for challenger in challengers]
        for r, groups in enumerate(designs)
    ]


def _seated(challenger: AgentName, others: Sequence[AgentName], turn: int) -> tuple[AgentName, ...]:
    """The challenger's place changes from round to round."""
    at = turn % (len(others) + 1)
    return (*others[:at], challenger, *others[at:])
