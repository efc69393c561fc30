"""Knockout brackets as graphs: which seeds meet, and where winners and losers go from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

THIRD_PLACE: Final = "third place"
"""The stage in which the losers of the semifinals meet."""


class Origin(Enum):
    """Where the one who takes a slot comes from."""

    SEED = "seed"
    WINNER = "winner"
    LOSER = "loser"


class Slot(NamedTuple):
    """One side of a node: seed `of` (from 0), or the winner or loser of node `of`."""

    origin: Origin
    of: int


@dataclass(frozen=True, slots=True)
class Node:
    """One meeting of the bracket. `round` and `number` name its pairing; `again` marks the second grand final, which is
    held only when the first was won by the one who had lost before."""

    round: int
    number: int
    slots: tuple[Slot, Slot]
    stage: str
    again: bool = False


@lru_cache(maxsize=16)
def single(entrants: int, *, third_place: bool = False) -> Sequence[Node]:
    """The standard bracket: seeds 1 and 2 can meet in the final only, and the top ones rest when places stay empty."""
    nodes: list[Node] = []
    lines = _first_slots(entrants)
    number = 0
    while len(lines) > 1:
        number += 1
        semis = len(lines) == 4
        lines = _add_round(nodes, lines, number, _stage(len(lines), number))
        if semis and third_place:
            first, second = (Slot(Origin.LOSER, slot.of) for slot in lines)
            nodes.append(Node(number + 1, 2, (first, second), THIRD_PLACE))
    return nodes


@lru_cache(maxsize=16)
def double(entrants: int, *, again: bool = True) -> Sequence[Node]:
    """Two brackets: whoever loses once goes on in the losers' one, whose winner meets the other in the grand final."""
    nodes: list[Node] = []
    winners = _first_slots(entrants)
    losers: list[Slot] = []
    number = 0
    for major in range(1, len(winners).bit_length()):
        number += 1
        winners = _add_round(nodes, winners, number, f"winners round {major}")
        dropped = _dropped(winners, major)
        if major == 1:
            losers = dropped
        else:
            number += 1
            both = [slot for pair in zip(losers, dropped, strict=True) for slot in pair]
            losers = _add_round(nodes, both, number, f"losers round {2 * major - 2}")
        if len(losers) > 1:
            number += 1
            losers = _add_round(nodes, losers, number, f"losers round {2 * major - 1}")
    _add_round(nodes, [*winners, *losers], number + 1, "grand final")
    if again:
        final = len(nodes) - 1
        slots = Slot(Origin.LOSER, final), Slot(Origin.WINNER, final)
        nodes.append(Node(number + 2, 1, slots, "second grand final", again=True))
    return nodes


def _first_slots(entrants: int) -> list[Slot]:
    """Seeds in bracket order: each fold sets every seed against its mirror image, so that the best meet last."""
    order = [0]
    while len(order) < entrants:
        size = 2 * len(order)
        order = [seed for one in order for seed in (one, size - 1 - one)]
    return [Slot(Origin.SEED, seed) for seed in order]


def _add_round(nodes: list[Node], slots: list[Slot], number: int, stage: str) -> list[Slot]:
    first = len(nodes)
    pairs = list(zip(slots[::2], slots[1::2], strict=True))
    nodes.extend(Node(number, i, pair, stage) for i, pair in enumerate(pairs, start=1))
    return [Slot(Origin.WINNER, first + i) for i in range(len(pairs))]


def _dropped(winners: list[Slot], major: int) -> list[Slot]:
    """Losers enter crosswise, so that those who met above meet again as late as can be."""
    losers = [Slot(Origin.LOSER, slot.of) for slot in winners]
    if major == 1:
        return losers
    half = len(losers) // 2
    return losers[::-1] if major % 2 == 0 else losers[half:] + losers[:half]


def _stage(left: int, number: int) -> str:
    return {2: "final", 4: "semifinal", 8: "quarterfinal"}.get(left, f"round {number}")
