"""Finished sets for tests: from ranks, and at random from agents of known skill."""

import random
from collections.abc import Iterator, Mapping

import pytest

from arena.core.values import AgentName, SetId
from arena.rating import Rating, SetResult, Standing

AGENTS = [AgentName(f"agent-{number:02}") for number in range(24)]
Sides = list[tuple[int, list[tuple[AgentName, float]]]]
"""Each side of a set: its rank, and its agents with their weights."""


def finished(
    ranks: Mapping[str, int],
    *,
    number: int = 0,
    clean: bool = True,
    score: float = 0.0,
    teams: Mapping[str, str] | None = None,
    weights: Mapping[str, float] | None = None,
) -> SetResult:
    """A set of one match in which the agents took these ranks."""
    lines = [Standing(AgentName(agent), rank, score, 1, 0, 1, 0, 0) for agent, rank in ranks.items()]
    return SetResult(number, SetId(f"s{number}"), clean, lines, teams=teams, weights=weights)


def near(value: float, uncertainty: float, tolerance: float = 5e-4) -> object:
    return pytest.approx(Rating(value, uncertainty), abs=tolerance, rel=0)


def random_sides(count: int, *, largest: int = 1, most: int = 2, weighted: bool = False) -> Iterator[Sides]:
    """Sets of agents whose skill scatters as the systems believe it does; about one in ten has a draw."""
    rng = random.Random(20)
    skill = {agent: rng.gauss(25, 8) for agent in AGENTS}
    for _ in range(count):
        sizes = [rng.randint(1, largest) for _ in range(rng.randint(2, most))]
        picked = iter(rng.sample(AGENTS, sum(sizes)))
        sides = [[(next(picked), rng.choice((0.5, 0.75, 1.0)) if weighted else 1.0) for _ in range(n)] for n in sizes]
        shown = [sum(skill[agent] for agent, _ in side) + rng.gauss(0, 5) for side in sides]
        rough = [round(value / 2) for value in shown]
        yield [(1 + sum(other > own for other in rough), side) for own, side in zip(rough, sides, strict=True)]


def as_result(sides: Sides) -> SetResult:
    """The same set as a rating system takes it."""
    ranks = {agent: rank for rank, side in sides for agent, _ in side}
    teams = {agent: str(at) for at, (_, side) in enumerate(sides) for agent, _ in side}
    weights = {agent: weight for _, side in sides for agent, weight in side}
    plain = all(len(side) == 1 for _, side in sides)
    full = all(weight == 1 for weight in weights.values())
    return finished(ranks, teams=None if plain else teams, weights=None if full else weights)
