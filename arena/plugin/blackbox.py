"""A few words of memory shared with a worker process, which tell what plugin code it is in after it hung or died."""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, Self

GAME: Final = -1
"""In place of a seat: the game's own code runs, not an agent's."""
BATCH: Final = -2
"""Many states are stepped by one call of their game; the culprit is not known."""

_FIRST_SEAT: Final = 3
_SEAT_BITS: Final = 16
_BYTES: Final = mmap.PAGESIZE


class Entry(NamedTuple):
    """The call that a worker is in. `serial` never repeats, so an unchanged entry is one unbroken call."""

    serial: int
    task: int
    seat: int
    limit_ms: int


class BlackBox:
    """Written by the worker before each call into plugin code, read by its supervisor.

    A write is one or two stores and no clock: the supervisor times the calls by looking again.
    """

    __slots__ = ("_cells", "_memory", "_word", "fd")

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._memory = mmap.mmap(fd, _BYTES)
        self._cells = memoryview(self._memory).cast("q")
        self._word = 0

    @classmethod
    def create(cls) -> Self:
        """A new box in anonymous memory; its `fd` is handed to the worker."""
        fd = os.memfd_create("arena-blackbox")
        os.ftruncate(fd, _BYTES)
        return cls(fd)

    def begin(self, task: int, game_ms: int, agent_ms: int) -> None:
        """Name the task (a match, say) that the next calls are for, and how long each may last; enter the game."""
        cells = self._cells
        cells[1] = task
        cells[2] = game_ms
        cells[3] = agent_ms
        self._word = word = self._word + (1 << _SEAT_BITS)
        cells[0] = word | GAME + _FIRST_SEAT

    def enter(self, seat: int) -> None:
        """A call into an agent's code (its seat), the game's (GAME) or many states' (BATCH) begins."""
        self._word = word = self._word + (1 << _SEAT_BITS)
        self._cells[0] = word | seat + _FIRST_SEAT

    @contextmanager
    def patience(self, limit_ms: int) -> Iterator[None]:
        """What goes on now, such as loading a model, may last this long."""
        cells = self._cells
        usual = cells[2], cells[3]
        cells[2] = cells[3] = limit_ms
        try:
            yield
        finally:
            cells[2], cells[3] = usual
            self._word += 1 << _SEAT_BITS
            cells[0] = self._word | cells[0] & (1 << _SEAT_BITS) - 1

    @contextmanager
    def aside(self, limit_ms: int) -> Iterator[None]:
        """The game's code does what belongs to no task, such as closing; it may last this long."""
        word, *usual = self._cells[:4]
        self.begin(0, limit_ms, limit_ms)
        try:
            yield
        finally:
            self.begin(*usual)
            self.enter((word & (1 << _SEAT_BITS) - 1) - _FIRST_SEAT) if word else self.leave()

    def leave(self) -> None:
        """No plugin code runs."""
        self._cells[0] = 0

    def read(self) -> Entry | None:
        """The call going on now; None between calls."""
        word, task, game_ms, agent_ms = self._cells[:4]
        if not word:
            return None
        seat = (word & ((1 << _SEAT_BITS) - 1)) - _FIRST_SEAT
        return Entry(word >> _SEAT_BITS, task, seat, agent_ms if seat >= 0 else game_ms)

    def close(self) -> None:
        """Let go of the memory; the other side keeps its own view."""
        self._cells.release()
        self._memory.close()
        os.close(self.fd)
