"""What a plugin says of its games for ladders: columns, votes, base rates and metrics, from a match to the page."""

import csv
from pathlib import Path

import pytest

from tests.cli.distributions import install
from tests.cli.terminal import arena

AGENTS = "council:twin-a,council:twin-b,council:c,council:d,council:dull"


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    """`council("ladder", ...)` runs a command beside a ledger of 60 sets of votes, the plugin installed."""
    folder = tmp_path_factory.mktemp("council")
    install(folder / "site", "council", Path(__file__).with_name("council.py").read_text())

    def call(*args):
        return arena(*args, cwd=folder, PYTHONPATH=str(folder / "site"))

    done = call("play", "council/vote", "--agents", AGENTS, "--matches", 300, "--seed", 1, "--workers", 1)
    assert done.code == 0, done.err
    return call


def test_columns_stand_beside_the_rating_of_the_agents_they_know(council):
    done = council("ladder", "council/vote", "--json")
    rows = {row["agent"]: row for row in done.json["rows"]}
    assert rows["council:twin-a"]["letters"] == len("council:twin-a")
    assert rows["council:c"]["letters"] is None
    assert done.json["measures"] == {"letters": {"heading": "letters", "help": "how long a twin's SPEC is"}}
    assert "letters: how long a twin's SPEC is" in council("ladder", "council/vote").out


def test_a_column_whose_code_fails_is_noted_and_the_ladder_stands(council):
    done = council("ladder", "council/vote", "--json")
    assert "the column broken of council/vote cannot be told: RuntimeError: no table here" in done.err
    assert len(done.json["rows"]) == 5
    assert "broken" not in done.json["rows"][0]


def test_a_plugins_null_bot_above_its_base_rate_is_an_alarm_in_one_line(council):
    done = council("ladder", "council/vote", "--json")
    (found,) = done.json["null_bots"]
    assert (found["agent"], found["unit"], found["chance"], found["alarm"]) == ("council:dull", "matches", 0.02, True)
    (line,) = [line for line in done.err.splitlines() if "alarm" in line]
    assert line.startswith("note: alarm: council:dull, which cannot play well, won ")
    assert "300 matches, where chance gives 2.0 %" in line


def test_agents_that_vote_alike_through_all_their_aliases_are_reported(council, tmp_path):
    done = council("report", "council/vote", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    with (tmp_path / "out" / "alarms.csv").open(newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["test"] == "votes"]
    assert [(row["agent"], row["other"]) for row in rows if row["alarm"] == "True"] == [
        ("council:twin-a", "council:twin-b")
    ]
    page = (tmp_path / "out" / "index.html").read_text()
    assert "council:twin-a and council:twin-b voted alike in" in page
    assert "<th>letters</th></tr>" in page
    assert "council:dull, which cannot play well, won" in page


def test_metrics_are_means_by_side_and_role_where_there_was_occasion(council):
    found = council("ladder", "council/vote", "--metrics", "--json").json["metrics"]
    rows = {(row["agent"], row["side"], row["role"]): row for row in found if row["metric"] == "zeros"}
    whole = rows["council:c", None, None]
    assert whole["low"] < 0.2 < whole["high"]
    assert whole["seats"] == sum(rows["council:c", side, None]["seats"] for side in ("left", "right")) == 240
    assert ("council:c", "left", "r0") not in rows
    out = council("ladder", "council/vote", "--metrics").out
    assert "zeros, mean a seat" in out
