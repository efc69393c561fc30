"""What the rules make public of another side's limit: options are, and where they name it, nobody has to guess it."""

import numpy as np
from numpy.typing import NDArray

from arena.core.values import Config
from arena_negotiation.bots.outlook import Bounds

_MOST = 61
"""Guesses at a limit."""
_UNKNOWN = np.linspace(-0.3, 0.9, _MOST)
"""Below 0: the worst price on offer still leaves a gain, as to whoever bargains over a balloon."""


def limits(config: Config, seat: int, bounds: Bounds) -> tuple[float, ...]:
    """The limits that the other side of a single issue may have, scaled: 0 where it gains by any level, 1 where by none.

    RULES.md 5: a side can know the other's value, or the range it is drawn from (8.6), from the options of a price.
    """
    (_, low, high), *_ = bounds
    limit = config.get("cost" if seat else "value")
    if not isinstance(limit, int):
        return tuple(_UNKNOWN)
    spread = config.get("spread", 0)
    assert isinstance(spread, int)
    ends = np.array([max(0, limit - spread), limit + spread], dtype=np.float64)
    scaled = (ends - low if seat else high - ends) / (high - low)
    return tuple(np.unique(np.linspace(*scaled, min(_MOST, 1 + 2 * spread))))
