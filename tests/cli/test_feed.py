"""`arena feed` as people call it."""

import json
import subprocess
import sys

import pytest

from tests.cli.terminal import arena


@pytest.fixture(scope="module")
def fed(server, tmp_path_factory):
    """A server whose ledger has eight matches of tic-tac-toe."""
    play = ("play", "openspiel/tic_tac_toe", "--agents", "random,first", "--matches", 8, "--seed", 1, "--db", server.db)
    assert arena(*play, cwd=tmp_path_factory.mktemp("play")).code == 0
    return server


def rows(done):
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_every_seat_is_a_line_of_json_and_a_cursor_goes_on(cli, fed, tmp_path):
    follow = ("feed", "--server", fed.address, "--cursor", tmp_path / "cursor", "--until-now")
    first = rows(cli(*follow, "--limit", 5))
    rest = rows(cli(*follow))
    assert len(first + rest) == 16
    assert len({(row["match_id"], row["seat"]) for row in first + rest}) == 16
    assert {row["messages"][0]["role"] for row in first} == {"system"}
    assert rows(cli(*follow)) == []


def test_the_formats_and_filters_are_those_of_an_export(cli, fed):
    wins = ("--format", "trl-sft", "--agent", "random", "--result", "win", "--game", "openspiel/tic_tac_toe")
    found = rows(cli("feed", "--server", fed.address, "--until-now", *wins))
    assert {(row["agent"], row["outcome"]) for row in found} == {("random", "win")}
    assert all(row["prompt"] and row["completion"] for row in found)


def test_an_export_from_a_server_is_that_of_its_ledger(cli, fed, tmp_path):
    pytest.importorskip("pyarrow")
    wanted = ("--format", "trl-sft", "--agent", "random", "--split", "0.5")
    here = cli("export", "here", *wanted, "--db", fed.db, "--json").json
    there = cli("export", "there", *wanted, "--server", fed.address, "--json").json
    assert there["parts"] == here["parts"]
    assert there["counts"] == here["counts"]
    assert there["server"]["address"] == fed.address
    for part in here["parts"]:
        assert (tmp_path / "there" / part["file"]).read_bytes() == (tmp_path / "here" / part["file"]).read_bytes()
    refused = cli("export", "pairs", "--format", "trl-dpo", "--server", fed.address).refusal()
    assert "trl-dpo compares what all seats did" in refused


def test_a_trainer_that_breaks_off_on_its_way_ends(fed, tmp_path):
    script = f"""
from arena.training import Feed
for trajectory in Feed({fed.address!r}):
    raise RuntimeError("this far and no further")
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("this far and no further\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--format", "csv"), "there is no format 'csv'; there is parquet"),
        (("--format", "verifiers"), "verifiers is made of the token ids that were sampled, and 'random' sent none"),
        (("--since", "17"), "--since takes a date"),
        (("--result", "glory"), "result is win"),
        (("--system", "magic"), "unknown rating system 'magic'"),
        (("--option", "a=1"), "name that by --game"),
        (("--from", "yesterday"), "'yesterday' is no cursor"),
        (("--cursor", "nowhere/cursor"), "the cursor could not be written to nowhere/cursor"),
        (("--game", "openspiel/kuhn_pocker"), "unknown game 'openspiel/kuhn_pocker'; there is openspiel/kuhn_poker"),
        (("--from", f"0.0.all.{'0' * 64}"), "not of this server's ledger"),
    ],
    ids=lambda value: " ".join(value)[:20] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_one_sentence(cli, fed, args, said):
    assert said in cli("feed", "--server", fed.address, "--until-now", *args).refusal()
