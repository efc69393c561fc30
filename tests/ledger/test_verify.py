"""What `verify` says of a good ledger, of replays that end otherwise, of strange rows and of signed heads.

That it names whatever was changed is shown in `test_tampering`.
"""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from arena.core.agent import Provenance
from arena.core.match import MatchResult
from arena.ledger import Ledger
from arena.ledger.signing import HEADS, KEY, PUBLIC_KEY
from tests.ledger.samples import result, results, set_plan

ENTRIES = 12


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Twelve entries: six sets of two matches that landed one by one."""
    for _ in range(ENTRIES // 2):
        plan = set_plan()
        for match in results(plan):
            match.provenance = {1: Provenance(reasoning=f"why {match.plan.match_id}")}
            ledger.append(plan, [match]).result(30)
    return ledger


def test_an_untouched_ledger_is_good(filled: Ledger) -> None:
    found = filled.verify(MatchResult.play_digest)
    assert found.ok
    assert (found.results, found.chain_ok, found.first_bad) == (ENTRIES, True, None)
    assert (found.replayed, found.mismatches, found.unsigned) == (ENTRIES, 0, 0)


def test_an_empty_ledger_is_good(ledger: Ledger) -> None:
    assert ledger.verify().ok


def test_a_replay_that_ends_otherwise_is_a_mismatch(filled: Ledger) -> None:
    odd = filled.matches()[3].match_id
    found = filled.verify(lambda r: bytes(32) if r.plan.match_id == odd else r.play_digest())
    assert (found.ok, found.chain_ok, found.mismatched) == (False, True, (odd,))


def test_a_match_whose_game_is_not_available_is_not_replayed(filled: Ledger) -> None:
    found = filled.verify(lambda _: None)
    assert (found.ok, found.replayed) == (True, 0)


def test_a_row_that_no_entry_tells_of_is_found(filled: Ledger, engine: Engine) -> None:
    with engine.begin() as db:
        db.execute(text("INSERT INTO standing VALUES (77, 'eve', 1, 9.0, 1, 1, 0, 0, 0)"))
    found = filled.verify()
    assert (found.chain_ok, found.reason) == (False, "the table standing has rows that no entry tells of")


def test_a_tail_that_was_never_signed_is_reported(filled: Ledger, state: Path) -> None:
    lines = (state / HEADS).read_bytes().splitlines(keepends=True)
    (state / HEADS).write_bytes(b"".join(lines[:-3]))
    found = filled.verify()
    assert (found.chain_ok, found.unsigned) == (True, 3)


def test_heads_with_another_signature_count_for_nothing(filled: Ledger, state: Path) -> None:
    lines = (state / HEADS).read_text().splitlines()
    forged = [line.replace("head 1", "head 2", 1) if line.startswith("head 1 ") else line for line in lines]
    (state / HEADS).write_text("\n".join([*forged[:2], "torn li", "head x y z"]))
    assert filled.verify().unsigned == ENTRIES - 1


def test_a_torn_line_of_heads_does_not_swallow_the_next(filled: Ledger, url: str, state: Path) -> None:
    filled.close()
    with (state / HEADS).open("ab") as log:
        log.write(b"head 12 abc")
    with Ledger.open(url, state) as again:
        plan = set_plan(1)
        again.append(plan, [result(plan)]).result(30)
        assert again.verify().unsigned == 0


def test_the_key_is_readable_by_its_owner_only(filled: Ledger, state: Path) -> None:
    assert (state / KEY).stat().st_mode & 0o777 == 0o600
    assert (state / PUBLIC_KEY).read_text() != (state / KEY).read_text()


def test_verify_sees_one_moment_while_results_land(filled: Ledger) -> None:
    plan = set_plan(200)
    futures = [filled.append(plan, [match]) for match in results(plan)]
    while not futures[-1].done():
        assert filled.verify().chain_ok
    assert filled.verify().results == ENTRIES + 200
