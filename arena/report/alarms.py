"""What the fairness guards make of a game's sets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arena.rating import SetResult
from arena.rating.bradley_terry import Comparisons, pairs_of_set
from arena.rating.guards import Ballot, PairFinding, odd_meetings, odd_partners, odd_votes
from arena.rating.null_bots import NullFinding


@dataclass(frozen=True, slots=True)
class Alarms:
    """All that was tested, most suspicious first; each finding says whether it is an alarm.

    `votes` are of `voted` matches, the latest ones with votes; None where the game has none.
    """

    nulls: Sequence[NullFinding] = ()
    meetings: Sequence[PairFinding] = ()
    partners: Sequence[PairFinding] = ()
    votes: Sequence[PairFinding] = ()
    voted: int | None = None

    @property
    def raised(self) -> int:
        """How many alarms there are."""
        pairs = sum(finding.alarm for finding in (*self.meetings, *self.partners, *self.votes))
        return pairs + sum(finding.alarm for finding in self.nulls)


def find_alarms(
    sets: Sequence[SetResult],
    nulls: Sequence[NullFinding] = (),
    voted: tuple[Sequence[Ballot], int] | None = None,
) -> Alarms:
    """Pairs whose meetings are odd, partners that gain from each other's company, pairs that vote alike; and the null
    bots, tested already."""
    votes, matches = (odd_votes(voted[0]), voted[1]) if voted else ((), None)
    results = [pair for one in sets for pair in pairs_of_set(one)]
    if not results:
        return Alarms(nulls, votes=votes, voted=matches)
    table = Comparisons.of(results)
    crowded = any(len(one.standings) > 2 for one in sets)
    with np.errstate(invalid="ignore"):  # where a result was certain, rounding may take a variance below 0
        return Alarms(nulls, odd_meetings(table), odd_partners(table) if crowded else (), votes, matches)
