"""One round of a Swiss event as a matching of maximum weight (J. Edmonds 1965, by networkx)."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any, Final, NamedTuple

_WHOLE: Final = 128
"""Up to so many candidates all pairs are weighed; the time that takes grows with the cube of their number."""
_NEAR: Final = 24
"""Beyond that, so many places around the natural opponent, and below oneself, are tried first."""


class Candidate(NamedTuple):
    """One entrant in the order of the standing: its `score` in half points, whom it `met`, whether it `rested`."""

    score: int
    met: frozenset[int]
    rested: bool


@lru_cache(maxsize=16)
def matched(candidates: tuple[Candidate, ...]) -> Sequence[tuple[int, int]]:
    """Pairs of positions, best first. Nobody who met before; as many pairs as can be, and then the closest in score.

    Within a score the upper half meets the lower one in order. Whoever stands in no pair rests: where the number is odd
    the lowest that has not rested yet and without whom all others can be paired; where there is none, the lowest.
    """
    size = len(candidates)
    resting = [i for i, candidate in enumerate(candidates) if not candidate.rested]
    lowest = resting[-1] if resting else size - 1
    pairs: list[tuple[int, int]] = []
    for near in (_NEAR, size) if size > _WHOLE else (size,):
        pairs = _matching(candidates, near)
        if 2 * len(pairs) >= size and (size % 2 == 0 or (lowest, size) in pairs):
            break
    return [pair for pair in pairs if size not in pair]


def _matching(candidates: Sequence[Candidate], near: int) -> list[tuple[int, int]]:
    """The best pairs of those `near` each other, or near to where the natural opponent stands; to rest is number n."""
    import networkx as nx

    size = len(candidates)
    graph: Any = nx.Graph()
    fold = _fold(candidates)
    for i, j in combinations(range(size), 2):
        off = abs(j - i - fold[i])
        if min(off, j - i) <= near and j not in candidates[i].met:
            difference = candidates[i].score - candidates[j].score
            graph.add_edge(i, j, weight=-(difference**2 * size**2 + off))
    if size % 2:
        span = candidates[0].score - candidates[-1].score
        one_step = (span**2 + 1) * size**3  # more than all pairs together: nobody rests in place of one below it
        for i, candidate in enumerate(candidates):
            graph.add_edge(i, size, weight=-(size - i + candidate.rested * size) * one_step)
    return sorted((min(pair), max(pair)) for pair in nx.max_weight_matching(graph, maxcardinality=True))


def _fold(candidates: Sequence[Candidate]) -> list[int]:
    """For each candidate half the number of those with its score: how far below it its natural opponent stands."""
    scores = [candidate.score for candidate in candidates]
    return [max(1, scores.count(score) // 2) for score in scores]
