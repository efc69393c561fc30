"""How rows lie in a file: as columns in Parquet, or as lines of JSON."""

import json
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Final, Protocol

from arena.training.files import Folder, Row
from arena.training.schemas import Schema

_GROUP_ROWS: Final = 1_000
_GROUP_BYTES: Final = 8 * 1024 * 1024
"""In memory; a row group has so much, or somewhat more."""


class Writer(Protocol):
    """Writes one file, in constant memory."""

    def add(self, rows: Sequence[Row]) -> int:
        """Take rows; returns how many bytes they are in memory. Raises OSError where they cannot be written."""

    def finish(self) -> None:
        """Write what is left. Raises OSError as well."""

    def drop(self) -> None:
        """Nothing more is to be written."""


class Encoding(Protocol):
    """A kind of files: what they are called within the folder, and what writes one."""

    def name(self, split: str, number: int) -> str: ...

    def writer(self, stream: BinaryIO) -> Writer: ...

    def finish(self, folder: Folder, parts: Sequence[Row]) -> list[Row]:
        """Write what stands beside all parts, if anything; told as `Draft.finish` does. Raises OSError as well."""


class Columns:
    """Parquet."""

    def __init__(self, schema: Callable[[], Schema]) -> None:
        self._schema = schema

    def name(self, split: str, number: int) -> str:
        return f"{split}-{number:05}.parquet"

    def writer(self, stream: BinaryIO) -> Writer:
        return _ParquetFile(stream, self._schema())

    def finish(self, folder: Folder, parts: Sequence[Row]) -> list[Row]:
        return []


class _ParquetFile:
    def __init__(self, stream: BinaryIO, schema: Schema) -> None:
        from pyarrow import parquet

        self._schema = schema
        self._file = parquet.ParquetWriter(stream, schema, compression="zstd")
        self._waiting: list[Any] = []

    def add(self, rows: Sequence[Row]) -> int:
        import pyarrow

        table = pyarrow.Table.from_pylist(rows, schema=self._schema)
        self._waiting.append(table)
        held, size = sum(map(len, self._waiting)), sum(each.nbytes for each in self._waiting)
        if held >= _GROUP_ROWS or size >= _GROUP_BYTES:
            self._settle()
        return int(table.nbytes)

    def finish(self) -> None:
        self._settle()
        self._file.close()

    def drop(self) -> None:
        self._file.is_open = False  # else it would write its footer when it is collected, and fail in nobody's sight

    def _settle(self) -> None:
        import pyarrow

        if self._waiting:
            self._file.write_table(pyarrow.concat_tables(self._waiting).combine_chunks())
            self._waiting = []


class Lines:
    """One JSON text a line, in files of a name that the reader expects, each in a folder of its own."""

    def __init__(self, file: str) -> None:
        self._file = file

    def name(self, split: str, number: int) -> str:
        return f"{split}-{number:05}/{self._file}"

    def writer(self, stream: BinaryIO) -> Writer:
        return _JsonLines(stream)

    def finish(self, folder: Folder, parts: Sequence[Row]) -> list[Row]:
        return []


class _JsonLines:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def add(self, rows: Sequence[Row]) -> int:
        texts = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
        return self._stream.write("".join(f"{text}\n" for text in texts).encode())

    def finish(self) -> None: ...

    def drop(self) -> None: ...
