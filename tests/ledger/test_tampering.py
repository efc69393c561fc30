"""A thousand edits, deletions, swaps and truncations: `verify` names the first bad entry each time.

Test 15 of the reliability tests.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, Executable, text

from arena.core.agent import Provenance
from arena.core.errors import LedgerFault
from arena.core.match import MatchResult, SetPlan
from arena.ledger import Ledger, Verification
from arena.ledger.signing import signed_hashes
from arena.ledger.verify import verify
from tests.ledger.damages import TABLES, Target, draw
from tests.ledger.samples import ALICE, GAME, result, results, set_plan

CASES = 1_000


def batches() -> Iterator[tuple[SetPlan, list[MatchResult]]]:
    """Ten entries of all kinds: sets match by match and at once, won and drawn, a void match and its repetition, ..."""
    for winner in (0, None):
        plan = set_plan()
        yield from ((plan, [match]) for match in results(plan, winner))
    plan = set_plan(3)
    yield plan, results(plan, 1)
    plan = set_plan()
    yield plan, [result(plan, void="the game hung", match_id=f"{plan.set_id}/again")]
    yield plan, [result(plan)]
    yield plan, [result(plan, 1)]
    plan = set_plan(1, (ALICE, ALICE), rated=False)
    yield plan, results(plan)
    plan = set_plan()
    yield plan, [result(plan)]


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """A ledger of ten entries, the last set open."""
    for plan, matches in batches():
        for match in matches:
            match.provenance = {move: Provenance(reasoning=f"why {match.plan.match_id} {move}") for move in (1, 2)}
        ledger.append(plan, matches).result(30)
    assert ledger.verify().ok
    return ledger


def findings(ledger: Ledger, db: Connection, statements: Sequence[Executable]) -> Verification:
    """What `verify` says after these statements, which are undone afterwards."""
    assert ledger.state is not None
    try:
        for statement in statements:
            db.execute(statement)
        return verify(db, signed_hashes(ledger.state))
    finally:
        db.rollback()


def test_of_a_thousand_damages_each_is_named(filled: Ledger, engine: Engine) -> None:
    missed = []
    with engine.connect() as db:
        damages = draw(Target.read(db, seed=15), CASES)
        assert len({damage.name for damage in damages}) == CASES
        step = 1 if engine.dialect.name == "sqlite" else 5  # the same code in front of a slower database
        for damage in damages[::step]:
            found = findings(filled, db, damage.statements)
            if (found.chain_ok, found.first_bad) != (False, damage.first_bad) or not found.reason:
                missed.append(f"{damage.name} spoils {damage.first_bad}, not {found.first_bad}: {found.reason}")
    assert not missed, "\n".join(missed)
    assert filled.verify().ok


def test_the_damages_reach_every_column_that_is_covered(filled: Ledger, engine: Engine) -> None:
    with engine.connect() as db:
        names = [damage.name for damage in draw(Target.read(db, seed=15), CASES)]
    for column in (column for table in TABLES for column in table.c):
        edit = re.compile(rf"{column.table.name}\[.*\]\.{column.name} = ")
        assert any(edit.match(name) for name in names), column


ODD = {
    "entry SET matches = -9 WHERE number = 8": 8,
    "entry SET matches = 9223372036854775807 WHERE number = 8": 8,
    "seat SET seat = 'x' WHERE match = 3 AND seat = 0": 3,
    "match SET clean = 2 WHERE number = 3": 3,
    "match_set SET ladder = 'x' WHERE completed = 3": 3,
    "provenance SET blob = 'x' WHERE match = 3 AND move = 1": 3,
    "provenance SET owner = 'mallory' WHERE match = 3 AND move = 1": 3,
    "match SET void = CAST(x'ff' AS TEXT) WHERE number = 3": 3,
    "standing SET agent = x'01' WHERE entry = 3 AND agent = 'bob'": 3,
    "standing SET agent = CAST(x'ff' AS TEXT) WHERE entry = 3 AND agent = 'bob'": 3,
    "entry SET payload = CAST(payload AS TEXT) WHERE number = 3": 3,
    "entry SET payload = 7 WHERE number = 3": 3,
    "entry SET matches = 'two' WHERE number = 3": 3,
    "entry SET first_match = 9223372036854775807 WHERE number = 8": 8,
    "seat SET score = 'x' WHERE match = 3 AND seat = 0": 3,
    "seat SET agent = x'00' WHERE match = 3 AND seat = 0": 3,
    "match SET play_digest = 7 WHERE number = 3": 3,
    "match SET started_ms = 1e300 WHERE number = 3": 3,
    "match_set SET completed = 'x' WHERE completed = 3": 3,
    "provenance SET move = 'x' WHERE match = 3 AND move = 1": 3,
}


@pytest.mark.parametrize(("change", "first_bad"), ODD.items())
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # PostgreSQL keeps the types of its columns
def test_a_value_that_its_column_should_not_hold_is_named(
    filled: Ledger, engine: Engine, change: str, first_bad: int
) -> None:
    with engine.connect() as db:
        found = findings(filled, db, [text(f"UPDATE {change}")])
    assert (found.chain_ok, found.first_bad) == (False, first_bad)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM standing WHERE entry = 1",
        "UPDATE standing SET agent = x'01' WHERE entry = 1 AND agent = 'bob'",
        "UPDATE standing SET agent = CAST(x'ff' AS TEXT) WHERE entry = 1 AND agent = 'bob'",
        "UPDATE standing SET wins = 'many' WHERE entry = 1",
    ],
)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_ladder_of_changed_standings_is_refused(filled: Ledger, engine: Engine, change: str) -> None:
    with engine.begin() as db:
        assert db.execute(text(change)).rowcount
    with pytest.raises(LedgerFault, match=r"the ladder cannot be read: .* `arena verify` tells what was changed"):
        filled.ladder(GAME.rated_id)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_ledger_that_is_no_database_any_more_cannot_be_read(filled: Ledger, tmp_path: Path) -> None:
    filled.close()
    (tmp_path / "arena.db").write_bytes(b"no database " * 1000)
    with pytest.raises(LedgerFault, match="the ledger cannot be read: file is not a database"):
        filled.verify()
