"""Whatever is changed in the database, `verify` names the first entry that it concerns."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Engine, text

from arena.core.agent import Provenance
from arena.core.match import MatchResult
from arena.ledger import Ledger, Verification
from arena.ledger.append import link
from arena.ledger.signing import HEADS, KEY, PUBLIC_KEY, signed_hashes
from arena.ledger.verify import verify
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


def edit_payload(db: Connection, entry: int) -> int:
    data = bytearray(db.scalar(text("SELECT payload FROM entry WHERE number = :n"), {"n": entry}))
    random = Random(entry)
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    db.execute(text("UPDATE entry SET payload = :p WHERE number = :n"), {"n": entry, "p": bytes(data)})
    return entry


def edit_hash(db: Connection, entry: int) -> int:
    db.execute(text("UPDATE entry SET hash = :h WHERE number = :n"), {"n": entry, "h": bytes(32)})
    return entry


def delete(db: Connection, entry: int) -> int:
    db.execute(text("DELETE FROM entry WHERE number = :n"), {"n": entry})
    return entry


def delete_and_close_ranks(db: Connection, entry: int) -> int:
    delete(db, entry)
    for later in range(entry + 1, ENTRIES):
        db.execute(text("UPDATE entry SET number = number - 1 WHERE number = :n"), {"n": later})
    return entry


def truncate(db: Connection, entry: int) -> int:
    db.execute(text("DELETE FROM entry WHERE number >= :n"), {"n": entry})
    db.execute(text("DELETE FROM seat WHERE match >= :n"), {"n": entry})
    db.execute(text("DELETE FROM match WHERE number >= :n"), {"n": entry})
    return entry


def swap(db: Connection, entry: int) -> int:
    other = (entry + 5) % ENTRIES
    for old, new in ((entry, 99), (other, entry), (99, other)):
        db.execute(text("UPDATE entry SET number = :new WHERE number = :old"), {"old": old, "new": new})
    return min(entry, other)


def rewrite_tail(db: Connection, entry: int) -> int:
    """As a forger would who knows the format but not the key."""
    before = db.scalar(text("SELECT hash FROM entry WHERE number = :n"), {"n": entry - 1}) or bytes(32)
    rows = db.execute(text("SELECT number, payload FROM entry WHERE number >= :n ORDER BY number"), {"n": entry})
    for number, payload in rows.all():
        forged = payload.replace(b'"ms":[1', b'"ms":[3')
        before = link(before, forged)
        values = {"n": number, "p": forged, "h": before}
        db.execute(text("UPDATE entry SET payload = :p, hash = :h WHERE number = :n"), values)
    return entry


def edit_score(db: Connection, entry: int) -> int:
    db.execute(text("UPDATE seat SET score = 7 WHERE match = :n AND seat = 0"), {"n": entry})
    return entry


def edit_match(db: Connection, entry: int) -> int:
    db.execute(text("UPDATE match SET game = 'toy/chess' WHERE number = :n"), {"n": entry})
    return entry


def delete_match(db: Connection, entry: int) -> int:
    db.execute(text("DELETE FROM match WHERE number = :n"), {"n": entry})
    return entry


def edit_standing(db: Connection, entry: int) -> int:
    completed = entry | 1
    db.execute(text("UPDATE standing SET rank = 3 - rank WHERE entry = :n"), {"n": completed})
    return completed


def edit_set(db: Connection, entry: int) -> int:
    completed = entry | 1
    db.execute(text("UPDATE match_set SET ladder = NOT ladder WHERE completed = :n"), {"n": completed})
    return completed


def edit_provenance(db: Connection, entry: int) -> int:
    db.execute(text("UPDATE provenance SET blob = :b WHERE match = :n"), {"n": entry, "b": b"other"})
    return entry


TAMPERINGS = [
    edit_payload,
    edit_hash,
    delete,
    delete_and_close_ranks,
    truncate,
    swap,
    rewrite_tail,
    edit_score,
    edit_match,
    delete_match,
    edit_standing,
    edit_set,
    edit_provenance,
]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_the_first_entry_that_was_changed_is_named(
    filled: Ledger, engine: Engine, tamper: Callable[[Connection, int], int]
) -> None:
    for entry in Random(tamper.__name__).sample(range(ENTRIES), 6):
        with engine.connect() as db:
            transaction = db.begin()
            expected = tamper(db, entry)
            found = _verify_within(filled, db)
            assert (found.chain_ok, found.first_bad) == (False, expected), found.reason
            assert found.reason
            transaction.rollback()
    assert filled.verify().ok


@pytest.mark.parametrize("change", ["payload = CAST(payload AS TEXT)", "payload = 7", "matches = 'two'"])
def test_a_value_of_another_type_is_named(filled: Ledger, engine: Engine, change: str) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps the types of its columns")
    with engine.connect() as db:
        transaction = db.begin()
        db.execute(text(f"UPDATE entry SET {change} WHERE number = 3"))
        found = _verify_within(filled, db)
        assert (found.chain_ok, found.first_bad) == (False, 3)
        transaction.rollback()


def _verify_within(ledger: Ledger, db: Connection) -> Verification:
    assert ledger.state is not None
    return verify(db, signed_hashes(ledger.state))


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
