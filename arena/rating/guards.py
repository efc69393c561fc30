"""Fairness guards: signs in finished results that a pairing or a vote is not what it seems.

Each guard tests against a stated chance, with Holm's control over all that it tests at once (S. Holm, Scandinavian
Journal of Statistics 6, 1979): where nothing is amiss, any alarm at all comes up in a share `level` of reports. An
alarm asks for a look at the records; it proves nothing by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, TypeAlias

import numpy as np

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.bradley_terry import RIDGE
from arena.rating.bradley_terry_pairs import Comparisons, Floats, PairResult
from arena.rating.bradley_terry_residuals import Departure, meetings, partnerships

LEVEL = 0.01
"""The chance of any false alarm in one report."""
_LEAST = 5
"""Matches that a pair must have shared before their partnership is tested."""
_Pair: TypeAlias = tuple[AgentName, AgentName]


@dataclass(frozen=True, slots=True)
class PairFinding:
    """What two agents did together, `observed` against `expected`; `p` alone, and `adjusted` for all pairs tested."""

    agents: tuple[AgentName, AgentName]
    count: int
    observed: float
    expected: float
    p: float
    adjusted: float
    alarm: bool


class Ballot(NamedTuple):
    """One vote of one match; voters of a `group`, such as a side, are compared with each other only."""

    match: str
    round: int
    voter: AgentName
    target: AgentName
    group: str = ""


def odd_meetings(
    results: Comparisons | Iterable[PairResult], level: float = LEVEL, ridge: float = RIDGE
) -> list[PairFinding]:
    """Pairs whose results against each other are not what their results against all others predict.

    Both directions count: `observed` and `expected` are points of the first agent. It can show that one agent throws
    sets to another, or saves its best for it. It cannot tell that from a style that happens to suit (intransitive
    games have many such pairs, and none is at fault), nor see pairs that trade wins evenly or met a few times only.
    A pair far out also moves what is expected of its opponents: settle the first finding before the next. Give one
    result a set: the p-values take results as independent.

    Raises:
        BadRequest: when there are no results, or one is weighted or neither won, drawn nor lost.
    """
    return _judged(meetings(_table(results), ridge), level)


def odd_partners(
    results: Comparisons | Iterable[PairResult], level: float = LEVEL, ridge: float = RIDGE, least: int = _LEAST
) -> list[PairFinding]:
    """Pairs that take more from third parties in matches they share than each does in matches without the other.

    For matches of three agents and more, as pairs that share a cluster; `observed` and `expected` are points a match
    above what ratings predict, of both together. It can show that two agents play as one. It cannot tell a pact from
    honest team play, so leave out team mates, nor say anything of agents that always or never sit together.

    Raises:
        BadRequest: when there are no results, or they name no matches.
    """
    return _judged(partnerships(_table(results), ridge, least), level)


def odd_votes(ballots: Iterable[Ballot], level: float = LEVEL) -> list[PairFinding]:
    """Pairs that vote for the same target more often than voters of their group and match do.

    `count` is of matches and `observed` of rounds in which both voted alike. The null hands the votes of each match,
    each voter's whole sequence, to the voters of its group at random: its p-value is exact, and neither a unanimous
    table nor one grudge held for a whole match looks odd. It can show agents that find each other across matches,
    through fresh aliases. It cannot see pairs that agree by plan to differ, says nothing of groups of two, and flags
    honest twins: two copies of one model reason alike. A record does not say which of a game's moves are votes: the
    game's `Measures.votes` do.

    Raises:
        BadRequest: when a voter has two votes in one round.
    """
    agreed: dict[_Pair, list[tuple[int, Floats]]] = defaultdict(list)
    for votes in _sequences(ballots).values():
        alike = {pair: _alike(votes[pair[0]], votes[pair[1]]) for pair in combinations(sorted(votes), 2)}
        chances = np.bincount(list(alike.values()) or [0]) / max(len(alike), 1)
        for pair, rounds in alike.items():
            agreed[pair].append((rounds, chances))
    return _judged((_voted(pair, matches) for pair, matches in agreed.items()), level)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values: those below a level keep the chance of any false alarm below it."""
    order = np.argsort(p, kind="stable")
    scaled = np.asarray(p, dtype=np.float64)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return adjusted.tolist()


def _table(results: Comparisons | Iterable[PairResult]) -> Comparisons:
    return results if isinstance(results, Comparisons) else Comparisons.of(results)


def _judged(departures: Iterable[Departure], level: float) -> list[PairFinding]:
    """The findings, most suspicious first."""
    table = list(departures)
    found = [
        PairFinding((one.first, one.second), one.count, one.observed, one.expected, one.p, adjusted, adjusted < level)
        for one, adjusted in zip(table, holm([one.p for one in table]), strict=True)
    ]
    return sorted(found, key=lambda finding: (finding.p, finding.agents))


_Votes: TypeAlias = Mapping[AgentName, Mapping[int, AgentName]]


def _sequences(ballots: Iterable[Ballot]) -> Mapping[tuple[str, str], _Votes]:
    """The votes by round of each voter of each match and group."""
    found: dict[tuple[str, str], dict[AgentName, dict[int, AgentName]]] = defaultdict(lambda: defaultdict(dict))
    for ballot in ballots:
        own = found[ballot.match, ballot.group][ballot.voter]
        if own.setdefault(ballot.round, ballot.target) != ballot.target:
            raise BadRequest(f"voter {ballot.voter!r} has two votes in round {ballot.round} of match {ballot.match!r}")
    return found


def _alike(one: Mapping[int, AgentName], two: Mapping[int, AgentName]) -> int:
    return sum(two.get(at) == target for at, target in one.items())


def _voted(pair: _Pair, matches: Sequence[tuple[int, Floats]]) -> Departure:
    """One pair's agreement over its matches against the convolution of what chance gives in each."""
    total = np.ones(1)
    for _, chances in matches:
        total = np.convolve(total, chances)
    observed = sum(rounds for rounds, _ in matches)
    expected = float(total @ np.arange(len(total)))
    return Departure(*pair, len(matches), observed, expected, float(min(total[observed:].sum(), 1.0)))
