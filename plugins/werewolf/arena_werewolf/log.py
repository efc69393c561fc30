"""What happened in a match and who may know it: the single place where a viewer's knowledge is cut out of the truth."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from arena.core.game import Event
from arena.core.values import OMNISCIENT, Json, Seat


class Entry(NamedTuple):
    """One happening. `audience` is None when everybody may know it; `sender` is the speaker of a speech."""

    kind: str
    data: Mapping[str, Json]
    sender: Seat | None
    audience: Collection[Seat] | None


class Log:
    """Append-only. Each viewer's part is projected when first asked for and kept, numbered without gaps."""

    __slots__ = ("_entries", "_views")

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._views: dict[Seat, _View] = {}

    def add(self, kind: str, data: Mapping[str, Json], *, sender: Seat | None = None) -> None:
        """Something everybody may know."""
        self._entries.append(Entry(kind, data, sender, None))

    def tell(
        self, audience: Collection[Seat], kind: str, data: Mapping[str, Json], *, sender: Seat | None = None
    ) -> None:
        """Something that only these seats may know, beside the omniscient viewer."""
        self._entries.append(Entry(kind, data, sender, audience))

    def seen_by(self, viewer: Seat) -> list[Event]:
        """Everything that `viewer` may know so far."""
        view = self._views.get(viewer)
        if view is None:
            view = self._views[viewer] = _View()
        for entry in self._entries[view.read :]:
            if _concerns(entry, viewer):
                view.events.append(Event(len(view.events), entry.kind, entry.data, entry.sender))
        view.read = len(self._entries)
        return view.events


class _View:
    __slots__ = ("events", "read")

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.read = 0


def _concerns(entry: Entry, viewer: Seat) -> bool:
    return entry.audience is None or viewer in entry.audience or viewer == OMNISCIENT
