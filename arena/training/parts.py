"""A portion of an export on its way to files: one of each split, written as its rows come."""

from collections.abc import Iterable
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
        self._waiting: dict[str, list[Row]] = {}
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
        waiting, count = self._waiting.setdefault(split, []), 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last count is the answer
            waiting.append(row)
            if len(waiting) == _BATCH:
                self._write(split)
        self._rows[split] = self._rows.get(split, 0) + count
        return count

    def finish(self) -> list[Row]:
        """Have every file under its name, durably: what there is to say of each.

        Raises:
            BadRequest: it cannot be written.
        """
        for split in self._waiting:
            self._write(split)
        told: list[Row] = []
        for split, (draft, writer) in sorted(self._files.items()):
            with self._folder.writing():
                writer.finish()
                told.append({**draft.finish(), "rows": self._rows[split]})
        self._files.clear()
        return told

    def _write(self, split: str) -> None:
        if waiting := self._waiting[split]:
            with self._folder.writing():
                self._bytes += self._writer(split).add(waiting)
            waiting.clear()

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
