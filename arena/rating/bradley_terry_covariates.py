"""What a result's logit is made of: a strength for each rated unit, and an effect for each level of a covariate.

A unit is an agent, or an agent on one side where strengths are told apart by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.bradley_terry_connectivity import components
from arena.rating.bradley_terry_pairs import Comparisons, Factor, Floats, Ints

LARGEST = 5_000
"""Strengths and effects that are fitted at most: the information about them is a matrix of their square."""
_DENSE_KEYS = 1 << 24
"""Up to so many possible keys, counting them all beats sorting those that occur."""
_MOST_KEYS = 1 << 61
"""Up to so many possible keys, a key and one of three outcomes are one number of 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The parameters in order: units by (agent, side), then effects by (factor, level); see `Rows` for the results.

    `agent_of` and `group_of` give each unit's agent and the group it is centred in: its side within its component.
    """

    units: tuple[tuple[int, int], ...]
    effects: tuple[tuple[str, str], ...]
    sides: tuple[str, ...]
    agent_of: Ints
    side_of: Ints
    group_of: Ints
    component_of: Ints
    factor_of: Ints
    by: str

    def unit_rows(self, params: Floats) -> Floats:
        """Strengths of units relative to the mean of their group; `params` is (parameters, samples)."""
        return _centred(params[: len(self.units)], self.group_of)

    def agent_rows(self, params: Floats) -> Floats:
        """Strengths of agents relative to the mean of their component: the mean over the sides that they were on."""
        rows = self.unit_rows(params)
        if len(self.component_of) < len(rows):
            rows = _means(rows, self.agent_of, len(self.component_of))
        return _centred(rows, self.component_of)

    def effect_rows(self, params: Floats) -> Floats:
        """Effects of levels relative to the mean of their factor; a side's effect includes its units' mean strength."""
        start = len(self.units)
        rows = params[start : start + len(self.effects)].copy()
        own = [at for at, (factor, _) in enumerate(self.effects) if factor == self.by]
        if own:
            rows[own] += _means(params[:start], self.side_of, len(self.sides))
        return _centred(rows, self.factor_of) if len(rows) else rows


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Results that share units and levels, of one logit: columns of one length; `units` is how many there are.

    `levels` is (cells, effects), +1 for the first unit's level, -1 for the second's; `pair` is first * units + second.
    """

    units: int
    first: Ints
    second: Ints
    levels: Floats
    pair: Ints

    @property
    def effects(self) -> int:
        """How many effects the logit has."""
        return int(self.levels.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Results, equal ones only once with their `count`; `cluster` is None where each result stands for itself."""

    cell: Ints
    score: Floats
    drawn: Floats
    weight: Floats
    count: Floats
    cluster: Ints | None

    @property
    def clusters(self) -> int:
        """How many independent clusters there are."""
        return int(self.count.sum() if self.cluster is None else np.count_nonzero(np.bincount(self.cluster)))


def design(results: Comparisons, by: str | None) -> tuple[Design, Cells, Rows]:
    """Code the results for a fit with one strength for each agent, or each agent and level of the factor `by`.

    Raises:
        BadRequest: when `by` is no factor of the results, an agent has no result, or there is too much to fit.
    """
    results = _oriented(results)
    side = _side(results, by)
    everyone = np.arange(len(results.agents)), results.first, results.second
    codes, first, second = _units(results, side) if by else everyone
    effects = [(name, level) for name, factor in results.factors.items() for level in factor.levels]
    _check_size(len(codes), len(effects))
    keys, space, books = _keys(results, first, second, len(codes))
    cell_keys, rows = _rows(results, keys, space)
    agent_of, side_of = codes // len(side.levels), codes % len(side.levels)
    cells = _cells(results, cell_keys, books, len(codes))
    _check(results.agents, np.concatenate([agent_of[cells.first], agent_of[cells.second]]))
    component_of = components(len(results.agents), agent_of[cells.first], agent_of[cells.second])
    names = list(results.factors)
    shape = Design(
        units=tuple(zip(agent_of.tolist(), side_of.tolist(), strict=True)),
        effects=tuple(effects),
        sides=side.levels,
        agent_of=agent_of,
        side_of=side_of,
        group_of=_dense(component_of[agent_of] * len(side.levels) + side_of),
        component_of=component_of,
        factor_of=np.array([names.index(name) for name, _ in effects], dtype=np.int64),
        by=by or "",
    )
    return shape, cells, rows


def _side(results: Comparisons, by: str | None) -> Factor:
    """The factor that tells strengths apart, of one level when nothing does."""
    if not by:
        return Factor(("",), *np.zeros((2, 1), dtype=np.int64))
    if by not in results.factors:
        known = ", ".join(results.factors) or "none"
        raise BadRequest(f"the results have no factor {by!r} to tell strengths apart by; there is {known}")
    return results.factors[by]


def _check_size(units: int, effects: int) -> None:
    if units + effects > LARGEST:
        levels = f" and {effects} levels of seat, role or the like" if effects else ""
        raise BadRequest(
            f"the results tell of {units} strengths{levels}, and a Bradley-Terry fit takes {LARGEST} at most; "
            "rate fewer agents, or by an online system such as trueskill"
        )


def _check(agents: Sequence[AgentName], played: Ints) -> None:
    """Refuse agents without a result, whose rating would be nothing but the prior."""
    idle = np.bincount(played, minlength=len(agents)) == 0
    if idle.any():
        raise BadRequest(f"agent {agents[int(idle.argmax())]!r} has no result; leave it out or let it play")


def _units(results: Comparisons, side: Factor) -> tuple[Ints, Ints, Ints]:
    """The code agent * sides + side of each unit that occurs, and the units of both columns."""
    sides = len(side.levels)
    first, second = results.first * sides + side.first, results.second * sides + side.second
    codes, inverse = np.unique(np.concatenate([first, second]), return_inverse=True)
    return codes, inverse[: len(first)], inverse[len(first) :]


def _oriented(results: Comparisons) -> Comparisons:
    """The same results with the lower agent first, so that both ways of writing one fall into one cell."""
    turn = results.first > results.second
    if not turn.any():
        return results
    return replace(
        results,
        first=np.minimum(results.first, results.second),
        second=np.maximum(results.first, results.second),
        score=np.where(turn, 1 - results.score, results.score),
        factors={
            name: Factor(
                factor.levels,
                np.where(turn, factor.second, factor.first),
                np.where(turn, factor.first, factor.second),
            )
            for name, factor in results.factors.items()
        },
    )


def _keys(results: Comparisons, first: Ints, second: Ints, units: int) -> tuple[Ints, int, list[Ints | None]]:
    """One number for everything that a result's logit depends on, and how many such numbers there could be.

    Before a factor would make them outgrow 64 bits, those that occur are numbered anew; its book says what they were.
    """
    keys, space, books = first * units + second, units * units, list[Ints | None]()
    for factor in results.factors.values():
        size, book = len(factor.levels), None
        if space * size * size > _MOST_KEYS:
            book, keys = np.unique(keys, return_inverse=True)
            space = len(book)
        keys = (keys * size + factor.first) * size + factor.second
        space *= size * size
        books.append(book)
    return keys, space, books


def _rows(results: Comparisons, keys: Ints, space: int) -> tuple[Ints, Rows]:
    """The keys of the cells, and the rows; results that are alike and stand alone become one row with a count."""
    outcome = np.rint(results.score * 2)
    alone = results.cluster is None or np.bincount(results.cluster).max() == 1
    even = results.weight is None or bool((results.weight == 1).all())
    if alone and even and (outcome == results.score * 2).all():
        distinct, count = _counted(keys * 3 + outcome.astype(np.int64), space * 3)
        new = np.diff(distinct // 3, prepend=-1) > 0
        cell_keys, cell = distinct[new] // 3, np.cumsum(new) - 1
        score, weight, cluster = (distinct % 3) / 2, np.ones(len(distinct)), None
    else:
        cell_keys, _ = _counted(keys, space)
        cell = _placed(keys, cell_keys, space)
        score, count = results.score, np.ones(len(keys), dtype=np.int64)
        weight = np.ones(len(keys)) if results.weight is None else results.weight
        cluster = None if alone else results.cluster
    drawn = 1 - np.abs(2 * score - 1)
    return cell_keys, Rows(cell, score, drawn, weight, count.astype(np.float64), cluster)


def _cells(results: Comparisons, keys: Ints, books: Sequence[Ints | None], units: int) -> Cells:
    """What the keys stand for: `_keys` undone."""
    columns: list[Floats] = []
    for factor, book in zip(reversed(tuple(results.factors.values())), reversed(books), strict=True):
        size = len(factor.levels)
        keys, second = np.divmod(keys, size)
        keys, first = np.divmod(keys, size)
        keys = keys if book is None else book[keys]
        levels = np.arange(size)
        columns.insert(0, (first[:, None] == levels).astype(np.float64) - (second[:, None] == levels))
    first, second = np.divmod(keys, units)
    return Cells(units, first, second, np.concatenate([np.zeros((len(keys), 0)), *columns], axis=1), keys)


def _counted(keys: Ints, space: int) -> tuple[Ints, Ints]:
    """The keys that occur, in order, and how often each does."""
    if space > _DENSE_KEYS:
        return np.unique(keys, return_counts=True)
    counts = np.bincount(keys, minlength=space)
    present = np.flatnonzero(counts)
    return present, counts[present]


def _placed(keys: Ints, distinct: Ints, space: int) -> Ints:
    """The place of each key among the distinct ones."""
    if space > _DENSE_KEYS:
        return np.searchsorted(distinct, keys)
    places = np.empty(space, dtype=np.int64)
    places[distinct] = np.arange(len(distinct))
    return places[keys]


def _dense(labels: Ints) -> Ints:
    return np.unique(labels, return_inverse=True)[1]


def _means(rows: Floats, group: Ints, size: int) -> Floats:
    """The mean row of each group, shape (groups, samples)."""
    from scipy.sparse import csr_array

    count = np.bincount(group, minlength=size)
    place = (1 / count[group], (group, np.arange(len(group))))
    return np.asarray(csr_array(place, shape=(size, len(group))) @ rows)


def _centred(rows: Floats, group: Ints) -> Floats:
    means: Floats = _means(rows, group, int(group.max()) + 1)[group] if group.any() else rows.mean(axis=0)
    return rows - means
