"""Ledgers with a few sums in them, and their export."""

import pytest

from arena.ledger import Ledger
from arena.training import Request, export
from tests.training.matches import replay

pytest.importorskip("pyarrow")


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as opened:
        yield opened


@pytest.fixture
def exported(ledger, tmp_path):
    """`exported("trl-sft", out="x", result="win")` is the folder that this request gives."""

    def run(form="parquet", out="out", **request):
        return export(ledger, Request(format=form, **request), tmp_path / out, replay).folder

    return run
