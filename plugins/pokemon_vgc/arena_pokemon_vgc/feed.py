"""The log of a match as it came in, and what of it each viewer was told."""

from collections.abc import Sequence
from typing import Final

from arena.core.game import Event
from arena.core.values import Seat
from arena_pokemon_vgc.channel import channel

LOG: Final = "log"
"""Kind of the events of a match: `data["lines"]` are new lines of this viewer's channel, in Showdown's protocol."""


class Feed:
    """Updates of the simulator, split by viewer when somebody looks."""

    __slots__ = ("_told", "updates")

    def __init__(self) -> None:
        self.updates: list[list[str]] = []
        self._told: dict[Seat, tuple[int, list[Event]]] = {}

    def add(self, lines: list[str]) -> None:
        """What one step of the simulator added; a step that shows nobody anything leaves no trace."""
        if lines:
            self.updates.append(lines)

    def lines(self, viewer: Seat, since: int = 0) -> list[str]:
        """All lines of this viewer's channel from the `since`-th update on."""
        return [line for update in self.updates[since:] for line in channel(update, viewer)]

    def events(self, viewer: Seat) -> Sequence[Event]:
        """One event an update that tells this viewer anything."""
        seen, events = self._told.get(viewer, (0, []))
        for update in self.updates[seen:]:
            if shown := list(channel(update, viewer)):
                events.append(Event(len(events), LOG, {"lines": shown}))
        self._told[viewer] = len(self.updates), events
        return events
