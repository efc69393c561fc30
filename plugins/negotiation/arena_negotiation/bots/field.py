"""All that could be agreed on, as rows: what each outcome is worth to the bot, and how others may see it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from arena_negotiation.bots.outlook import Bounds, Outlook, Space, looked_at


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Every outcome that is looked at, in the bot's own words; compared by identity, since one is made a deal.

    `quantities` is (outcomes, issues), `outcomes` the same as the rules write it, which is in the words of seat 0,
    `scaled` the same as `quantities` within [0, 1], `mine` (outcomes,) what the bot gains by each.
    """

    space: Space
    quantities: NDArray[np.int64]
    outcomes: NDArray[np.int64]
    scaled: NDArray[np.float64]
    mine: NDArray[np.float64]
    own_frame: bool

    @property
    def asked_by_others(self) -> NDArray[np.float64]:
        """How much an offer asks for in the words of whoever sits across."""
        asked = np.asarray(self.scaled.sum(axis=1), dtype=np.float64)
        return -asked if self.own_frame else asked

    def row(self, scaled: tuple[float, ...]) -> int:
        """The outcome nearest to these quantities."""
        return int(np.abs(self.scaled - np.array(scaled)).sum(axis=1).argmin())

    def offer(self, row: int) -> dict[str, int]:
        """An outcome as the bot would offer it."""
        return dict(zip(self.space.names, map(int, self.quantities[row]), strict=True))


def field_of(outlook: Outlook) -> Field:
    """The field of this deal; the same object for equal deals."""
    return _field(outlook.space, outlook.bounds, outlook.held, outlook.seat, outlook.own_frame)


@lru_cache(maxsize=256)
def _field(space: Space, bounds: Bounds, held: tuple[int, ...], seat: int, own_frame: bool) -> Field:
    lows, highs = (np.array([bound[side] for bound in bounds]) for side in (1, 2))
    quantities = looked_at(tuple(bound[1:] for bound in bounds), held)
    scaled = (quantities - lows) / np.maximum(1, highs - lows)
    outcomes = highs - quantities if own_frame and seat else quantities
    return Field(space, quantities, outcomes, scaled, scaled @ space.slopes + space.base, own_frame)
