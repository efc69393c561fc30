"""Whole columns of results rate as the same results do one by one."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating import SYSTEMS, Ladder, LadderRow, Rating
from arena.rating.bradley_terry_pairs import Comparisons
from arena.rating.pairwise import PairwiseSystem
from tests.rating.sets import AGENTS, Sides, as_result, random_sides

BULK = [name for name, system in SYSTEMS.items() if issubclass(system, PairwiseSystem)]
SETS = list(random_sides(4000))


def columns(sets: list[Sides]) -> Comparisons:
    first = [AGENTS.index(one[0]) for (_, [one]), _ in sets]
    second = [AGENTS.index(two[0]) for _, (_, [two]) in sets]
    score = [0.5 if one == two else float(one < two) for (one, _), (two, _) in sets]
    return Comparisons(tuple(AGENTS), np.array(first), np.array(second), np.array(score))


def numbers(ratings: Mapping[AgentName, Rating]) -> dict[str, float]:
    values = {f"{agent} value": rating.value for agent, rating in ratings.items()}
    return values | {f"{agent} uncertainty": rating.uncertainty or 0.0 for agent, rating in ratings.items()}


@pytest.mark.parametrize("name", BULK)
def test_columns_rate_as_single_results_do(name: str) -> None:
    bulk = SYSTEMS[name]().add_pairs(columns(SETS)).ratings()
    single = SYSTEMS[name]().update(map(as_result, SETS)).ratings()
    assert numbers(bulk) == pytest.approx(numbers(single), abs=1e-9, rel=0)


@pytest.mark.parametrize("name", BULK)
def test_columns_continue_what_single_results_began(name: str) -> None:
    mixed = SYSTEMS[name]().update(map(as_result, SETS[:100])).add_pairs(columns(SETS[100:3000]))
    mixed.update(map(as_result, SETS[3000:]))
    single = SYSTEMS[name]().update(map(as_result, SETS)).ratings()
    assert numbers(mixed.ratings()) == pytest.approx(numbers(single), abs=1e-9, rel=0)


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_ladder_that_grew_equals_one_recomputed(name: str) -> None:
    grown = Ladder(name)
    for sides in SETS[:500]:
        grown.add(as_result(sides))
        grown.rows()
    fresh = Ladder(name).update(map(as_result, SETS[:500]))
    assert [row.agent for row in grown.rows()] == [row.agent for row in fresh.rows()]
    assert [row.rating for row in grown.rows()] == pytest.approx([row.rating for row in fresh.rows()], abs=1e-9, rel=0)


def cells(row: LadderRow) -> dict[str, float]:
    return {name: value or 0.0 for name, value in asdict(row).items() if name != "agent"}


@pytest.mark.parametrize("name", BULK)
def test_a_ladder_of_columns_equals_one_of_single_sets(name: str) -> None:
    sets = [replace(as_result(sides), clean=number % 7 != 3) for number, sides in enumerate(SETS)]
    records: dict[AgentName, Counter[int]] = defaultdict(Counter)
    for line in (line for each in sets[100:3000] for line in each.standings):
        records[line.agent].update(dict(enumerate(line[3:8])))
    sums = {agent: [record[at] for at in range(5)] for agent, record in records.items()}
    clean = np.array([each.clean for each in sets[100:3000]])
    mixed = Ladder(name).update(sets[:100]).add_pairs(columns(SETS[100:3000]), clean, sums).update(sets[3000:])
    for ours, theirs in zip(mixed.rows(), Ladder(name).update(sets).rows(), strict=True):
        assert ours.agent == theirs.agent
        assert cells(ours) == pytest.approx(cells(theirs), abs=1e-9, rel=0)


def test_an_agent_without_a_clean_set_has_no_clean_rating_by_columns_either() -> None:
    pairs = Comparisons(tuple(AGENTS[:3]), np.array([0, 1]), np.array([1, 2]), np.array([1.0, 1.0]))
    records = dict.fromkeys(AGENTS[:3], (1, 0, 1, 0, 0))
    rows = Ladder("elo").add_pairs(pairs, np.array([True, False]), records).rows()
    assert {row.agent: row.clean_rating for row in rows} == {AGENTS[0]: 1516.0, AGENTS[1]: 1484.0, AGENTS[2]: None}


def test_a_mean_takes_no_columns() -> None:
    assert not Ladder("mean").columnar
    with pytest.raises(BadRequest, match="a ladder by mean needs the sets themselves"):
        Ladder("mean").add_pairs(columns(SETS[:1]), np.array([True]), {})


def test_weights_have_no_meaning_for_online_ratings() -> None:
    weighted = Comparisons(tuple(AGENTS[:2]), np.array([0]), np.array([1]), np.array([1.0]), weight=np.array([2.0]))
    with pytest.raises(BadRequest, match="leave the weights of results out"):
        SYSTEMS["elo"]().add_pairs(weighted)
