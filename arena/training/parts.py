"""A portion of an export on its way to files."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from arena.training.encodings import Encoding
from arena.training.files import Row

_CHUNK: Final = 1_000
"""Rows in a chunk, at most; those of one match stay together."""
_PART_ROWS: Final = 50_000
_PART_BYTES: Final = 64 * 1024 * 1024
"""In memory: a part that is larger is written."""


class Part:
    """What goes to the next file of each split."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._rows: dict[str, list[Row]] = {}
        self._chunks: dict[str, list[Any]] = {}
        self._counts: dict[str, int] = {}
        self._bytes = 0

    @property
    def full(self) -> bool:
        """Whether it is time to write."""
        return sum(self._counts.values()) >= _PART_ROWS or self._bytes >= _PART_BYTES

    def add(self, split: str, rows: Sequence[Row]) -> None:
        """Take more rows of a split."""
        waiting = self._rows.setdefault(split, [])
        waiting += rows
        self._counts[split] = self._counts.get(split, 0) + len(rows)
        if len(waiting) >= _CHUNK:
            self._settle(split)

    def files(self, after: int) -> Iterator[tuple[str, int, Sequence[Any]]]:
        """Name, rows and chunks of each file; `after` files there are already."""
        for split in self._rows:
            self._settle(split)
        for number, (split, chunks) in enumerate(sorted(self._chunks.items()), after):
            yield self._encoding.name(split, number), self._counts[split], chunks

    def _settle(self, split: str) -> None:
        if rows := self._rows[split]:
            chunk = self._encoding.chunk(rows)
            self._chunks.setdefault(split, []).append(chunk)
            self._bytes += self._encoding.size(chunk)
            self._rows[split] = []
