"""Bots that cannot play well, and whether they win more than chance gives them: the floor that every pool rests on.

An alarm can show that a game leaks wins to who cannot play: a broken rule, a side worth too much, opponents that
forfeit or throw sets. It cannot show which: it asks for a look at the records. A pool of agents that play worse than
chance raises it too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt
from typing import Final, Literal, NamedTuple, TypeAlias

from arena.core.errors import BadRequest
from arena.core.measures import BaseRate
from arena.core.share import wilson
from arena.core.values import AgentName
from arena.rating.guards import LEVEL, holm

Unit: TypeAlias = Literal["sets", "matches"]
_CONFIDENCE: Final = 0.975


@dataclass(frozen=True, slots=True)
class NullFinding:
    """A null bot's win `rate` over `count` sets or matches with its 95 % interval, and the one-sided p-value against
    `chance`, alone and `adjusted` for all bots tested."""

    agent: AgentName
    unit: Unit
    count: int
    rate: float
    low: float
    high: float
    chance: float
    p: float
    adjusted: float = 1.0
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class NullRecord:
    """How a null bot fared in sets: its wins among `count` of them, and its `chance` of each, 0 to 1.

    `count` must be of independent units, sets and not their matches, and `chance` must be known, such as 1 / agents
    where one of them wins.
    """

    agent: AgentName
    wins: int
    count: int
    chance: float

    def finding(self) -> NullFinding:
        """Tested by the exact binomial test; n sets resolve a rate to about 1 / sqrt(n).

        Raises:
            BadRequest: when it has no sets, more wins than sets, or a chance outside 0..1.
        """
        from scipy.special import bdtrc

        if not (0 <= self.wins <= self.count > 0 <= self.chance <= 1):
            raise BadRequest(
                f"agent {self.agent!r} has {self.wins} wins of {self.count} at a chance of {self.chance}; "
                "give at least one set, no more wins than sets, and a chance from 0 to 1"
            )
        p = float(bdtrc(self.wins - 1, self.count, self.chance)) if self.wins else 1.0
        interval = wilson(self.wins, self.count)
        return NullFinding(self.agent, "sets", self.count, self.wins / self.count, *interval, self.chance, p)


class NullMatch(NamedTuple):
    """One match of a null bot in the set of this number: whether it `won` alone, and its side's rate."""

    number: int
    won: bool
    base: BaseRate


@dataclass(frozen=True, slots=True)
class SideRecord:
    """How a null bot fared in matches on sides whose base rates are known; at least one match."""

    agent: AgentName
    matches: Sequence[NullMatch]

    def finding(self) -> NullFinding:
        """Tested by what it won beyond its base rates, sets being the samples: Student's t, one-sided.

        The variance is the larger one of what sets show and of what independent matches would have, so that a few sets
        that happen to be alike prove nothing, and to it comes that of the simulated base rates.
        """
        from scipy.special import stdtr, stdtrit

        count, sets = len(self.matches), len({match.number for match in self.matches})
        won, expected = sum(match.won for match in self.matches), fsum(match.base.rate for match in self.matches)
        rate, chance = won / count, expected / count
        if sets < 2:
            return NullFinding(self.agent, "matches", count, rate, 0.0, 1.0, chance, 1.0)
        spread = max(self._between(won - expected, sets), self._within())
        error, doubt = sqrt(spread), sqrt(spread + self._simulated())
        half = float(stdtrit(sets - 1, _CONFIDENCE)) * error / count
        p = float(stdtr(sets - 1, (expected - won) / doubt)) if doubt else float(won <= expected)
        return NullFinding(self.agent, "matches", count, rate, max(0.0, rate - half), min(1.0, rate + half), chance, p)

    def _between(self, excess: float, sets: int) -> float:
        """The variance of all wins as the sets show it, matches within a set being as dependent as they may."""
        beyond: dict[int, float] = defaultdict(float)
        size: dict[int, int] = defaultdict(int)
        for match in self.matches:
            beyond[match.number] += match.won - match.base.rate
            size[match.number] += 1
        mean = excess / len(self.matches)
        return sets / (sets - 1) * fsum((own - mean * size[number]) ** 2 for number, own in beyond.items())

    def _within(self) -> float:
        return fsum(match.base.rate * (1 - match.base.rate) for match in self.matches)

    def _simulated(self) -> float:
        """The variance of the wins that were expected, since base rates are known from so many matches only."""
        counts: dict[BaseRate, int] = defaultdict(int)
        for match in self.matches:
            counts[match.base] += 1
        return fsum(
            count**2 * base.rate * (1 - base.rate) / base.matches for base, count in counts.items() if base.matches
        )


def beaten_chance(records: Iterable[NullRecord | SideRecord], level: float = LEVEL) -> list[NullFinding]:
    """Null bots against chance, the most suspicious first; Holm's control over all of them, as in `guards`.

    Raises:
        BadRequest: when a record cannot be.
    """
    found = [record.finding() for record in records]
    adjusted = holm([finding.p for finding in found])
    judged = [replace(one, adjusted=p, alarm=p < level) for one, p in zip(found, adjusted, strict=True)]
    return sorted(judged, key=lambda finding: (finding.p, finding.agent))


def base_rate(rates: Mapping[tuple[str, str], BaseRate], agent: str, side: str) -> BaseRate | None:
    """That of a null bot on a side; where its own is not known that of `random`."""
    return rates.get((agent, side)) or rates.get(("random", side))
