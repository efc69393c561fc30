"""Events played out without any match: whoever is due meets at once, in an order and at a pace that chance decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as column
from random import Random

from arena.core.seed import Seed
from arena.core.values import AgentName
from arena.rating import Standing
from arena.tournament.schedule import Course, Entrant, Field, Format, Pairing, Played

Outcome = Callable[[Pairing, Random], Played]


def a_field(entrants: int, places: int = 2, *, sets: int = 1, shared: bool = False, scored: bool = False) -> Field:
    """Entrants a0, a1, ..., best first."""
    return Field(
        entrants=tuple(Entrant(name=AgentName(f"a{i}"), spec="random") for i in range(entrants)),
        places=places,
        seed=Seed.of(1),
        sets=sets,
        shared=shared,
        scored=scored,
    )


def ranked(pairing: Pairing, ranks: Sequence[int], matches: int = 2) -> Played:
    """A set with these ranks, one a place (agents that stand twice keep their first)."""
    places = dict(zip(reversed(pairing.entrants), reversed(ranks), strict=True))
    best = min(places.values())
    alone = list(places.values()).count(best) == 1
    lines = [
        Standing(
            name,
            rank,
            -float(rank),
            matches,
            matches * (rank == best and alone),
            matches * (rank == best and not alone),
            matches * (rank != best),
            0,
        )
        for name, rank in places.items()
    ]
    return Played(pairing=pairing, standings=tuple(lines))


def by_chance(pairing: Pairing, rng: Random) -> Played:
    """Any ranks, often tied; now and then a void set or somebody absent."""
    luck = rng.random()
    if luck < 0.05:
        return Played(pairing=pairing)
    if luck < 0.1:
        return Played(pairing=pairing, absent=frozenset({rng.choice(pairing.entrants)}))
    return ranked(pairing, [rng.randint(1, 2) for _ in pairing.entrants])


def favourites(pairing: Pairing, rng: Random) -> Played:
    """The better seeded always wins."""
    return ranked(pairing, [int(name[1:]) + 1 for name in pairing.entrants])


@dataclass
class Simulation:
    """One event under way. `most` sets end the endless formats."""

    format: Format
    field: Field
    outcome: Outcome = by_chance
    scheduled: list[Pairing] = column(default_factory=list)
    played: list[Played] = column(default_factory=list)
    withdrawals: dict[AgentName, int] = column(default_factory=dict)

    @property
    def course(self) -> Course:
        return Course(scheduled=tuple(self.scheduled), played=tuple(self.played), withdrawals=dict(self.withdrawals))

    def withdraw(self, *names: str) -> None:
        """Have these leave now, the first to leave first."""
        for name in names:
            self.withdrawals.setdefault(AgentName(name), len(self.played))

    def schedule(self, most: int | None = None) -> list[Pairing]:
        """Store what is due, or the first `most` of it."""
        found = list(self.format.due(self.field, self.course))[:most]
        self.scheduled.extend(found)
        return found

    def finish(self, pairing: Pairing, rng: Random) -> None:
        """Play one pending pairing."""
        self.played.append(self.outcome(pairing, rng))

    def run(self, rng: Random, *, most: int = 1_000, partly: bool = False) -> "Simulation":
        """Until the format is over or `most` sets were played; `partly` stores what is due in pieces."""
        while len(self.played) < most:
            self.schedule(rng.randint(0, 3) if partly else None)
            pending = self.course.pending
            if pending:
                self.finish(rng.choice(pending), rng)
            elif self.format.over(self.field, self.course):
                break
        return self
