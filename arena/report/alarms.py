"""What the fairness guards make of a game's sets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from arena.core.values import AgentName
from arena.rating import SetResult
from arena.rating.bradley_terry import Comparisons, pairs_of_set
from arena.rating.guards import NullFinding, NullRecord, PairFinding, beaten_chance, odd_meetings, odd_partners

NULL_CLASS: Final = frozenset({"random", "null", "first", "silent", "echo", "injector"})
"""Names of the agents that come with every installation and cannot play well."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """All that was tested, most suspicious first; each finding says whether it is an alarm."""

    nulls: Sequence[NullFinding] = ()
    meetings: Sequence[PairFinding] = ()
    partners: Sequence[PairFinding] = ()

    @property
    def raised(self) -> int:
        """How many alarms there are."""
        pairs = sum(finding.alarm for finding in (*self.meetings, *self.partners))
        return pairs + sum(finding.alarm for finding in self.nulls)


def find_alarms(sets: Sequence[SetResult]) -> Alarms:
    """Null-class bots above chance, pairs whose meetings are odd, and partners that gain from each other's company."""
    nulls = beaten_chance(null_records(sets))
    results = [pair for one in sets for pair in pairs_of_set(one)]
    if not results:
        return Alarms(nulls)
    table = Comparisons.of(results)
    crowded = any(len(one.standings) > 2 for one in sets)
    with np.errstate(invalid="ignore"):  # where a result was certain, rounding may take a variance below 0
        return Alarms(nulls, odd_meetings(table), odd_partners(table) if crowded else ())


def null_records(sets: Iterable[SetResult]) -> list[NullRecord]:
    """Each null-class bot's sets against others than its kind; alone at the top by chance is one in the agents there.

    A draw is no win, so that chance is put rather too high than too low.
    """
    tally: dict[AgentName, list[float]] = {}
    for result in sets:
        agents = [line.agent for line in result.standings]
        best = [line.agent for line in result.standings if line.rank == 1]
        if NULL_CLASS.issuperset(agents):
            continue
        for agent in NULL_CLASS.intersection(agents):
            own = tally.setdefault(AgentName(agent), [0, 0, 0.0])
            own[0] += best == [agent]
            own[1] += 1
            own[2] += 1 / len(agents)
    return [NullRecord(agent, int(wins), int(count), sum_ / count) for agent, (wins, count, sum_) in tally.items()]
