"""A duel that ends as soon as its sequential test can tell whether the first entrant is stronger.

Sets are counted in the order in which they were scheduled, whichever ends first, so that quick sets tilt nothing. When
one side withdraws the duel ends where it stands.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import takewhile
from typing import ClassVar, Self

from arena.core.errors import BadEvent, BadRequest
from arena.core.values import AgentName
from arena.rating.sprt import Decision, Model, Sprt, Verdict
from arena.tournament.records import count_sets, ranked
from arena.tournament.running import Running
from arena.tournament.schedule import Course, EventStanding, Field, Format, Pairing, Played, need_duel
from arena.tournament.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class SprtDuel(Format):
    """H0: the first entrant is `elo0` stronger; H1: it is `elo1` stronger. See `arena.rating.sprt.Sprt`.

    `ahead` sets are scheduled beyond those that are counted; they are played out after a decision and change nothing.
    """

    kind: ClassVar[str] = "sprt"
    endless: ClassVar[bool] = True
    elo0: float = 0.0
    elo1: float = 50.0
    alpha: float = 0.05
    beta: float = 0.05
    model: str = Model.NORMALIZED.value
    ahead: int = 8

    @classmethod
    def read(cls, table: Table) -> Self:
        """Keys `elo0`, `elo1`, `alpha`, `beta`, `model` and `ahead`."""
        found = cls(
            elo0=table.number("elo0", 0.0, low=float("-inf")),
            elo1=table.number("elo1", 50.0, low=float("-inf")),
            alpha=table.number("alpha", 0.05, low=0.0, high=0.5),
            beta=table.number("beta", 0.05, low=0.0, high=0.5),
            model=table.choice("model", tuple(Model), Model.NORMALIZED.value),
            ahead=table.whole("ahead", 8, high=1_000),
        )
        try:
            found.test()
        except BadRequest as error:
            raise BadEvent(f"{table.where}: {error}") from error
        return found

    def test(self) -> Sprt:
        """The test itself."""
        settings = {key: value for key, value in asdict(self).items() if key not in {"ahead", "model"}}
        return Sprt(**settings, model=Model(self.model))

    def check(self, field: Field) -> None:
        """A duel of exactly two entrants."""
        need_duel("sprt", field)
        if len(field.entrants) != 2:
            raise BadEvent(f"an sprt takes two entrants, not {len(field.entrants)}; use a gauntlet")

    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """The next `ahead` sets after the counted ones."""
        finished = _finished(course)
        if course.withdrawn or self._tally(field, course, finished).decision is not Decision.CONTINUE:
            return []
        one, two = field.names
        return [
            Pairing(round=n, number=1, entrants=(one, two) if n % 2 else (two, one))
            for n in range(len(course.scheduled) + 1, len(finished) + self.ahead + 1)
        ]

    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """By points a set; what the test says is its `verdict`."""
        counts = count_sets(field, course.played)
        return ranked(field, course, counts, {name: {"share": count.share} for name, count in counts.items()})

    def decision(self, field: Field, course: Course) -> Decision:
        """What the test says; a decision once fallen stays, whatever is played out after it."""
        return self._tally(field, course, _finished(course)).decision

    def verdict(self, field: Field, course: Course) -> Verdict:
        """The test after the sets up to the decision, or up to the first that is not finished."""
        test = self.test()
        counts = self._tally(field, course, _finished(course)).counts
        return _nothing(test) if not any(counts) else test.verdict(counts)

    def _tally(self, field: Field, course: Course, finished: Sequence[Played]) -> "_Tally":
        return _tallies(self.test(), field.names[0], 2 * _matches(course)).of(finished)


class _Tally:
    """How often the first entrant scored so many half points in a set, up to the decision of the test.

    Sets come in the order of the schedule; a forfeit gives all of the `most` half points.
    """

    def __init__(self, test: Sprt, name: AgentName, most: int) -> None:
        self._test, self._name = test, name
        self.counts = [0] * (most + 1)
        self.decision = Decision.CONTINUE

    def add(self, one: Played) -> None:
        if one.void or self.decision is not Decision.CONTINUE:
            return
        self.counts[_score(self._name, one, len(self.counts) - 1)] += 1
        self.decision = self._test.decide(float(self._test.llr(self.counts)))


@lru_cache(maxsize=4)
def _tallies(test: Sprt, name: AgentName, most: int) -> Running[Played, _Tally]:
    return Running(partial(_Tally, test, name, most), _Tally.add)


def _finished(course: Course) -> list[Played]:
    """In the order of the schedule, up to the first set that is not finished."""
    found = map(course.results.get, (pairing.id for pairing in course.scheduled))
    return [one for one in takewhile(bool, found) if one is not None]


def _score(name: AgentName, one: Played, most: int) -> int:
    if one.absent:
        return round(one.points[name] * most)
    line = next(line for line in one.standings if line.agent == name)
    return 2 * line.wins + line.draws


def _matches(course: Course) -> int:
    """How many matches a set of this event has; 1 before any was played."""
    return max((line.matches for one in course.played for line in one.standings), default=1)


def _nothing(test: Sprt) -> Verdict:
    return Verdict(0.0, *test.bounds, Decision.CONTINUE, 0.0, float("inf"))
