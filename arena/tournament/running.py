"""Sums over an event that grows: each set is counted when it comes, and not again whenever somebody asks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar, overload
from weakref import WeakKeyDictionary

Item = TypeVar("Item")
Key = TypeVar("Key")
State = TypeVar("State")


class Growing(Generic[Item]):
    """Items that are only ever added to, so that the first ones stay what they are."""

    __slots__ = ("__weakref__", "_items")

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items = list(items)

    def __len__(self) -> int:
        return len(self._items)

    def extend(self, items: Iterable[Item]) -> None:
        """Add these at the end."""
        self._items.extend(items)

    def first(self, length: int) -> "Grown[Item]":
        """The first so many items, whatever is added later."""
        return Grown(self, self._items, length)


class Grown(Sequence[Item]):
    """The first `length` items of something that grows: made, and cut to fewer, without a copy."""

    __slots__ = ("_items", "_length", "source")

    def __init__(self, source: Growing[Item], items: list[Item], length: int) -> None:
        self.source = source
        self._items, self._length = items, min(length, len(items))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Item]:
        return islice(self._items, self._length)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            if step != 1:
                return [self._items[at] for at in range(start, stop, step)]
            return self._items[start:stop] if start else Grown(self.source, self._items, stop)
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._items[index if index >= 0 else index + self._length]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # as a list's


class Lookup(Mapping[Key, Item]):
    """Items of a sequence by key. `places` may know later ones too, which are not among these."""

    def __init__(self, items: Sequence[Item], places: Mapping[Key, int]) -> None:
        self._items, self._places = items, places

    def __getitem__(self, key: Key) -> Item:
        place = self._places[key]
        if place >= len(self._items):
            raise KeyError(key)
        return self._items[place]

    def __iter__(self) -> Iterator[Key]:
        return islice(self._places, len(self._items))

    def __len__(self) -> int:
        return len(self._items)


@dataclass(slots=True)
class _Fold(Generic[State]):
    state: State
    count: int = 0


class Running(Generic[Item, State]):
    """A fold of `step` over a sequence, which is what `of` returns: the same for the same items, whatever came before.

    For what has grown (`Grown`) it remembers how far it was with each source, and only the rest is folded: events that
    are held side by side do not disturb one another. Of other sequences it remembers the last one. `step` changes the
    state in place, and nobody else may.
    """

    def __init__(self, start: Callable[[], State], step: Callable[[State, Item], None]) -> None:
        self._start, self._step = start, step
        self._folds: WeakKeyDictionary[Growing[Item], _Fold[State]] = WeakKeyDictionary()
        self._items: list[Item] = []
        self._state = start()

    def of(self, items: Sequence[Item]) -> State:
        """The state after these items."""
        if isinstance(items, Grown):
            return self._of_grown(items)
        known = len(self._items)
        if list(items[:known]) != self._items:  # quick while the items are the same objects
            self._items, self._state, known = [], self._start(), 0
        for item in items[known:]:
            self._step(self._state, item)
            self._items.append(item)
        return self._state

    def _of_grown(self, items: Grown[Item]) -> State:
        fold = self._folds.get(items.source)
        if fold is None or fold.count > len(items):
            fold = self._folds[items.source] = _Fold(self._start())
        for item in items[fold.count :]:
            self._step(fold.state, item)
        fold.count = len(items)
        return fold.state
