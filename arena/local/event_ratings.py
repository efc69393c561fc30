"""The ratings of an event by each of its systems, from its own sets alone: raw, and clean of sets with a fault."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from arena.core.values import AgentName
from arena.rating import SYSTEMS, SetResult, make_system
from arena.rating.bradley_terry import BRADLEY_TERRY, BradleyTerry, fit, pairs_of_set
from arena.rating.mean_score import MeanScore
from arena.tournament.event import Event


@dataclass(frozen=True, slots=True)
class EventRating:
    """An agent's rating from all sets with its 95 % interval, None where the system has none, and from clean sets.

    `clean` is None where the agent was in no clean set.
    """

    rating: float
    low: float | None
    high: float | None
    clean: float | None


Ratings = Mapping[str, Mapping[AgentName, EventRating]]
"""By system, then agent."""


def rate_sets(event: Event, results: Sequence[SetResult]) -> tuple[Ratings, list[str]]:
    """The ratings that these sets amount to, in their order, and sentences on what to beware of."""
    clean = [result for result in results if result.clean]
    ratings = {
        system: _paired(_rated(event, system, results), _rated(event, system, clean)) for system in event.ratings
    }
    return ratings, list(_notes(results)) if BRADLEY_TERRY in event.ratings else []


_Bounded = tuple[float, float | None, float | None]


def _rated(event: Event, system: str, results: Iterable[SetResult]) -> dict[AgentName, _Bounded]:
    """Each agent's rating, low and high."""
    if system == BRADLEY_TERRY:
        fitted = _fitted(results)
        return {} if fitted is None else {row.agent: (row.rating, row.low, row.high) for row in fitted.agents}
    has_frozen = any(option.name == "frozen" for option in SYSTEMS[system].options)
    frozen = ",".join(entrant.name for entrant in event.entrants if entrant.frozen)
    rated = make_system(system, [f"frozen={frozen}"] if frozen and has_frozen else [])
    alone = isinstance(rated, MeanScore)
    rated.update(result for result in results if alone or len(result.standings) > 1)
    return {
        agent: (rating.value, *(rated.interval(rating) or (None, None))) for agent, rating in rated.ratings().items()
    }


def _paired(raw: Mapping[AgentName, _Bounded], clean: Mapping[AgentName, _Bounded]) -> dict[AgentName, EventRating]:
    return {agent: EventRating(*bounded, clean[agent][0] if agent in clean else None) for agent, bounded in raw.items()}


def _fitted(results: Iterable[SetResult]) -> BradleyTerry | None:
    pairs = [pair for result in results for pair in pairs_of_set(result)]
    return fit(pairs) if pairs else None


def _notes(results: Sequence[SetResult]) -> Iterator[str]:
    fitted = _fitted(results)
    if fitted is None:
        return
    if not fitted.connected:
        yield (
            f"the entrants fall into {len(fitted.components)} groups that never met, and {BRADLEY_TERRY} ratings of "
            "different groups do not compare"
        )
    for agents, what in ((fitted.all_win, "lost no point"), (fitted.all_loss, "won no point")):
        if agents:
            yield f"{', '.join(agents)} {what}, so that their distance to the others rests on the prior"
