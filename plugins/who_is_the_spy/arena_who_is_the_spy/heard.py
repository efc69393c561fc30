"""A clue as it was given, and as it is heard (RULES.md 3.6)."""

from collections.abc import Mapping
from typing import NamedTuple

from arena.core.values import Json, Seat


class Clue(NamedTuple):
    """One clue. `forged` are the kinds of forgery in it; a withheld one is heard as silence, with these kinds."""

    seat: Seat
    text: str
    forged: tuple[str, ...]
    withheld: bool

    def heard(self) -> Mapping[str, Json]:
        """The data of its event."""
        return {"text": "", "withheld": self.forged} if self.withheld else {"text": self.text}
