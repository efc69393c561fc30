"""One round of a Swiss event as a matching of maximum weight (J. Edmonds 1965, by networkx)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple

_WHOLE: Final = 128
"""Up to so many candidates all pairs are weighed; the time that takes grows with the cube of their number."""
_NEAR: Final = 24
"""Beyond that, so many places around the natural opponent, and below oneself, are tried first."""
_WINDOWS: Final = (0, 2, 6, _NEAR)
"""The same within one score, the fewest first: as a rule the natural opponents have not met."""
_FLOATERS: Final = 8
"""Of an odd number with one score, so many from the last one up are tried as the one that meets somebody below."""


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
    if size > _WHOLE and (by_scores := _score_by_score(candidates, None if size % 2 == 0 else lowest)):
        return by_scores
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
    for i, fold in enumerate(_fold(candidates)):
        for j in _within(i, fold, near, size):
            if j not in candidates[i].met:
                difference = candidates[i].score - candidates[j].score
                graph.add_edge(i, j, weight=-(difference**2 * size**2 + abs(j - i - fold)))
    if size % 2:
        span = candidates[0].score - candidates[-1].score
        one_step = (span**2 + 1) * size**3  # more than all pairs together: nobody rests in place of one below it
        for i, candidate in enumerate(candidates):
            graph.add_edge(i, size, weight=-(size - i + candidate.rested * size) * one_step)
    return sorted((min(pair), max(pair)) for pair in nx.max_weight_matching(graph, maxcardinality=True))


def _within(i: int, fold: int, near: int, size: int) -> Iterator[int]:
    """The positions below `i` that are near to it, or near to its natural opponent."""
    below = min(i + near, size - 1)
    yield from range(i + 1, below + 1)
    yield from range(max(below + 1, i + fold - near), min(i + fold + near, size - 1) + 1)


def _score_by_score(candidates: Sequence[Candidate], resting: int | None) -> list[tuple[int, int]] | None:
    """All pairs, found score by score from the top; None where some cannot be found so.

    Where a score has an odd number one of them meets somebody of the next score below. Nothing is lost by that: the
    squares of the differences add up to what they would if nobody had met before, neighbours in the standing meeting.
    That is the least there can be, and whoever meets across an even boundary has more of it. A score that cannot be
    paired so is paired together with its neighbours, as closely as these can be.
    """
    order = [position for position in range(len(candidates)) if position != resting]
    blocks: list[list[tuple[int, int]]] = []
    waiting: list[int] = []
    for _, same in groupby(order, key=lambda position: candidates[position].score):
        members = [*same]
        merged = len(waiting) > 1
        found = _one_score(candidates, waiting, members, merged=merged)
        if found is None:
            waiting += members
        else:
            pairs, waiting = found
            blocks.append(pairs)
    while waiting and blocks:
        members = sorted([*waiting, *(position for pair in blocks.pop() for position in pair)])
        together = _all_paired(candidates, members, merged=True)
        waiting = members if together is None else []
        blocks += [] if together is None else [together]
    return None if waiting else sorted(pair for pairs in blocks for pair in pairs)


def _one_score(
    candidates: Sequence[Candidate], waiting: list[int], same: list[int], *, merged: bool
) -> tuple[list[tuple[int, int]], list[int]] | None:
    """The pairs of those with one score and of whoever waits from above, and who goes on to the next score."""
    everybody = [*waiting, *same]
    if len(everybody) % 2 == 0:
        pairs = _all_paired(candidates, everybody, merged=merged)
        return None if pairs is None else (pairs, [])
    for floater in reversed(same[-_FLOATERS:]):
        rest = [position for position in everybody if position != floater]
        pairs = _all_paired(candidates, rest, merged=merged)
        if pairs is not None:
            return pairs, [floater]
    return None


def _all_paired(
    candidates: Sequence[Candidate], positions: Sequence[int], *, merged: bool
) -> list[tuple[int, int]] | None:
    """Pairs of all of these, as close in score as they can be whoever has met; `merged` ones as close as may be."""
    place = {position: at for at, position in enumerate(positions)}
    own = [
        candidates[position]._replace(met=frozenset(_known(place, candidates[position].met))) for position in positions
    ]
    least = sum((own[at].score - own[at + 1].score) ** 2 for at in range(0, len(own), 2))
    last = len(own) if len(own) <= _WHOLE else _NEAR
    for near in (*_WINDOWS, last) if merged else _WINDOWS:
        pairs = _matching(own, near) if own else []
        apart = sum((own[i].score - own[j].score) ** 2 for i, j in pairs)
        if 2 * len(pairs) == len(own) and (apart == least or (merged and near == last)):
            return [(positions[i], positions[j]) for i, j in pairs]
    return None


def _known(place: dict[int, int], met: Iterable[int]) -> Iterator[int]:
    return (place[position] for position in met if position in place)


def _fold(candidates: Sequence[Candidate]) -> list[int]:
    """For each candidate half the number of those with its score: how far below it its natural opponent stands."""
    scores = [candidate.score for candidate in candidates]
    return [max(1, scores.count(score) // 2) for score in scores]
