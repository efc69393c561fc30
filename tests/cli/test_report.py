"""`arena report`: from a ledger to a folder with a page and its data."""

import pytest

from arena.ledger import Ledger
from tests.report.samples import GAME, OTHER, duels, fill

STRENGTHS = {"ada": 1.0, "bob": 0.0, "cy": -1.0}


@pytest.fixture
def toys(cli, tmp_path):
    """A ledger in the folder of `cli`."""
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, duels(STRENGTHS, 12))
        fill(ledger, duels(STRENGTHS, 12, seed=2, game=OTHER))


@pytest.mark.usefixtures("toys")
def test_a_report_is_a_page_with_its_data_beside(cli, tmp_path):
    found = cli("report", GAME.rated_id, "--out", "out/deep", "--json").json
    assert list(found) == ["name", "page", "files"]
    assert (found["name"], found["page"]) == (GAME.rated_id, "out/deep/index.html")
    assert {path.name for path in (tmp_path / "out" / "deep").iterdir()} == {
        "index.html",
        *(file.removeprefix("out/deep/") for file in found["files"]),
    }


@pytest.mark.usefixtures("toys")
def test_a_plugin_stands_for_all_of_its_games(cli, tmp_path):
    done = cli("report", "toy", "--out", "out", "--system", "elo", "--set", "k=10")
    assert done.out == "out/index.html and 9 CSV files beside it\n"
    assert "All games together" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("toys")
def test_bad_requests_are_refused_with_one_sentence(cli, tmp_path):
    (tmp_path / "file").write_text("")
    sentence = cli("report", "chess", "--out", "out").refusal()
    assert "no game or tournament 'chess' is in the ledger; it has results of toy/duel, toy/pot" in sentence
    assert "cannot write to 'file'" in cli("report", "toy", "--out", "file").refusal()
    assert "unknown rating system 'x'" in cli("report", "toy", "--out", "out", "--system", "x").refusal()
    assert "unknown option 'z'" in cli("report", "toy", "--out", "out", "--set", "z=1").refusal()
    assert "there is no ledger" in cli("report", "toy", "--out", "out", "--db", "sqlite:///no.db").refusal()
    assert "--out" in cli("report", "toy").refusal(2)
    assert not (tmp_path / "out").exists()
