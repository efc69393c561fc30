"""A connection of the database driver itself, for the writer: raw statements cost a third of what Core's do."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Engine
from sqlmodel import SQLModel

from arena.ledger.engine import failures, writers_lock
from arena.ledger.rows import Row

_CHUNK: Final = 512


class Driver:
    """One DB-API connection and its dialect: where parameters stand, and how the writers' lock is taken."""

    def __init__(self, engine: Engine) -> None:
        sqlite = engine.dialect.name == "sqlite"
        self._pooled = engine.raw_connection()
        self._cursor = self._pooled.cursor()
        self._error = failures(engine).all
        self._mark = "?" if sqlite else "%s"
        self._begin = writers_lock(engine.dialect.name)

    def begin(self) -> None:
        """Start the one transaction at a time that may append."""
        self._cursor.execute(self._begin)

    def commit(self) -> None:
        """Make it durable."""
        self._pooled.commit()

    def query(self, sql: str, *values: Any) -> list[Row]:
        """All rows; `?` marks a value."""
        self._cursor.execute(sql.replace("?", self._mark), values)
        return self._cursor.fetchall()  # type: ignore[return-value]  # DB-API rows, untyped

    def query_in(self, sql: str, keys: Sequence[str]) -> Iterator[Row]:
        """All rows for which what `sql` names before `IN {}` is one of `keys`.

        The keys must differ, or rows may come twice.
        """
        for start in range(0, len(keys), _CHUNK):
            chunk = list(keys[start : start + _CHUNK])
            # Filled up to a power of two: a statement of a length not seen before costs more than it finds.
            chunk += chunk[-1:] * ((1 << (len(chunk) - 1).bit_length()) - len(chunk))
            yield from self.query(sql.format(f"({', '.join('?' * len(chunk))})"), *chunk)

    def insert(self, table: type[SQLModel], rows: Sequence[Row], conflict: str = "") -> None:
        """Insert rows whose values stand in column order; `conflict` is what follows ON CONFLICT."""
        if not rows:
            return
        sql = f"INSERT INTO {table.__tablename__} VALUES ({', '.join([self._mark] * len(rows[0]))})"
        self._cursor.executemany(f"{sql} ON CONFLICT {conflict}" if conflict else sql, rows)

    def change(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement for each row; `?` marks a value."""
        if rows:
            self._cursor.executemany(sql.replace("?", self._mark), rows)

    def discard(self) -> None:
        """Undo what is not committed and close the connection for good, after a failure."""
        with suppress(self._error):
            self._cursor.close()
            self._pooled.rollback()  # closing alone would leave the lock to whoever still holds a statement
        self._pooled.invalidate()

    def close(self) -> None:
        """Give the connection back."""
        self._pooled.close()
