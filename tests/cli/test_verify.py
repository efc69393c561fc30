"""What `arena verify` and `arena backup` say of signatures, and which rules a record is played again by."""

import shutil

import pytest

from arena.core.match import GameRef
from arena.ledger import Ledger
from tests.ledger.samples import result, set_plan

pytestmark = pytest.mark.usefixtures("ledger")
STATE = "arena.db.state"


def cut_heads(folder, lines):
    log = folder / STATE / "heads.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-lines]))


def test_verify_tells_how_many_entries_are_unsigned(cli, tmp_path):
    assert "signed" not in cli("verify", "--no-replay").out
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        for _ in range(2):
            plan = set_plan(1)
            ledger.append(plan, [result(plan)]).result(30)
    cut_heads(tmp_path, 2)
    assert "unsigned: 2 at the end" in cli("verify", "--no-replay").out
    assert cli("verify", "--no-replay", "--json").json["unsigned"] == 2


def test_verify_says_that_without_heads_the_end_cannot_be_vouched_for(cli, tmp_path):
    shutil.rmtree(tmp_path / STATE)
    done = cli("verify", "--no-replay")
    assert done.code == 0
    assert "no entry is signed" in done.out
    assert cli("verify", "--no-replay", "--json").json["heads"] == 0


@pytest.mark.parametrize("command", [("verify",), ("backup", "copy.db")])
def test_a_named_state_folder_without_heads_is_refused(cli, tmp_path, command):
    (tmp_path / "elsewhere").mkdir()
    assert "elsewhere has no key.pub and no heads.log" in cli(*command, "--state", "elsewhere").refusal()
    assert not (tmp_path / "copy.db").exists()


def test_a_spoilt_public_key_is_named(cli, tmp_path):
    (tmp_path / STATE / "key.pub").write_text("no key")
    assert "key.pub is no public key" in cli("verify").refusal()


def test_a_backup_takes_the_heads_of_the_state_folder_that_is_named(cli, tmp_path):
    (tmp_path / STATE).rename(tmp_path / "elsewhere")
    assert cli("backup", "copy.db", "--state", "elsewhere").code == 0
    found = cli("verify", "--no-replay", "--db", "sqlite:///copy.db", "--json").json
    assert (found["chain_ok"], found["unsigned"]) == (True, 0)
    assert found["heads"] > 0


def test_a_match_by_another_version_of_the_rules_is_not_played_again(cli, tmp_path):
    game = GameRef(id="openspiel/tic_tac_toe", version="0.0.1", config={}, rated_id="openspiel/tic_tac_toe")
    plan = set_plan(1, game=game)
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        ledger.append(plan, [result(plan, match_id="old")]).result(30)
    sentence = cli("replay", "old").refusal()
    assert "by version 0.0.1 of openspiel/tic_tac_toe, and version " in sentence
    found = cli("verify", "--json").json
    assert (found["replayed"], found["mismatches"]) == (found["results"] - 1, 0)
