"""How rows lie in a file: as columns in Parquet, or as lines of JSON."""

import json
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol

from arena.training.files import Row
from arena.training.schemas import Schema


class Encoding(Protocol):
    """Rows become chunks soon, which are far smaller; a file is some chunks."""

    def name(self, split: str, number: int) -> str:
        """Of a file, within the folder."""

    def chunk(self, rows: Sequence[Row]) -> Any:
        """Rows in their final form."""

    def size(self, chunk: Any) -> int:
        """Bytes that a chunk takes in memory."""

    def write(self, stream: BinaryIO, chunks: Sequence[Any]) -> None:
        """A whole file.

        Raises:
            OSError: it cannot be written.
        """


class Columns:
    """Parquet; a chunk is an Arrow table, and becomes a row group."""

    def __init__(self, schema: Callable[[], Schema]) -> None:
        self._schema = schema

    def name(self, split: str, number: int) -> str:
        return f"{split}-{number:05}.parquet"

    def chunk(self, rows: Sequence[Row]) -> Any:
        import pyarrow

        return pyarrow.Table.from_pylist(rows, schema=self._schema())

    def size(self, chunk: Any) -> int:
        return int(chunk.nbytes)

    def write(self, stream: BinaryIO, chunks: Sequence[Any]) -> None:
        from pyarrow import parquet

        writer = parquet.ParquetWriter(stream, self._schema(), compression="zstd")
        for chunk in chunks:
            writer.write_table(chunk)
        writer.close()


class Lines:
    """One JSON text a line, in files of a name that the reader expects, each in a folder of its own."""

    def __init__(self, file: str) -> None:
        self._file = file

    def name(self, split: str, number: int) -> str:
        return f"{split}-{number:05}/{self._file}"

    def chunk(self, rows: Sequence[Row]) -> bytes:
        texts = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
        return "".join(f"{text}\n" for text in texts).encode()

    def size(self, chunk: bytes) -> int:
        return len(chunk)

    def write(self, stream: BinaryIO, chunks: Sequence[bytes]) -> None:
        stream.writelines(chunks)
