"""The values that ratings are computed from: how each agent fared in one finished set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

from arena.core.values import AgentName, SetId


class SeatLine(NamedTuple):
    """One seat's part of one match, as far as ratings care. `fault` marks an ending or a default caused by an error."""

    agent: AgentName
    rank: int
    score: float
    fault: bool


class Standing(NamedTuple):
    """One agent's part of a finished set: a party of several seats is one unit, and ranks are by `score`.

    `score` is summed over the matches; a match counts the mean over the agent's seats. `wins`, `draws` and `losses`
    add up to `matches`, and `errors` counts the matches in which a seat of the agent was at fault.
    """

    agent: AgentName
    rank: int
    score: float
    matches: int
    wins: int
    draws: int
    losses: int
    errors: int


@dataclass(frozen=True, slots=True)
class SetResult:
    """One finished set, the unit that is rated. `number` grows in the order in which sets were finished.

    `clean` is false as soon as any match of the set had a fault or a default played for a seat.
    """

    number: int
    set_id: SetId
    clean: bool
    standings: Sequence[Standing]


def standings(matches: Iterable[Sequence[SeatLine]]) -> list[Standing]:
    """The standings of a set from its matches: best first, equal sums share a rank.

    A win is the first rank alone, a draw the first rank shared, anything else a loss. An agent whose seats differ in
    rank takes the worst of them, so that a faulted seat is not covered by its team mates.
    """
    parts: dict[AgentName, list[_Part]] = {}
    for lines in matches:
        for agent, part in _parts(lines).items():
            parts.setdefault(agent, []).append(part)
    sums = {agent: fsum(part.score for part in played) for agent, played in parts.items()}
    order = sorted(parts, key=lambda agent: (-sums[agent], agent))
    first = {score: place for place, score in reversed(list(enumerate((sums[a] for a in order), start=1)))}
    return [_standing(agent, first[sums[agent]], sums[agent], parts[agent]) for agent in order]


class _Part(NamedTuple):
    score: float
    place: str
    fault: bool


def _parts(lines: Sequence[SeatLine]) -> dict[AgentName, _Part]:
    seats: dict[AgentName, list[SeatLine]] = {}
    for line in lines:
        seats.setdefault(line.agent, []).append(line)
    ranks = {agent: max(line.rank for line in own) for agent, own in seats.items()}
    best = min(ranks.values())
    lead = "win" if list(ranks.values()).count(best) == 1 and len(ranks) > 1 else "draw"
    return {
        agent: _Part(
            score=fsum(line.score for line in own) / len(own),
            place=lead if ranks[agent] == best else "loss",
            fault=any(line.fault for line in own),
        )
        for agent, own in seats.items()
    }


def _standing(agent: AgentName, rank: int, score: float, played: Sequence[_Part]) -> Standing:
    places = [part.place for part in played]
    return Standing(
        agent=agent,
        rank=rank,
        score=score,
        matches=len(played),
        wins=places.count("win"),
        draws=places.count("draw"),
        losses=places.count("loss"),
        errors=sum(part.fault for part in played),
    )
