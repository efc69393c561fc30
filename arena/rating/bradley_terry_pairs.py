"""Pairwise results: one by one, as columns for whole ledgers, and taken apart from matches of many agents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.results import SetResult

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairResult:
    """How one agent fared against one other.

    `score` is the agent's: 1 for a win, 0.5 for a draw, 0 for a loss; a value between counts as a mix of the two
    nearest. `cluster` names the match set: results of one set may depend on each other, and intervals allow for it.
    `factors` names what the two sides sat on, the agent's level first, as `{"seat": ("0", "1")}` or
    `{"side": ("wolf", "village")}`; all results that are fitted together name the same factors.
    """

    agent: AgentName
    opponent: AgentName
    score: float
    cluster: str
    weight: float = 1.0
    factors: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entrant:
    """One seat of a finished match or set: lower ranks are better, and a named team is never compared with itself.

    `weight` is the share of it that the agent took part in.
    """

    agent: AgentName
    rank: float
    team: str = ""
    factors: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """A covariate by its levels: result k has the agent on `levels[first[k]]`, its opponent on `levels[second[k]]`."""

    levels: tuple[str, ...]
    first: Ints
    second: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Pairwise results as columns of one length: result k is `agents[first[k]]` against `agents[second[k]]`.

    `cluster` numbers the match set of each result from 0; without it each result stands for itself. `weight` is 1
    when left out.

    Raises:
        BadRequest: when a column does not fit, or a result is of an agent with itself.
    """

    agents: tuple[AgentName, ...]
    first: Ints
    second: Ints
    score: Floats
    cluster: Ints | None = None
    weight: Floats | None = None
    factors: Mapping[str, Factor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.score):
            raise BadRequest("there are no results to rate; at least one between two agents is needed")
        columns = [self.first, self.second, self.cluster, self.weight]
        columns += [column for factor in self.factors.values() for column in (factor.first, factor.second)]
        if any(column is not None and column.shape != self.score.shape for column in columns):
            raise BadRequest("the columns of the results differ in length; each needs one value a result")
        if (self.first == self.second).any():
            own = self.agents[int(self.first[np.argmax(self.first == self.second)])]
            raise BadRequest(f"agent {own!r} has a result against itself; leave such results out")
        if not (self.score.min() >= 0 and self.score.max() <= 1):
            raise BadRequest("a score is outside 0..1; give 1 for a win, 0.5 for a draw and 0 for a loss")
        if self.weight is not None and not (self.weight.min() > 0 and self.weight.max() < np.inf):
            raise BadRequest("a weight is not a positive number; leave results of no weight out")

    @classmethod
    def of(cls, results: Iterable[PairResult]) -> "Comparisons":
        """The columns of these results; agents, levels and clusters are numbered in alphabetical order.

        Raises:
            BadRequest: when there are none, or they do not name the same factors.
        """
        rows = list(results)
        names = rows[0].factors.keys() if rows else set[str]()
        if any(row.factors.keys() != names for row in rows):
            raise BadRequest("results that are rated together need the same factors; some lack one that others have")
        agents, first, second = _coded([(row.agent, row.opponent) for row in rows])
        clusters = {name: code for code, name in enumerate(sorted({row.cluster for row in rows}))}
        return cls(
            agents=tuple(map(AgentName, agents)),
            first=first,
            second=second,
            score=np.array([row.score for row in rows], dtype=np.float64),
            cluster=np.array([clusters[row.cluster] for row in rows], dtype=np.int64),
            weight=np.array([row.weight for row in rows], dtype=np.float64),
            factors={name: Factor(*_coded([row.factors[name] for row in rows])) for name in sorted(names)},
        )


def pairs(entrants: Sequence[Entrant], cluster: str, weight: float = 1.0) -> list[PairResult]:
    """Every pair of entrants of different agents and teams, by rank; equal ranks are a draw.

    A pair weighs `weight` times the shares of both: by so much they met.
    The pairs depend on each other: they share a cluster, which keeps intervals honest. Pairs drawn from a
    Plackett-Luce ranking follow Bradley and Terry's model exactly, so that the strengths stay unbiased.
    """
    return [
        PairResult(
            one.agent,
            two.agent,
            score=0.5 if one.rank == two.rank else float(one.rank < two.rank),
            cluster=cluster,
            weight=weight * one.weight * two.weight,
            factors={name: (level, two.factors[name]) for name, level in one.factors.items() if name in two.factors},
        )
        for one, two in combinations(entrants, 2)
        if one.agent != two.agent and not (one.team and one.team == two.team)
    ]


def pairs_of_set(result: SetResult) -> list[PairResult]:
    """The pairs of a finished set by its standings: the set is both the result and the cluster."""
    teams = result.teams or {}
    entrants = [Entrant(line.agent, line.rank, teams.get(line.agent, "")) for line in result.standings]
    return pairs(entrants, cluster=result.set_id)


def sum_by(index: Ints, values: Floats, size: int) -> Floats:
    """The sum of the values at each index 0..size-1."""
    return np.bincount(index, values, minlength=size).astype(np.float64, copy=False)


def _coded(both: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], Ints, Ints]:
    """The distinct names of both columns in order, and each column as indices into them."""
    names = tuple(sorted({name for names in both for name in names}))
    codes = {name: code for code, name in enumerate(names)}
    table = np.array([(codes[one], codes[two]) for one, two in both], dtype=np.int64).reshape(-1, 2)
    return names, table[:, 0], table[:, 1]
