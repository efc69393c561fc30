"""A full disk, a log of heads that cannot be written, a defect of ours: nothing stands half, whoever waits is told."""

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine

from arena.core.errors import LedgerFault
from arena.ledger import Ledger, Receipt
from arena.ledger.committer import Append, Committer
from arena.ledger.signing import Signer
from tests.ledger.samples import result, results, set_plan


def committer_of(engine: Engine, state: Path) -> Committer:
    return Committer(engine, Signer(state), lambda: 0)


def test_a_full_disk_fails_the_append_and_nothing_stands_half(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        assert ledger.state is not None
        committer = committer_of(ledger._engine, ledger.state)
        plan = set_plan(300)
        committer.commit([Append(plan, [result(plan, 0)])])
        driver = committer._driver
        assert driver is not None
        (pages,) = driver.query("PRAGMA page_count")[0]
        driver.query(f"PRAGMA max_page_count = {pages}")
        (fault,) = committer.commit([Append(plan, results(plan))])
        assert str(fault) == "the ledger cannot be written: database or disk is full"
        assert ledger.verify().results == 1
        committer.commit([Append(plan, results(plan))])  # space again, on a fresh connection
        found = ledger.verify()
        assert (found.chain_ok, found.results) == (True, 300)
        committer.close()


def test_an_unusable_log_of_heads_does_not_lose_results(ledger: Ledger, state: Path) -> None:
    plan = set_plan(3)
    committer = committer_of(ledger._engine, state)
    committer.commit([Append(plan, [result(plan, 0)])])
    log, committer._signer._log = committer._signer._log, os.open("/dev/full", os.O_WRONLY)
    (receipt,) = committer.commit([Append(plan, [result(plan, 1)])])
    assert isinstance(receipt, Receipt)
    assert ledger.verify().unsigned == 1
    os.close(committer._signer._log)
    committer._signer._log = log
    committer.commit([Append(plan, [result(plan, 2)])])
    found = ledger.verify()
    assert (found.chain_ok, found.results, found.unsigned) == (True, 3, 0)
    committer.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_in_the_writer_is_told_to_whoever_waits(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Committer, "commit", defect)
    plan = set_plan(1)
    with pytest.raises(LedgerFault, match="the ledger's writer stopped"):
        ledger.append(plan, results(plan)).result(30)
    ledger.flush()
    with pytest.raises(LedgerFault, match="the ledger is closed"):
        ledger.append(plan, results(plan))
