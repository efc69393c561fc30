"""What a viewer wants to see, and what an open seat is asked."""

from functools import lru_cache
from typing import NamedTuple, TypeAlias

from arena.core.agent import Observation
from arena.core.legal import Legal
from arena.core.values import EVENTS, LABELS, Fields


class Wants(NamedTuple):
    """The fields a viewer wants, told apart by who makes them: the game's views, its events, labels of actions."""

    views: Fields
    events: bool
    labels: bool

    @staticmethod
    @lru_cache(maxsize=1_024)
    def of(fields: Fields) -> "Wants":
        """Split what an agent or a request names."""
        return Wants(fields - {EVENTS, LABELS}, EVENTS in fields, LABELS in fields)


Prompt: TypeAlias = tuple[Observation, Legal, bool]
"""One seat's open decision; the flag says that its events begin with this viewer's first."""
