"""The seam between formats and whoever runs an event: pairings, what came of them, and the `Format` that derives one
from the other. Pure: no clock, no storage, no randomness but the seed of the field.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final, NamedTuple, Self

from arena.core.errors import BadEvent
from arena.core.seed import Seed
from arena.core.values import AgentName, SetId
from arena.rating import SetResult, Standing
from arena.tournament.running import Grown, Lookup, Running
from arena.tournament.table import Table

MAX_SETS: Final = 100_000
"""Sets in one event: all of them are held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """One competitor of an event. `spec` names an agent that runs in the worker; without one it comes from elsewhere.

    `owner` is whose agent alone may take its place; "" leaves that to whoever comes first. `seeding` 1 is the
    strongest; `frozen` says that it no longer learns; `kind` is a free word such as "null" (the bots that mark the
    floor of a pool) or "learner".
    """

    name: AgentName
    spec: str | None = None
    owner: str = ""
    version: str = ""
    seeding: int | None = None
    frozen: bool = False
    kind: str = ""

    @property
    def remote(self) -> bool:
        """Whether it connects over the network."""
        return self.spec is None


@dataclass(frozen=True, kw_only=True)
class Field:
    """Who takes part and in which shape they meet: all that a format may know of an event and its game.

    `entrants` stand best seeded first. `places` agents are named by one pairing, in party order; `shared` says that one
    agent may then stand in several places, because the places are seats and not sides. Those who meet play `sets` sets
    in formats of fixed meetings. With `scored`, points are mean scores in the game's unit, else shares of opponents
    beaten.
    """

    entrants: tuple[Entrant, ...]
    places: int
    seed: Seed
    sets: int = 1
    shared: bool = False
    scored: bool = False

    @cached_property
    def names(self) -> tuple[AgentName, ...]:
        """The entrants' names, best seeded first."""
        return tuple(entrant.name for entrant in self.entrants)


class PairingId(NamedTuple):
    """What a pairing is stored under, within its event: it is never used twice."""

    round: int
    number: int
    leg: int


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """One set to be played: stored before it begins, and never changed.

    `round` and `number` say which meeting it is, both from 1 on; `leg` counts the sets of that meeting from 0.
    `entrants` stand in party order, one a place: the first has the first side (or seat) in the first rotation of its
    set, whose rotations give everyone every place. `stage` names a part of the event for people, such as "final".
    """

    round: int
    number: int
    entrants: tuple[AgentName, ...]
    leg: int = 0
    stage: str = ""

    @cached_property
    def id(self) -> PairingId:
        """The key it is stored under."""
        return PairingId(self.round, self.number, self.leg)


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a pairing: the standings of its set, or who was `absent`. With neither the set was void.

    An absent entrant never showed up or left for good: it loses to all who were there, whatever `standings` say, and
    two that are absent both get nothing.
    """

    pairing: Pairing
    standings: tuple[Standing, ...] = ()
    absent: frozenset[AgentName] = frozenset()

    @property
    def void(self) -> bool:
        """Whether it decides nothing, through nobody's fault."""
        return not self.standings and not self.absent

    @cached_property
    def points(self) -> Mapping[AgentName, float]:
        """For each entrant the share of its opponents it beat, a tie counting half: 1, 0.5 or 0 in a duel.

        Empty for a void set, and for an agent alone.
        """
        places = self._places()
        if len(places) < 2 or self.void:
            return {}
        return {name: 0.0 if name in self.absent else _share_beaten(name, places) for name in places}

    @cached_property
    def result(self) -> SetResult | None:
        """The set as ratings take it, by points alone: a forfeit is a loss. None where there are none."""
        if not self.points:
            return None
        order = sorted(self.points.values(), reverse=True)
        lines = [
            Standing(name, order.index(x) + 1, x, 1, int(x == 1), int(0 < x < 1), int(x == 0), int(name in self.absent))
            for name, x in self.points.items()
        ]
        name = SetId("/".join(map(str, self.pairing.id)))
        return SetResult(0, name, not self.absent, lines)

    def _places(self) -> dict[AgentName, int]:
        last = len(self.pairing.entrants) + 1
        ranks = {line.agent: line.rank for line in self.standings}
        if self.absent:  # the set was not played out: whoever was there shares the first place
            return {name: last if name in self.absent else 1 for name in self.pairing.entrants}
        return {name: ranks.get(name, last) for name in self.pairing.entrants}


def _share_beaten(name: AgentName, places: Mapping[AgentName, int]) -> float:
    others = [place for other, place in places.items() if other != name]
    return sum(0.5 if place == places[name] else float(place > places[name]) for place in others) / len(others)


