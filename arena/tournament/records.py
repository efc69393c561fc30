"""What each entrant did so far, counted from the finished pairings, and the table that this makes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arena.core.values import AgentName
from arena.tournament.schedule import Course, EventStanding, Field, Played


@dataclass(slots=True)
class SetCount:
    """One entrant's sets: `points` as `Played.points` or, in games ranked by score, the mean score a match."""

    points: float = 0.0
    sets: int = 0
    wins: int = 0
    draws: int = 0
    losses: int = 0
    faults: int = 0

    @property
    def share(self) -> float:
        """Points a set; 0 before the first one."""
        return self.points / self.sets if self.sets else 0.0

    def add(self, points: float) -> None:
        """Count a set that brought so many points, 0 to 1."""
        self.points += points
        self.sets += 1
        self.wins += points == 1
        self.losses += points == 0
        self.draws += 0 < points < 1


def count_sets(field: Field, played: Iterable[Played]) -> dict[AgentName, SetCount]:
    """Every entrant's sets; void ones are left out."""
    counts = {name: SetCount() for name in field.names}
    for one in played:
        for line in one.standings:
            counts[line.agent].faults += line.errors
        if field.scored:
            _add_scores(counts, one)
        else:
            for name, points in one.points.items():
                counts[name].add(points)
    return counts


def _add_scores(counts: Mapping[AgentName, SetCount], one: Played) -> None:
    """Scores of a set; those of an agent with itself are no comparison and left out."""
    if len(one.standings) == 1 < len(one.pairing.entrants):
        return
    for line in one.standings:
        count = counts[line.agent]
        count.points += line.score / max(line.matches, 1)
        count.sets += 1


def ranked(
    field: Field,
    course: Course,
    counts: Mapping[AgentName, SetCount],
    ranked_by: Mapping[AgentName, Mapping[str, float]],
    states: Mapping[AgentName, str] | None = None,
) -> list[EventStanding]:
    """The standings in the order of `ranked_by`, equal ones in the order of seeding and with the same rank."""
    order = sorted(field.names, key=lambda name: tuple(-value for value in ranked_by[name].values()))
    lines: list[EventStanding] = []
    for place, name in enumerate(order, start=1):
        tied = lines and tuple(lines[-1].ranked_by.values()) == tuple(ranked_by[name].values())
        count = counts[name]
        lines.append(
            EventStanding(
                rank=lines[-1].rank if tied else place,
                agent=name,
                points=count.points,
                sets=count.sets,
                wins=count.wins,
                draws=count.draws,
                losses=count.losses,
                faults=count.faults,
                state="withdrawn" if name in course.withdrawn else (states or {}).get(name, "in"),
                ranked_by=ranked_by[name],
            )
        )
    return lines
