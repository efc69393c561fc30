"""Every ledger test runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, text

from arena.ledger import Ledger
from arena.ledger.engine import make_engine, parse_url
from tests.ledger import postgres

_names = count()


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[str]:
    if postgres.binary("postgres") is None or postgres.binary("initdb") is None:
        pytest.skip("no PostgreSQL server is installed: neither on PATH nor in /usr/lib/postgresql")
    with postgres.server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; in PostgreSQL a schema of its own, which is much quicker made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/arena.db"
    whole = f"postgresql://arena@/postgres?host={quote(request.getfixturevalue('postgres_folder'), safe='')}"
    schema = f"test{next(_names)}"
    engine = make_engine(parse_url(whole))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    return f"{whole}&options=-csearch_path%3D{schema}"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of the signing key."""
    return tmp_path / "state"


@pytest.fixture
def ledger(url: str, state: Path) -> Iterator[Ledger]:
    """An open, empty ledger."""
    with Ledger.open(url, state) as opened:
        yield opened


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A way around the ledger, into its database."""
    engine = make_engine(parse_url(url))
    yield engine
    engine.dispose()