@dataclass(frozen=True, kw_only=True)
class Course:
    """An event so far. `played` stands in the order in which sets were completed.

    `withdrawals` names those who have left for good, the first to leave first, with how many sets were completed then.
    Everything a format does follows from the field and the course, so that an event may stop anywhere and go on. Who
    knows that all of the first `settled` pairings were played may say so, and nobody looks through them again.
    """

    scheduled: Sequence[Pairing] = ()
    played: Sequence[Played] = ()
    withdrawals: Mapping[AgentName, int] = field(default_factory=dict)
    settled: int = field(default=0, compare=False)

    @cached_property
    def withdrawn(self) -> frozenset[AgentName]:
        """Those who have left for good."""
        return frozenset(self.withdrawals)

    @cached_property
    def pending(self) -> tuple[Pairing, ...]:
        """Scheduled and not finished, in the order in which they were scheduled."""
        return tuple(pairing for pairing in self.scheduled[self.settled :] if pairing.id not in self.results)

    @cached_property
    def ids(self) -> Collection[PairingId]:
        """Of all that is scheduled."""
        if isinstance(self.scheduled, Grown):
            return Lookup(self.scheduled, _SCHEDULED_AT.of(self.scheduled))
        return frozenset(pairing.id for pairing in self.scheduled)

    @cached_property
    def results(self) -> Mapping[PairingId, Played]:
        """What came of each finished pairing."""
        if isinstance(self.played, Grown):
            return Lookup(self.played, _PLAYED_AT.of(self.played))
        return {played.pairing.id: played for played in self.played}

    @cached_property
    def busy(self) -> Mapping[AgentName, int]:
        """How many pending pairings each agent is in."""
        return Counter(name for pairing in self.pending for name in set(pairing.entrants))

    @property
    def tick(self) -> int:
        """A time that passes with what happens: sets finished and entrants gone."""
        return len(self.played) + len(self.withdrawals)

    def left(self, pairings: Iterable[Pairing]) -> list[Pairing]:
        """Those that are not scheduled yet and that nobody who has left is in."""
        return [p for p in pairings if p.id not in self.ids and self.withdrawn.isdisjoint(p.entrants)]

    def after(self, fixed: Sequence[Pairing]) -> Sequence[Pairing]:
        """What is left of pairings that were fixed at the beginning and are due in this order."""
        known = len(self.scheduled)
        in_order = (
            not self.withdrawals and known <= len(fixed) and (not known or self.scheduled[-1] == fixed[known - 1])
        )
        return fixed[known:] if in_order else self.left(fixed)


def _place_pairing(places: dict[PairingId, int], pairing: Pairing) -> None:
    places[pairing.id] = len(places)


def _place_played(places: dict[PairingId, int], played: Played) -> None:
    places[played.pairing.id] = len(places)


_SCHEDULED_AT: Final = Running[Pairing, dict[PairingId, int]](dict, _place_pairing)
_PLAYED_AT: Final = Running[Played, dict[PairingId, int]](dict, _place_played)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStanding:
    """One entrant's line at any moment of an event; equal lines share a rank.

    `ranked_by` holds what the format ranks by, the foremost first and more always better. `points` are summed over the
    `sets` counted here; `wins`, `draws` and `losses` are sets too. `faults` are the matches in which the entrant was at
    fault. `state` is "in", "out" or "withdrawn".
    """

    rank: int
    agent: AgentName
    points: float
    sets: int
    wins: int
    draws: int
    losses: int
    faults: int
    state: str = "in"
    ranked_by: Mapping[str, float] = field(default_factory=dict)


class Format(ABC):
    """Who meets whom: a pure, deterministic function of the field and of the course so far.

    Whatever `due` returns may be stored from the front in any number; asked again, it returns the rest.
    """

    kind: ClassVar[str]
    """Its name in event files."""
    endless: ClassVar[bool] = False
    """Whether only a stop rule ends it."""

    @classmethod
    @abstractmethod
    def read(cls, table: Table) -> Self:
        """From the `[format]` table of an event file; takes every key it knows."""

    @abstractmethod
    def check(self, field: Field) -> None:
        """Raise BadEvent when this format cannot be held with this field."""

    @abstractmethod
    def due(self, field: Field, course: Course) -> Sequence[Pairing]:
        """The pairings that may be scheduled now, best first; empty while waiting for results, and when over."""

    @abstractmethod
    def standings(self, field: Field, course: Course) -> list[EventStanding]:
        """The table at this moment, best first."""

    def begun(self, field: Field, course: Course) -> Sequence[Pairing]:
        """Of what is due, that which no stop rule may cut off; by default nothing."""
        return ()

    def over(self, field: Field, course: Course) -> bool:
        """Whether nothing more will come; by default as soon as nothing is due and nothing pending."""
        return not course.pending and not self.due(field, course)

    def expected(self, field: Field) -> int | None:
        """How many sets there will be in all, as far as can be said; None when only the course decides it."""
        return None


def need_modest(sets: int) -> None:
    """Refuse an event that no schedule could hold."""
    if sets > MAX_SETS:
        raise BadEvent(f"this would be {sets} sets, and at most {MAX_SETS} can be scheduled; ask for fewer rounds")


def need_duel(kind: str, field: Field) -> None:
    """Refuse a field whose game does not set two agents against each other."""
    if field.places != 2 or field.scored:
        raise BadEvent(
            f"a {kind} needs a game of two sides that win or lose; this one takes {field.places} agents"
            f"{', ranked by score' if field.scored else ''}: use a round robin, gauntlet, ladder or league"
        )
