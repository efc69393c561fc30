"""Ledgers in SQLite files, of sets made up for ladders and reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An open, empty ledger at `arena.db` in the test's folder."""
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as opened:
        yield opened
