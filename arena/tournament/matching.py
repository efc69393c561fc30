"""One round of a Swiss event as a matching of maximum weight (J. Edmonds 1965, by networkx)."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any, Final, NamedTuple

_NEAR: Final = 24
"""Neighbours in the standing that are tried first: the matching of a complete graph takes the cube of its size."""


class Candidate(NamedTuple):
    """One entrant in the order of the standing: its `score` in half points, whom it `met`, whether it `rested`."""

    score: int
    met: frozenset[int]
    rested: bool


@lru_cache(maxsize=16)
def matched(candidates: tuple[Candidate, ...]) -> Sequence[tuple[int, int]]:
    """Pairs of positions, best first. Nobody who met before; as many pairs as can be, and then the closest in score.

    Within a score the upper half meets the lower one in order. Whoever stands in no pair rests: where the number is odd
    the lowest that has not rested yet, and others only when all pairings left would be rematches.
    """
    pairs: list[tuple[int, int]] = []
    for near, strict in ((_NEAR, True), (len(candidates), True), (len(candidates), False)):
        pairs = _matching(candidates, near, strict=strict)
        if 2 * len(pairs) >= len(candidates):
            break
    rest = len(candidates)
    return sorted((min(pair), max(pair)) for pair in pairs if rest not in pair)


def _matching(candidates: Sequence[Candidate], near: int, *, strict: bool) -> list[tuple[int, int]]:
    import networkx as nx

    size = len(candidates)
    graph: Any = nx.Graph()
    fold = _fold(candidates)
    for i, j in combinations(range(size), 2):
        if j - i <= near and j not in candidates[i].met:
            difference = candidates[i].score - candidates[j].score
            graph.add_edge(i, j, weight=-(difference**2 * size**2 + abs(j - i - fold[i])))
    if size % 2:
        lowest, span = candidates[-1].score, candidates[0].score - candidates[-1].score
        again = (span**2 + 1) * size**3
        for i, candidate in enumerate(candidates):
            if not (strict and candidate.rested):
                cost = (candidate.score - lowest) ** 2 * size**2 + size - i + candidate.rested * again
                graph.add_edge(i, size, weight=-cost)
    return list(nx.max_weight_matching(graph, maxcardinality=True))


def _fold(candidates: Sequence[Candidate]) -> list[int]:
    """For each candidate half the number of those with its score: how far below it its natural opponent stands."""
    scores = [candidate.score for candidate in candidates]
    return [max(1, scores.count(score) // 2) for score in scores]
