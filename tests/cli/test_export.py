"""`arena export` as people call it."""

import json

import pytest

from arena.training import write

parquet = pytest.importorskip("pyarrow.parquet")
pytestmark = pytest.mark.usefixtures("ledger")


def test_a_ledger_becomes_one_row_a_match_and_seat(cli, tmp_path):
    told = cli("export", "out", "--json").json
    rows = parquet.read_table(tmp_path / "out").to_pylist()
    assert told["counts"]["rows"] == len(rows)
    assert {row["game"] for row in rows} == {"openspiel/tic_tac_toe", "werewolf/ww4-mini"}
    villager = next(row for row in rows if row["role"] == "villager")
    views = "\n".join(message["content"] for message in villager["messages"] if message["role"] == "user")
    assert "Your role: villager" in views
    assert "Your role: werewolf" not in views


def test_options_narrow_it_down(cli, tmp_path):
    game = ("--game", "openspiel/tic_tac_toe", "--agent", "random", "--result", "win", "--split", "0.5")
    assert cli("export", "out", "--format", "trl-sft", *game).code == 0
    rows = parquet.read_table(tmp_path / "out").to_pylist()
    assert {(row["game"], row["agent"], row["outcome"]) for row in rows} == {("openspiel/tic_tac_toe", "random", "win")}
    manifest = json.loads((tmp_path / "out" / "_manifest.json").read_text())
    assert manifest["request"]["splits"] == {"train": 0.5, "test": 0.5}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--format", "csv"), "there is no format 'csv'; there is parquet"),
        (("--split", "9"), "a split is a share"),
        (("--game", "go/9x9"), "no results of 'go/9x9'"),
        (("--since", "17"), "--since takes a date"),
        (("--result", "glory"), "--result is win"),
        (("--system", "magic"), "unknown rating system 'magic'"),
        (("--agent", "nobody"), "nothing to export: no seat of any match fits"),
        (("--min-rating", "nan"), "--min-rating is a number"),
        (("--option", "a=1"), "name that by --game"),
        (("--set", "memory=summary"), "option memory: 'summary' is not one of full, window"),
        (("--db", "sqlite:///none.db"), "there is no ledger"),
    ],
    ids=str,
)
def test_what_cannot_be_is_one_sentence_and_leaves_nothing(cli, tmp_path, args, said):
    assert said in cli("export", "out", *args).refusal()
    assert not list(tmp_path.glob("out*"))


def test_a_folder_that_is_there_is_never_written_to(cli, tmp_path):
    (tmp_path / "out").mkdir()
    assert "'out' is there already" in cli("export", "out").refusal()


def test_without_pyarrow_the_extra_is_named(cli, monkeypatch):
    monkeypatch.setattr(write, "find_spec", lambda name: None)
    assert "install arena[train]" in cli("export", "out").refusal()
