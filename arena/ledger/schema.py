"""Brings a database to this version's schema when it is opened, by Alembic; refuses what it does not know."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from arena.core.errors import LedgerFault
from arena.ledger.engine import begin

MIGRATIONS: Final = Path(__file__).parent / "migrations"
HEAD: Final = "0007"
"""The newest revision; a test compares it with the migrations."""

_VERSION_TABLE = "alembic_version"


def prepare(engine: Engine) -> None:
    """Create or upgrade the schema; quick when there is nothing to do. Several processes may do so at once.

    Raises:
        LedgerFault: the schema is newer than this version of arena, or the tables are not a ledger's.
    """
    with engine.connect() as connection:
        if revision(connection) == HEAD:
            return
        connection.rollback()
        begin(connection)
        found = revision(connection)
        if found != HEAD:
            _upgrade(connection, found)
        connection.commit()


def revision(connection: Connection) -> str | None:
    """The schema's revision; None for an empty database.

    Raises:
        LedgerFault: there are tables, but not a ledger's.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if _VERSION_TABLE not in tables:
        raise LedgerFault("this database holds other tables than a ledger's; give the ledger a database of its own")
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_VERSION_TABLE}"))
    return found


def _upgrade(connection: Connection, found: str | None) -> None:
    # Imported late: Alembic takes a tenth of a second, and most openings have nothing to upgrade.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    known = [step.revision for step in script.walk_revisions()]
    if found is not None and found not in known:
        raise LedgerFault(f"this ledger has schema {found}, newer than {HEAD}, which this arena knows; update arena")
    context = MigrationContext.configure(
        connection, opts={"fn": lambda rev, _: script._upgrade_revs("head", rev), "transactional_ddl": False}
    )
    with Operations.context(context):
        context.run_migrations()
