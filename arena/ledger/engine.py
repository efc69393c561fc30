"""From a database URL to an engine: SQLite with a write-ahead log and full syncing, or PostgreSQL through psycopg."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from arena.core.errors import LedgerFault

BUSY_SECONDS = 60.0
"""How long a writer waits for another process's transaction."""
LOCK_KEY = 0x6172656E61
"""The advisory lock that PostgreSQL writers take: "arena" in ASCII."""


def parse_url(text: str) -> URL:
    """The URL of a ledger.

    Raises:
        LedgerFault: it is no SQLite file and no PostgreSQL database.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise LedgerFault(_WANTED.format(text)) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise LedgerFault(_WANTED.format(url.render_as_string(hide_password=True)))
    return url


def sqlite_file(url: URL) -> Path | None:
    """The database file; None for PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def make_engine(url: URL) -> Engine:
    """An engine for this URL; nothing is connected yet.

    Raises:
        LedgerFault: the driver for PostgreSQL is not installed.
    """
    try:
        if sqlite_file(url) is None:
            return create_engine(url)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    except (ImportError, NoSuchModuleError):
        raise LedgerFault("PostgreSQL needs psycopg; install arena[postgres]") from None
    event.listen(engine, "connect", _tune)
    return engine


@dataclass(frozen=True, slots=True)
class Failures:
    """The exceptions of a database driver.

    `operational` ones are no fault of what was to be written, those of `refusals` are: with it, they come each time.
    """

    all: type[Exception]
    operational: type[Exception]
    refusals: tuple[type[Exception], ...]


def failures(engine: Engine) -> Failures:
    """What raw statements on this engine may raise."""
    driver = engine.dialect.loaded_dbapi
    return Failures(
        all=driver.Error, operational=driver.OperationalError, refusals=(driver.DataError, driver.IntegrityError)
    )


def begin(connection: Connection) -> None:
    """Start a transaction that no other writer can run beside: every append and migration takes this lock first."""
    connection.exec_driver_sql(writers_lock(connection.dialect.name))


def writers_lock(dialect: str) -> str:
    """The statement that begins a writer's transaction and waits for any other to end."""
    return "BEGIN IMMEDIATE" if dialect == "sqlite" else f"SELECT pg_advisory_xact_lock({LOCK_KEY})"


def begin_snapshot(connection: Connection) -> None:
    """Start a transaction whose reads all see one moment, whatever is appended meanwhile."""
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN" if sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _tune(dbapi: sqlite3.Connection, _: Any) -> None:
    dbapi.execute("PRAGMA synchronous = FULL")
    if dbapi.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        dbapi.execute("PRAGMA journal_mode = WAL")


_WANTED = "{!r} is no ledger; give sqlite:///FILE or postgresql://USER@HOST/DATABASE"
