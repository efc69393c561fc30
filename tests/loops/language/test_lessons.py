"""Learning from an export's files: what is not to be learned is said in a sentence, before anything is trained."""

import json
import shutil
from itertools import count

import pytest

from arena.cli.export import replayer
from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.loops.language import sft
from arena.loops.language.lessons import exported, of_export
from arena.loops.meeting import Meeting, Member
from arena.training import Request, Splits, export
from tests.loops.language.runs import a_run

KUHN = "openspiel/kuhn_poker"


@pytest.fixture(scope="module")
def hands(tmp_path_factory):
    """A ledger with twelve sets of Kuhn poker."""
    folder = tmp_path_factory.mktemp("hands")
    with Ledger.open(f"sqlite:///{folder}/arena.db") as ledger:
        with a_run(ledger, folder / "played", "sft") as run:
            members = [Member(AgentName(bot), bot) for bot in ("openspiel:always-bet", "random")]
            run.play([Meeting(members=members, deals=1, sets=12)])
        yield ledger


@pytest.fixture
def files(hands, tmp_path):
    """`files("trl-sft", "0.5")` is the folder of that export."""

    def of(form="trl-sft", split="1"):
        return export(hands, Request(format=form, splits=Splits.parse(split)), tmp_path / "data", replayer()).folder

    return of


@pytest.fixture
def learned(hands, tmp_path):
    """What a run learns from a folder."""
    numbers = count()

    def lessons(folder, game=KUHN, **settings):
        name = tmp_path / f"run{next(numbers)}"
        with a_run(hands, name, "sft", game, data=str(folder), **settings) as run:
            return of_export(exported(run))

    return lessons


def test_a_checkpoint_of_files_names_their_manifest(hands, tmp_path, files):
    folder = files()
    with a_run(hands, tmp_path / "files", "sft", data=str(folder), layers=1, hidden=32, sets=0, epochs=1) as run:
        sft.train(run)
    [line] = hands.checkpoints.all()
    assert line.frozen.data_digest == f"sha256:{json.loads((folder / '_manifest.json').read_text())['digest']}"


def test_other_splits_than_train_are_held_out(files, learned):
    folder = files(split="0.5")
    rows = {part["file"]: part["rows"] for part in json.loads((folder / "_manifest.json").read_text())["parts"]}
    found = learned(folder)
    assert rows == {"test-00000.parquet": len(found.test), "train-00000.parquet": len(found.train)}


def test_a_folder_that_is_no_whole_export_is_refused(tmp_path, files, learned):
    with pytest.raises(BadRequest, match=r"is no export, as it has no _manifest\.json"):
        learned(tmp_path)
    files().rename(tmp_path / "other.partial")
    with pytest.raises(BadRequest, match="only half written"):
        learned(tmp_path / "other")


def test_another_format_is_refused(files, learned):
    with pytest.raises(BadRequest, match=r"in format parquet; .* --format trl-sft --game openspiel/kuhn_poker"):
        learned(files("parquet"))


@pytest.mark.parametrize(
    ("game", "wanted"),
    [("openspiel/leduc_poker", r"openspiel/leduc_poker\?"), (f"{KUHN}?players=3", r"openspiel/kuhn_poker\?players=3")],
)
def test_another_game_or_other_rules_are_refused(files, learned, game, wanted):
    with pytest.raises(BadRequest, match=rf"holds matches of openspiel/kuhn_poker .* --game {wanted}$"):
        learned(files(), game)


def test_chats_that_are_told_otherwise_than_in_play_are_refused(files, learned):
    with pytest.raises(BadRequest, match="told with memory=full, and here with memory=window"):
        learned(files(), memory="window")


def test_a_file_that_was_changed_or_is_gone_is_refused(files, learned):
    folder = files()
    file = folder / "train-00000.parquet"
    for spoil in (lambda: file.write_bytes(file.read_bytes() + b"more"), file.unlink):
        spoil()
        with pytest.raises(BadRequest, match="not the file that its manifest tells of"):
            learned(folder)


def test_an_export_of_an_older_arena_is_refused(files, learned):
    manifest = files() / "_manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": 1}))
    with pytest.raises(BadRequest, match="another version of arena"):
        learned(manifest.parent)


def test_what_chooses_from_the_ledger_does_not_choose_from_files(files, learned):
    with pytest.raises(BadRequest, match="agents and result choose from the ledger"):
        learned(files(), agents="random")


def test_a_run_does_not_go_on_with_other_files(hands, tmp_path, files):
    folder = files()
    with a_run(hands, tmp_path / "begun", "sft", data=str(folder)) as run:
        run.keep({"until": 0, "data": "", "epoch": 0})
        shutil.rmtree(folder)
        files(split="0.5")
        with pytest.raises(BadRequest, match="another export than the run was begun with"):
            sft.train(run)
