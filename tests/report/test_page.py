"""The page of `arena report`, as a real browser shows it: readable at any width, and deaf to what names say."""

from errno import ENOSPC
from pathlib import Path

import pytest

from arena.core.errors import BadRequest
from arena.core.match import Cause
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.report.tables import CsvFile
from arena.report.text import shown
from arena.report.write import write_report
from tests.report.browser import look
from tests.report.samples import GAME, HOSTILE, OTHER, duel, duels, fill, party, plan

STRENGTHS = {"ada": 1.0, HOSTILE: 0.3, "<img src=x onerror=alert(1)>": -0.2, "random": -1.0}
FIGURE = "<b>loss</b>"
MADE = 1_700_000_000_000


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report on two games, with hostile names, lineages and faults."""
    folder = tmp_path_factory.mktemp("report")
    with Ledger.open(f"sqlite:///{folder}/arena.db") as ledger:
        for number in (1, 2, 3):
            ledger.checkpoints.freeze(AgentName(min(STRENGTHS)), f"v{number}", figures={FIGURE: 1 / number})
        fill(ledger, duels(STRENGTHS, 80, versions=3))
        fill(ledger, duels(STRENGTHS, 40, seed=2, game=OTHER))
        write_report(ledger, "toy", folder / "out", MADE)
    return folder / "out"


def test_a_browser_shows_every_section_and_drawing(report: Path) -> None:
    seen = look(report / "index.html", 1280)
    assert seen["title"] == "toy: who is how strong"
    sections = ["Who is how strong", "Who beats whom", "Ratings over time", "Can the forecasts be believed?"]
    sections += ["How matches ended", "Alarms"]
    assert seen["headings"] == ["toy", "All games together", GAME.rated_id, *sections, OTHER.rated_id, *sections]
    labels = [label for label, _ in seen["drawings"]]
    assert len(labels) == 2 + 7 + 5
    assert len(set(labels)) == 2 + 7
    assert {"ada", "random", "timeout", "TrueSkill rating", "forecast score"} <= set(seen["words"])
    assert seen["broken"] == 0
    assert "120 sets of 240 matches" in seen["text"]


def test_what_was_measured_of_a_lineage_is_drawn_told_and_written(report: Path) -> None:
    seen = look(report / "index.html", 1280)
    assert f"{FIGURE} along the lineages of checkpoints" in [label for label, _ in seen["drawings"]]
    assert f"{FIGURE} of the same versions, as it was measured when each was frozen: from 1.0000" in seen["text"]
    lines = (report / "figures.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "game,lineage,place,agent,version,step,figure,value"
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["1.0", "0.5", str(1 / 3)]


def test_hostile_names_stay_text(report: Path) -> None:
    seen = look(report / "index.html", 1280)
    assert seen["scripts"] == 0
    assert seen["attributes"] == []
    assert shown(HOSTILE) in seen["names"]
    assert shown(HOSTILE, 22) in seen["words"]
    assert "\u202e" not in seen["text"]
    assert "<img src=x onerror=alert(1)>" in seen["names"]


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_the_page_fits_the_screen_and_its_drawings_can_be_read(report: Path, width: int) -> None:
    seen = look(report / "index.html", width)
    assert seen["width"] <= width
    assert all(0.7 * min(width, 460) < drawn <= width for _, drawn in seen["drawings"])
    assert seen["smallest"] > (8 if width < 400 else 11)
    assert seen["outside"] == []


def test_the_page_needs_nothing_but_itself_and_links_to_its_data(report: Path) -> None:
    seen = look(report / "index.html", 1280)
    files = {path.name for path in report.iterdir()} - {"index.html"}
    assert {link for link in seen["links"] if not link.startswith("#")} == files
    assert files >= {"ladder.csv", "matrix.csv", "history.csv", "lineage.csv", "calibration.csv", "means.csv"}
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    outside = page.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    assert "://" not in outside
    assert "@import" not in page


def test_names_in_csv_files_are_no_formulas(report: Path) -> None:
    lines = (report / "ladder.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("game,system,rank,agent,rating,low,high")
    assert sum(",'=1+1</text>" in line for line in lines) == 2
    assert not any(",=" in line for line in lines)


def test_alarms_are_shown_in_red_letters(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, [duel(plan(f"s{n}", [party("random"), party("ada")]), (1.0, 1.0)) for n in range(20)])
        write_report(ledger, GAME.rated_id, tmp_path / "out", MADE)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert '<p class="alarm">1 alarm: look at the records' in page
    assert "won 100.0 % (83.9 to 100.0) of 20 sets, where chance gives 50.0 %" in page
    assert "Every match was decided by the rules of the game alone." in page


@pytest.mark.parametrize("system", ["mean", "bradley-terry"])
def test_any_system_makes_a_page(tmp_path: Path, system: str) -> None:
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, duels({"ada": 1.0, "bob": 0.0, "cy": -1.0}, 30))
        files = write_report(ledger, GAME.rated_id, tmp_path / "out", MADE, system)
    assert files[0].read_text(encoding="utf-8").count("<svg") >= 4
    assert f"\n{GAME.rated_id},{system},1,ada," in files[1].read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_to_its_end_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("arena.report.write.render", lambda *about: f"made at {about[-1]}")
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, duels({"ada": 1.0, "bob": 0.0}, 10))
        write_report(ledger, GAME.rated_id, tmp_path / "old", MADE)
        before = {file.name: file.read_bytes() for file in (tmp_path / "old").iterdir()}
        monkeypatch.setattr(CsvFile, "write", full)
        for out in ("old", "new"):
            with pytest.raises(BadRequest, match=f"cannot write to .*{out}': No space left on device"):
                write_report(ledger, GAME.rated_id, tmp_path / out, MADE + 1)
    assert {file.name: file.read_bytes() for file in (tmp_path / "old").iterdir()} == before
    assert not (tmp_path / "new").exists()


def test_self_play_alone_makes_a_page(tmp_path: Path) -> None:
    alone = plan("alone", [party("ada"), party("ada")])
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, [duel(alone, (1.0, 0.5), cause=Cause.ILLEGAL)])
        (page, *_) = write_report(ledger, GAME.rated_id, tmp_path / "out", MADE)
    text = page.read_text(encoding="utf-8")
    assert "No two agents have met." in text
    assert "illegal" in text


def test_a_plain_page_is_the_same_each_time(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, duels({"ada": 1.0, "bob": 0.0}, 10))
        one = write_report(ledger, GAME.rated_id, tmp_path / "one", MADE)
        two = write_report(ledger, GAME.rated_id, tmp_path / "two", MADE)
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]
