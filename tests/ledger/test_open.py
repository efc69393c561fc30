"""Opening: migrations, newer schemas, wrong addresses, keys."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from arena.core.errors import LedgerFault
from arena.ledger import Ledger
from arena.ledger.schema import HEAD, MIGRATIONS, revision
from arena.ledger.signing import KEY
from tests.ledger.samples import result, set_plan


def test_migrations_arrive_at_the_tables(ledger: Ledger, engine: Engine) -> None:
    with engine.connect() as connection:
        assert revision(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_the_head_named_in_code_is_that_of_the_migrations() -> None:
    assert ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)]).get_current_head() == HEAD


def test_opening_again_keeps_everything(url: str, state: Path) -> None:
    plan = set_plan(1)
    for _ in range(2):
        with Ledger.open(url, state) as ledger:
            ledger.append(plan, [result(plan)]).result(30)
            assert ledger.verify().results == 1


def test_a_newer_schema_is_refused_and_left_alone(ledger: Ledger, url: str, state: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(LedgerFault, match=f"schema 0999, newer than {HEAD}, which this arena knows; update arena"):
        Ledger.open(url, state)
    with engine.connect() as connection:
        assert revision(connection) == "0999"


def test_a_database_of_something_else_is_refused(url: str, state: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE recipes (name VARCHAR)"))
    with pytest.raises(LedgerFault, match="holds other tables than a ledger's"):
        Ledger.open(url, state)


def test_many_processes_may_open_an_empty_database_at_once(url: str, state: Path) -> None:
    code = "import sys; from arena.ledger import Ledger; Ledger.open(sys.argv[1]).close()"
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", code, url]
    processes = [subprocess.Popen(command, cwd=root, env=env) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0] * 3
    with Ledger.open(url, state) as ledger:
        assert ledger.verify().ok


@pytest.mark.parametrize("address", ["", "arena.db", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_what_is_no_ledger_address_is_refused(address: str) -> None:
    with pytest.raises(LedgerFault, match="is no ledger; give sqlite:///FILE or postgresql://"):
        Ledger.open(address)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "arena.db").write_text("not a database " * 100)
    with pytest.raises(LedgerFault, match="cannot be opened: file is not a database"):
        Ledger.open(f"sqlite:///{tmp_path}/arena.db")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerFault, match="unable to open database file"):
        Ledger.open(f"sqlite:///{tmp_path}/none/arena.db")


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(LedgerFault, match="cannot be opened") as caught:
        Ledger.open(f"postgresql://arena:hunter2@/db?host={tmp_path}")
    assert "hunter2" not in str(caught.value)


def test_reading_makes_no_ledger_and_no_key(tmp_path: Path) -> None:
    with pytest.raises(LedgerFault, match="there is no ledger at"):
        Ledger.open(f"sqlite:///{tmp_path}/arena.db", create=False)
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        assert ledger.games() == []
    assert not (tmp_path / "arena.db.state").exists()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_needs_a_state_folder_to_append(url: str) -> None:
    plan = set_plan(1)
    with Ledger.open(url) as ledger, pytest.raises(LedgerFault, match="needs a folder for its signing key"):
        ledger.append(plan, [result(plan)])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_keeps_its_state_beside_its_file(url: str, tmp_path: Path) -> None:
    plan = set_plan(1)
    with Ledger.open(url) as ledger:
        ledger.append(plan, [result(plan)]).result(30)
    assert (tmp_path / "arena.db.state" / KEY).exists()


def test_a_lost_key_is_not_silently_replaced(url: str, state: Path) -> None:
    plan = set_plan(1)
    with Ledger.open(url, state) as ledger:
        ledger.append(plan, [result(plan)]).result(30)
    (state / KEY).unlink()
    with Ledger.open(url, state) as ledger:
        with pytest.raises(LedgerFault, match="the key that signed this ledger's heads is missing"):
            ledger.append(plan, [result(plan)])
        assert ledger.verify().ok
