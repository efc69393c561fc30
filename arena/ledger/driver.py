"""A connection of the database driver itself, for the writer: raw statements cost a third of what Core's do."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Final

from sqlalchemy import Engine
from sqlmodel import SQLModel

from arena.ledger.engine import LOCK_KEY, failures
from arena.ledger.rows import Row

_CHUNK: Final = 500


class Driver:
    """One DB-API connection and its dialect: where parameters stand, and how the writers' lock is taken."""

    def __init__(self, engine: Engine) -> None:
        sqlite = engine.dialect.name == "sqlite"
        self._pooled = engine.raw_connection()
        self._cursor = self._pooled.cursor()
        self._error = failures(engine).all
        self._mark = "?" if sqlite else "%s"
        self._begin = "BEGIN IMMEDIATE" if sqlite else f"SELECT pg_advisory_xact_lock({LOCK_KEY})"

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

    def query_in(self, sql: str, keys: Iterable[Sequence[Any]]) -> Iterator[Row]:
        """All rows for which the tuple that `sql` names before `IN {}` is one of `keys`."""
        rest = iter(keys)
        while chunk := list(islice(rest, _CHUNK)):
            one = "(" + ", ".join("?" * len(chunk[0])) + ")"
            marks = ", ".join([one] * len(chunk))
            values = f"(VALUES {marks})" if len(chunk[0]) > 1 else f"({marks})"
            yield from self.query(sql.format(values), *(value for key in chunk for value in key))

    def insert(self, table: type[SQLModel], rows: Sequence[Row], conflict: str = "") -> None:
        """Insert rows whose values stand in column order; `conflict` is what follows ON CONFLICT."""
        if not rows:
            return
        sql = f"INSERT INTO {table.__tablename__} VALUES ({', '.join([self._mark] * len(rows[0]))})"
        self._cursor.executemany(f"{sql} ON CONFLICT {conflict}" if conflict else sql, rows)

    def discard(self) -> None:
        """Undo what is not committed and close the connection for good, after a failure."""
        with suppress(self._error):
            self._cursor.close()
            self._pooled.rollback()  # closing alone would leave the lock to whoever still holds a statement
        self._pooled.invalidate()

    def close(self) -> None:
        """Give the connection back."""
        self._pooled.close()
