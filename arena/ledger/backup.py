"""A copy of the whole ledger in one SQLite file, taken while it is in use, that `verify` accepts like the original."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

from arena.core.errors import BadRequest, LedgerFault
from arena.ledger.engine import begin_snapshot, make_engine, parse_url
from arena.ledger.schema import prepare
from arena.ledger.signing import HEADS, PUBLIC_KEY

_CHUNK: Final = 1000


def state_folder(file: Path) -> Path:
    """Where the signed heads of a SQLite ledger lie, unless another folder is named."""
    return file.with_name(file.name + ".state")


def backup(engine: Engine, state: Path | None, file: Path) -> None:
    """Copy database and signed heads to `file` and `<file>.state`; the private key is left where it is.

    Raises:
        BadRequest: the file exists.
        LedgerFault: it cannot be written; then nothing of it is left.
    """
    if file.exists() or state_folder(file).exists():
        raise BadRequest(f"{file} exists already; name a new file for the backup")
    with ExitStack() as undo:
        undo.callback(_remove, file)
        try:
            _copy_heads(state, state_folder(file))  # before the entries: no head may be newer than the copy
            (_copy_sqlite if engine.dialect.name == "sqlite" else _copy_tables)(engine, file)
        except (OSError, sqlite3.Error, SQLAlchemyError) as error:
            raise LedgerFault(f"the backup cannot be written: {str(error).partition(chr(10))[0]}") from error
        undo.pop_all()


def _remove(file: Path) -> None:
    """Leave nothing of a copy that failed."""
    shutil.rmtree(state_folder(file), ignore_errors=True)
    for part in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _copy_heads(state: Path | None, target: Path) -> None:
    target.mkdir(parents=True, mode=0o700)
    for name in (PUBLIC_KEY, HEADS):
        if state is not None and (state / name).exists():
            shutil.copyfile(state / name, target / name)


def _copy_sqlite(engine: Engine, file: Path) -> None:
    source = engine.raw_connection()
    try:
        with closing(sqlite3.connect(file)) as target:
            source.driver_connection.backup(target)  # type: ignore[union-attr]  # sqlite3's own connection
    finally:
        source.close()


def _copy_tables(engine: Engine, file: Path) -> None:
    copy = make_engine(parse_url(f"sqlite:///{file}"))
    with ExitStack() as stack:
        stack.callback(copy.dispose)
        prepare(copy)
        with engine.connect() as source, copy.begin() as target:
            begin_snapshot(source)
            for table in SQLModel.metadata.sorted_tables:
                rows = source.execution_options(stream_results=True).execute(select(table))
                for chunk in rows.partitions(_CHUNK):
                    target.execute(table.insert(), _mappings(table.columns.keys(), chunk))


def _mappings(names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[dict[str, object]]:
    return [dict(zip(names, row, strict=True)) for row in rows]
