"""A portion of an export on its way to files: rows become Arrow's columns soon, which are far smaller."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from arena.training.files import Row
from arena.training.schemas import Schema

_GROUP: Final = 1_000
"""Rows in a row group, at most."""
_PART_ROWS: Final = 50_000
_PART_BYTES: Final = 64 * 1024 * 1024
"""Of Arrow memory: a part that is larger is written."""


class Parts:
    """What goes to the next file of each split."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._rows: dict[str, list[Row]] = {}
        self._groups: dict[str, list[Any]] = {}
        self._count = 0
        self._bytes = 0

    @property
    def full(self) -> bool:
        """Whether it is time to write."""
        return self._count >= _PART_ROWS or self._bytes >= _PART_BYTES

    def add(self, split: str, rows: Sequence[Row]) -> None:
        """Take more rows of a split."""
        waiting = self._rows.setdefault(split, [])
        waiting += rows
        self._count += len(rows)
        if len(waiting) >= _GROUP:
            self._settle(split)

    def files(self, after: int) -> Iterator[tuple[str, Sequence[Any], Schema]]:
        """Name, row groups and schema of each file, as `train-00000.parquet`; `after` files there are already."""
        for split in sorted(self._rows):
            self._settle(split)
        for number, (split, groups) in enumerate(sorted(self._groups.items()), after):
            yield f"{split}-{number:05}.parquet", groups, self._schema

    def _settle(self, split: str) -> None:
        import pyarrow

        if rows := self._rows[split]:
            table = pyarrow.Table.from_pylist(rows, schema=self._schema)
            self._groups.setdefault(split, []).append(table)
            self._bytes += table.nbytes
            self._rows[split] = []
