"""Ratings over time: how each agent's went from set to set, and how strong each checkpoint of a lineage is.

Beside a checkpoint's rating stand the figures that were measured of it when it was frozen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from arena.core.values import AgentName
from arena.ledger import Ledger, VersionLine
from arena.ledger.checkpoints import Frozen
from arena.ledger.selection import Entrant
from arena.rating import DEFAULT, SYSTEMS, SetResult, make_system
from arena.rating.bradley_terry import Comparisons, PairResult, Strength, fit, pairs_of_set

SAMPLES: Final = 60
"""Moments at which ratings are noted."""
_SEAM: Final = "\0"
_Unit = tuple[AgentName, str]
"""An agent under a version."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An agent's rating after `sets` finished sets of the game, the last of which ended at `ended_ms`."""

    sets: int
    ended_ms: int
    rating: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Track:
    """One agent's readings, from the first moment after it played."""

    agent: AgentName
    system: str
    readings: Sequence[Reading]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One version of an agent with its Bradley-Terry rating; `lineage` is the oldest ancestor's agent.

    `place` counts the versions of the lineage from 1 in the order in which they were made.
    """

    lineage: AgentName
    place: int
    agent: AgentName
    version: str
    parent: _Unit | None
    created_ms: int
    rating: float
    low: float
    high: float
    sets: float
    step: int | None
    figures: Mapping[str, float]


def find_tracks(
    sets: Sequence[SetResult], entrants: Iterable[Entrant], system: str, settings: Sequence[str]
) -> list[Track]:
    """The ratings at evenly spread moments, by the system, or by the default one where that is not an online system."""
    online = system in SYSTEMS
    growing = make_system(system if online else DEFAULT, settings if online else ())
    ended = {one.number: one.ended_ms for one in entrants}
    count = len(sets)
    due = {round(at * count / SAMPLES) for at in range(1, SAMPLES + 1)} - {0}
    found: dict[AgentName, list[Reading]] = {}
    for at, result in enumerate(sets, start=1):
        growing.add(result)
        if at in due:
            for agent, rating in growing.ratings().items():
                low, high = growing.interval(rating) or (None, None)
                reading = Reading(at, ended.get(result.number, 0), rating.value, low, high)
                found.setdefault(agent, []).append(reading)
    tracks = [Track(agent, growing.name, readings) for agent, readings in found.items()]
    return sorted(tracks, key=lambda track: (-track.readings[-1].rating, track.agent))


def find_lineage(ledger: Ledger, sets: Sequence[SetResult], entrants: Iterable[Entrant]) -> list[Checkpoint]:
    """The rated versions of every lineage that has at least two, oldest first; all versions are fitted together."""
    version = {(one.number, one.agent): one.version for one in entrants}
    families = _families(ledger, {(agent, own) for (_, agent), own in version.items() if own})
    results = [_under(pair, one.number, version) for one in sets for pair in pairs_of_set(one)] if families else []
    if not results:
        return []
    rated = {row.agent: row for row in fit(Comparisons.of(results)).agents}
    frozen = {(line.agent, line.version): line.frozen for line in ledger.checkpoints.all()}
    return [
        _checkpoint(root, place, line, rated[_name((line.agent, line.version))], frozen.get((line.agent, line.version)))
        for root, lines in sorted(families.items())
        for place, line in enumerate((one for one in lines if _name((one.agent, one.version)) in rated), start=1)
    ]


def _families(ledger: Ledger, played: set[_Unit]) -> dict[AgentName, list[VersionLine]]:
    """The versions that played, oldest first, by the agent of their oldest ancestor; only where there are several."""
    agents = {agent for agent, _ in played}
    known = {(line.agent, line.version): line for agent in agents for line in ledger.agents.versions(agent)}
    found: dict[AgentName, list[VersionLine]] = {}
    for unit in sorted(played & known.keys(), key=lambda unit: (known[unit].created_ms, unit)):
        found.setdefault(_root(unit, known), []).append(known[unit])
    return {root: lines for root, lines in found.items() if len(lines) > 1}


def _checkpoint(root: AgentName, place: int, line: VersionLine, own: Strength, frozen: Frozen | None) -> Checkpoint:
    rating = own.rating, own.low, own.high, own.results
    step, figures = (frozen.step, frozen.figures) if frozen else (None, {})
    return Checkpoint(root, place, line.agent, line.version, line.parent, line.created_ms, *rating, step, figures)


def _root(unit: _Unit, known: dict[_Unit, VersionLine]) -> AgentName:
    """The agent of the oldest ancestor that is known; a circle of parents ends where it closes."""
    seen: set[_Unit] = set()
    while unit not in seen and unit in known and (parent := known[unit].parent) is not None:
        seen.add(unit)
        unit = parent
    return unit[0]


def _under(pair: PairResult, number: int, version: dict[tuple[int, AgentName], str]) -> PairResult:
    one, two = ((agent, version.get((number, agent), "")) for agent in (pair.agent, pair.opponent))
    return PairResult(_name(one), _name(two), pair.score, pair.cluster)


def _name(unit: _Unit) -> AgentName:
    return AgentName(_SEAM.join(unit))
