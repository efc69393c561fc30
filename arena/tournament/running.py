"""Sums over an event that grows: each set is counted when it comes, and not again whenever somebody asks."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
State = TypeVar("State")


class Running(Generic[Item, State]):
    """A fold of `step` over a sequence, which is what `of` returns: the same for the same items, whatever came before.

    It remembers the last sequence; where that is how a new one begins, only the rest is folded. `step` changes the
    state in place, and nobody else may.
    """

    def __init__(self, start: Callable[[], State], step: Callable[[State, Item], None]) -> None:
        self._start, self._step = start, step
        self._items: list[Item] = []
        self._state = start()

    def of(self, items: Sequence[Item]) -> State:
        """The state after these items."""
        known = len(self._items)
        if list(items[:known]) != self._items:  # quick while the items are the same objects
            self._items, self._state, known = [], self._start(), 0
        for item in items[known:]:
            self._step(self._state, item)
            self._items.append(item)
        return self._state
