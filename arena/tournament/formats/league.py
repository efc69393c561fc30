"""A league: learners meet opponents that a rule of `arena.rating.sampling` draws from everybody else.

Whoever withdraws is drawn no more, and what it played stands; a league ends early when no learner is left, or nobody
for one to meet.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.rating.payoff import PayoffMatrix, PayoffTally
from arena.rating.sampling import RULES, Choice, Rule, draw, rule
from arena.tournament.formats.ladder import by_strength
from arena.tournament.groups import check_groups
from arena.tournament.running import Running
from arena.tournament.schedule import Course, EventStanding, Field, Format, Pairing, Played
from arena.tournament.table import Table, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class League(Format):
    """Each of `learners` has `ahead` sets under way, against opponents that `sampling` draws.

    The others are its history, oldest first: in the order of seeding, then of the file. `power` and `share` are
    settings of the rules `pfsp-hard` and `delta-uniform`. Draws follow from the event and from what was played.
    """

    kind: ClassVar[str] = "league"
    endless: ClassVar[bool] = True
    learners: tuple[str, ...]
    sampling: str = "pfsp-hard"
    power: float | None = None
    share: float | None = None
    ahead: int = 1

    @classmethod
    def read(cls, table: Table) -> Self:
        """Keys `learners`, `sampling`, `ahead`, and `power` or `share` where the rule has it."""
        found = cls(
            learners=table.texts("learners"),
            sampling=table.choice("sampling", tuple(RULES), "pfsp-hard"),
            power=table.maybe_number("power", low=0.0, high=1_000.0),
            share=table.maybe_number("share", low=0.0, high=1.0),
            ahead=table.whole("ahead", 1, high=1_000),
        )
        if not found.learners:
            raise BadEvent(f'{table.where}: a league needs learners, as in learners = ["main"]')
        for key, owner in (("power", "pfsp-hard"), ("share", "delta-uniform")):
            if getattr(found, key) is not None and found.sampling != owner:
                raise BadEvent(f'{table.where}: {key} is a setting of sampling = "{owner}"')
        return found

    def check(self, field: Field) -> None:
        """Every learner is an entrant, and has enough others to meet."""
        if field.places < 2:
            raise BadEvent("a league needs a game of two agents or more; use a round robin")
        for name in self.learners:
            if name not in field.names:
                raise BadEvent(f"[format]: learner {name!r} is no entrant; {nearest(name, field.names)}")
        check_groups(field)

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """As many sets as keep every learner at work."""
        return list(self._draws(field, course))

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """By Elo, since not everybody meets the same opponents; in games ranked by score, by the mean score."""
        return by_strength(field, course)

    def _draws(self, field: Field, course: Course) -> Iterator[Pairing]:
        begun = _BEGUN.of(course.scheduled)
        busy = Counter(pairing.number for pairing in course.pending)
        if all(busy[number] >= self.ahead for number in range(1, len(self.learners) + 1)):
            return
        payoffs = _payoffs(course)
        for number, learner in enumerate(map(AgentName, self.learners), start=1):
            others = [name for name in field.names if name != learner and name not in course.withdrawn]
            enough = len(others) >= (1 if field.shared else field.places - 1)
            if learner in course.withdrawn or not enough:
                continue
            for n in range(begun[number] + 1, begun[number] + self.ahead - busy[number] + 1):
                met = self._opponents(field, Choice(learner, others, payoffs), n)
                yield Pairing(round=n, number=number, entrants=_seated(learner, met, n))

    def _opponents(self, field: Field, choice: Choice, nth: int) -> list[AgentName]:
        """The opponents of the learner's `nth` set, none twice while there are others."""
        rng = field.seed.stream("league", choice.learner, nth)
        met: list[AgentName] = []
        left = list(choice.history)
        for _ in range(field.places - 1):
            left = left or list(choice.history)
            name = draw(Choice(choice.learner, left, choice.payoffs), self._rule(), rng)
            left.remove(name)
            met.append(name)
        return met

    def _rule(self) -> Rule:
        given = {"power": self.power, "share": self.share}
        return rule(self.sampling, **{key: value for key, value in given.items() if value is not None})


def _payoffs(course: Course) -> PayoffMatrix:
    return _TALLY.of(course.played).matrix()


def _count(tally: PayoffTally, one: Played) -> None:
    if one.result is not None:
        tally.add(one.result)


def _begin(begun: Counter[int], pairing: Pairing) -> None:
    begun[pairing.number] += 1


_TALLY: Final = Running(PayoffTally, _count)
_BEGUN: Final = Running[Pairing, Counter[int]](Counter, _begin)
"""How many sets each learner has begun, by its number."""


def _seated(learner: AgentName, others: Sequence[AgentName], nth: int) -> tuple[AgentName, ...]:
    """The learner's place changes from set to set."""
    at = (nth - 1) % (len(others) + 1)
    return (*others[:at], learner, *others[at:])
