"""A portion of an export on its way to files: one of each split, written as its rows come."""

from collections.abc import Iterable
from itertools import islice
from types import TracebackType
from typing import Final, Self

from arena.training.encodings import Encoding, Writer
from arena.training.files import Draft, Folder, Row

_BATCH: Final = 100
"""Rows that are held before they are written."""
_PART_ROWS: Final = 50_000
_PART_BYTES: Final = 64 * 1024 * 1024
"""As in memory: a part that is larger ends with the match at hand."""


class Part:
    """The `number`-th files of an export. As a context manager it drops what was not finished."""

    def __init__(self, folder: Folder, encoding: Encoding, number: int) -> None:
        self._folder = folder
        self._encoding = encoding
        self._number = number
        self._files: dict[str, tuple[Draft, Writer]] = {}
        self._rows: dict[str, int] = {}
        self._bytes = 0

    @property
    def full(self) -> bool:
        """Whether it is time to finish."""
        return sum(self._rows.values()) >= _PART_ROWS or self._bytes >= _PART_BYTES

    def add(self, split: str, rows: Iterable[Row]) -> int:
        """Write rows of a split; returns how many they were.

        Raises:
            BadRequest: they cannot be written.
        """
        before, rows = self._rows.get(split, 0), iter(rows)
        while batch := list(islice(rows, _BATCH)):
            with self._folder.writing():
                self._bytes += self._writer(split).add(batch)
            self._rows[split] = self._rows.get(split, 0) + len(batch)
        return self._rows.get(split, 0) - before

    def finish(self) -> list[Row]:
        """Have every file under its name, durably: what there is to say of each.

        Raises:
            BadRequest: it cannot be written.
        """
        told: list[Row] = []
        for split, (draft, writer) in sorted(self._files.items()):
            with self._folder.writing():
                writer.finish()
                told.append({**draft.finish(), "rows": self._rows[split]})
        self._files.clear()
        return told

    def _writer(self, split: str) -> Writer:
        if split not in self._files:
            draft = self._folder.draft(self._encoding.name(split, self._number))
            self._files[split] = draft, self._encoding.writer(draft.stream)
        return self._files[split][1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for draft, writer in self._files.values():
            writer.drop()
            draft.drop()
