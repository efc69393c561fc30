"""Rows exactly as they lie in the database, whatever somebody put there: nothing is converted, and nothing raises."""

import sqlite3
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from arena.ledger.rows import Row


def columns(model: type[SQLModel]) -> list[str]:
    """The columns of a table, in order."""
    return list(model.__table__.columns.keys())  # type: ignore[attr-defined]  # SQLModel adds it to table classes


class StoredRows:
    """Reads through one connection; `close` leaves that as it was. Text that is not UTF-8 comes with surrogates."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._mark = "?" if connection.dialect.name == "sqlite" else "%s"

    def __call__(self, model: type[SQLModel], where: str, *values: Any) -> list[Row]:
        """The rows for which `where` holds; `?` marks a value."""
        sql = f"SELECT {', '.join(columns(model))} FROM {model.__tablename__} WHERE {where}"
        try:
            return self._fetch(sql, values)
        except OperationalError:
            if not self._read_any_text():
                raise
            return self._fetch(sql, values)

    def count(self, model: type[SQLModel]) -> int:
        """How many rows there are."""
        counted: int = self._connection.exec_driver_sql(f"SELECT count(*) FROM {model.__tablename__}").scalar_one()
        return counted

    def close(self) -> None:
        """Have text read as usual again."""
        if isinstance(self._driver, sqlite3.Connection):
            self._driver.text_factory = str

    def _fetch(self, sql: str, values: tuple[Any, ...]) -> list[Row]:
        return [tuple(row) for row in self._connection.exec_driver_sql(sql.replace("?", self._mark), values)]

    def _read_any_text(self) -> bool:
        """Only once it is needed: it makes every text dearer. False where it is so already, or cannot be."""
        driver = self._driver
        if not isinstance(driver, sqlite3.Connection) or driver.text_factory is not str:
            return False
        driver.text_factory = lambda data: data.decode(errors="surrogateescape")
        return True

    @property
    def _driver(self) -> object:
        return self._connection.connection.driver_connection
