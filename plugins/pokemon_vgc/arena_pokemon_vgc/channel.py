"""What one viewer may read of the simulator's log.

After `|split|p1` come two lines: the first for that side alone, the second for everybody else. The rule is that of the
simulator's own `extractChannelMessages` (MIT), as its protocol describes it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from arena.core.values import OMNISCIENT, Seat

_SPLIT: Final = "|split|p"


def channel(lines: Iterable[str], viewer: Seat) -> Iterator[str]:
    """The lines that `viewer` gets, a seat, SPECTATOR or OMNISCIENT; empty ones carry nothing and are left out."""
    rest = iter(lines)
    for line in rest:
        shown = line
        if line.startswith(_SPLIT):
            secret, public = next(rest), next(rest)
            own = viewer == OMNISCIENT or viewer == int(line.removeprefix(_SPLIT)) - 1
            shown = secret if own else public
        if shown:
            yield shown
