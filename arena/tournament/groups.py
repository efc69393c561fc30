"""Who sits together where a match takes more than two agents, or one alone: cyclic designs, balanced by construction.

A block of places is developed through all rotations of the entrants (R. C. Bose, 1939): everybody then has every place
exactly once. Blocks are chosen so that every two agents meet as equally often as one step of look-ahead can make it.
"""

from collections.abc import Sequence
from functools import lru_cache

from arena.core.errors import BadEvent
from arena.tournament.schedule import Field


def check_groups(field: Field) -> None:
    """Refuse fields that are too small to fill a match, unless agents may share its seats."""
    if len(field.entrants) < field.places and not field.shared:
        raise BadEvent(f"a match takes {field.places} agents, and there are {len(field.entrants)} entrants; enter more")


@lru_cache(maxsize=64)
def group_rounds(entrants: int, places: int, rounds: int) -> Sequence[Sequence[tuple[int, ...]]]:
    """Rounds of groups of `places` indices of entrants.

    In each round everybody has every place once; where everybody sits in every group anyway, a round is a single group,
    since a set rotates its places itself.
    """
    if places % entrants == 0:
        return [[tuple((i + r) % entrants for i in range(places))] for r in range(rounds)]
    if places > entrants:
        return [_developed(tuple(range(places)), entrants)] * rounds
    met = [0] * entrants
    return [_developed(_next_block(entrants, places, met), entrants) for _ in range(rounds)]


def _developed(block: Sequence[int], entrants: int) -> list[tuple[int, ...]]:
    return [tuple((place + shift) % entrants for place in block) for shift in range(entrants)]


def _next_block(entrants: int, places: int, met: list[int]) -> tuple[int, ...]:
    """Grow a block place by place, each time by the one whose differences have met least; counts them in `met`."""
    block = [0]
    while len(block) < places:
        rest = [x for x in range(entrants) if x not in block]
        block.append(min(rest, key=lambda x: (_crowding(x, block, met), x)))
        for other in block[:-1]:
            for difference in ((block[-1] - other) % entrants, (other - block[-1]) % entrants):
                met[difference] += 1
    return tuple(block)


def _crowding(candidate: int, block: Sequence[int], met: Sequence[int]) -> int:
    """How much more uneven the meetings would be: the growth of the sum of their squares."""
    fresh: dict[int, int] = {}
    growth = 0
    for other in block:
        for difference in ((candidate - other) % len(met), (other - candidate) % len(met)):
            count = fresh.get(difference, met[difference])
            growth += 2 * count + 1
            fresh[difference] = count + 1
    return growth
