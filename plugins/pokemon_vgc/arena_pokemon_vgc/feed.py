"""The log of a match as it came in, and what of it each viewer was told."""

from collections.abc import Sequence
from typing import Final

from arena.core.game import Event
from arena.core.values import OMNISCIENT, Seat
from arena_pokemon_vgc.channel import channel
from arena_pokemon_vgc.tracking.known import Known
from arena_pokemon_vgc.tracking.tracker import Tracker

INPUT: Final = "input"
"""Kind of the event that ends each match for the all-knowing viewer: its input log, which the simulator re-runs."""
LOG: Final = "log"
"""Kind of the events of a match: `data["lines"]` are new lines of this viewer's channel, in Showdown's protocol."""


class Feed:
    """Updates of the simulator, split by viewer when somebody looks."""

    __slots__ = ("_begun", "_inputs", "_told", "_tracked", "updates")

    def __init__(self) -> None:
        self.updates: list[list[str]] = []
        self._begun = 0
        self._inputs: dict[int, list[str]] = {}
        self._told: dict[Seat, tuple[int, list[Event]]] = {}
        self._tracked: dict[Seat, tuple[int, Tracker]] = {}

    def begin(self) -> None:
        """Another match of the series begins: what was known of the last one's course no longer holds."""
        self._begun = len(self.updates)
        self._tracked.clear()

    def add(self, lines: list[str]) -> None:
        """What one step of the simulator added; a step that shows nobody anything leaves no trace."""
        if lines:
            self.updates.append(lines)

    def end(self, input_log: list[str]) -> None:
        """The running match is over; what led to it is for the all-knowing viewer alone."""
        self._inputs[len(self.updates) - 1] = input_log

    def lines(self, viewer: Seat) -> list[str]:
        """All lines of this viewer's channel since the running match began."""
        return [line for update in self.updates[self._begun :] for line in channel(update, viewer)]

    def known(self, viewer: Seat) -> Known:
        """What this viewer's channel says of the running match; not to be changed."""
        seen, tracker = self._tracked.get(viewer) or (self._begun, Tracker())
        for update in self.updates[seen:]:
            tracker.read(channel(update, viewer))
        self._tracked[viewer] = len(self.updates), tracker
        return tracker.known

    def events(self, viewer: Seat) -> Sequence[Event]:
        """One event an update that tells this viewer anything."""
        seen, events = self._told.get(viewer, (0, []))
        for number, update in enumerate(self.updates[seen:], seen):
            if shown := list(channel(update, viewer)):
                events.append(Event(len(events), LOG, {"lines": shown}))
            if viewer == OMNISCIENT and number in self._inputs:
                events.append(Event(len(events), INPUT, {"lines": self._inputs[number]}))
        self._told[viewer] = len(self.updates), events
        return events
