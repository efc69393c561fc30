"""A run holds its folder, goes on where it stood, and plays each set once."""

from pathlib import Path

import pytest

from arena.core.errors import BadRequest, LedgerFault
from arena.ledger import Ledger
from arena.loops.meeting import Meeting
from arena.loops.run import Asked, Run, opened
from arena.plugin.registry import Registry

GAME = "openspiel/kuhn_poker"


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        yield ledger


def a_run(ledger: Ledger, folder: Path, name: str = "learner", **settings: int):
    registry = Registry()
    asked = Asked(loop="none", game=registry.ref(GAME), settings=settings, name=name)
    return opened(asked, folder, ledger, lambda: registry.make_game(asked.game), workers=1, quiet=True)


def meet(run: Run, sets: int) -> None:
    run.play([Meeting(members=[run.member("1", "random"), run.member("2", "first")], sets=sets, deals=2)])


def test_sets_that_were_played_are_not_played_again_by_a_resumed_run(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run") as run:
        meet(run, 2)
    with a_run(ledger, tmp_path / "run") as run:
        meet(run, 3)
        table = run.grounds.payoffs([run.member("1", "random")], [run.member("2", "first")])
    assert table.count[0, 0] == 3
    assert len(list(ledger.ladder_sets(GAME))) == 3


def test_a_checkpoint_is_an_agent_of_its_own_with_a_parent(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run") as run:
        first, second = run.member("1", "random"), run.member("2", "first")
        run.freeze(first, stage="warm-up")
        run.freeze(second, first, stage="self-play")
    lines = {line.agent: line for line in ledger.checkpoints.all()}
    assert lines["learner-2"].parent == ("learner-1", "1")


def test_state_survives_and_half_written_files_do_not(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run") as run:
        assert run.state() is None
        with pytest.raises(ZeroDivisionError), run.checkpoint("1") as draft:
            (draft / "weights").write_bytes(b"half" * (1 // 0))
        assert not run.checkpoint_path("1").exists()
        with run.checkpoint("1") as draft:
            (draft / "weights").write_bytes(b"whole")
        run.keep({"step": 7})
    with a_run(ledger, tmp_path / "run") as run:
        assert run.state() == {"step": 7}
        assert (run.checkpoint_path("1") / "weights").read_bytes() == b"whole"


def test_a_kill_while_a_folder_is_replaced_leaves_the_old_one_or_the_new_one(tmp_path, ledger):
    place = tmp_path / "run" / "under-way"
    with a_run(ledger, tmp_path / "run") as run, run.writing("under-way") as draft:
        (draft / "weights").write_text("old")
    place.rename(place.with_name("under-way.replaced"))  # killed before the new one has its name
    with a_run(ledger, tmp_path / "run") as run:
        assert (place / "weights").read_text() == "old"
        with run.writing("under-way") as draft:
            (draft / "weights").write_text("new")
    place.with_name("under-way.replaced").mkdir()  # killed before the old one is gone
    with a_run(ledger, tmp_path / "run"):
        assert (place / "weights").read_text() == "new"
    assert not place.with_name("under-way.replaced").exists()


def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing_under_the_name(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run") as run:
        with pytest.raises(LedgerFault, match="No space left"), run.checkpoint("1"):
            raise OSError(28, "No space left on device")
        assert not list((tmp_path / "run" / "checkpoints").iterdir())


def test_a_disk_that_is_full_when_figures_are_logged_is_told_in_a_sentence(tmp_path, ledger):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "figures.jsonl").symlink_to("/dev/full")
    full = pytest.raises(LedgerFault, match="cannot be written: No space left on device; mend that")
    with a_run(ledger, tmp_path / "run") as run, full:
        run.log(1, {"loss": 0.5})


def test_what_libraries_in_rust_say_of_a_full_disk_is_told_as_well(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run") as run:
        full = pytest.raises(LedgerFault, match="base' cannot be written: No space left on device; mend that")
        with full, run.writing("base"):
            raise Exception("No space left on device (os error 28)")  # noqa: TRY002 - as tokenizers raises it
        with pytest.raises(KeyError), run.writing("base"):
            raise KeyError("a bug")


def test_a_folder_that_is_no_runs_is_refused_and_left_as_it_is(tmp_path, ledger):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.writing").write_text("mine")
    (tmp_path / "notes" / "photo").write_text("mine")
    with pytest.raises(BadRequest, match="notes' holds 'photo' and is no run's; name a new folder by --run"):
        a_run(ledger, tmp_path / "notes").__enter__()
    assert (tmp_path / "notes" / "diary.writing").read_text() == "mine"
    with pytest.raises(BadRequest, match="photo' is no folder; name a new one by --run"):
        a_run(ledger, tmp_path / "notes" / "photo").__enter__()


def test_a_run_is_held_by_one_process_at_a_time(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run"), pytest.raises(BadRequest, match="another process"):
        a_run(ledger, tmp_path / "run").__enter__()


def test_a_run_goes_on_only_with_what_it_was_begun_with(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run", games=2):
        pass
    with pytest.raises(BadRequest, match="begun with games 2, not 3"):
        a_run(ledger, tmp_path / "run", games=3).__enter__()


def test_a_name_that_no_agent_can_have_is_refused_before_anything_is_written(tmp_path, ledger):
    with pytest.raises(BadRequest, match="--name"):
        a_run(ledger, tmp_path / "run", name="two words").__enter__()
    assert not (tmp_path / "run").exists()


def test_a_run_that_is_refused_at_once_may_be_begun_otherwise_in_the_same_folder(tmp_path, ledger):
    def refused(**settings: int) -> None:
        with a_run(ledger, tmp_path / "run", **settings):
            raise BadRequest("not like this")

    with pytest.raises(BadRequest, match="not like this"):
        refused(games=2)
    assert not (tmp_path / "run").exists()
    with a_run(ledger, tmp_path / "run", games=3) as run:
        run.keep({"step": 1})
    with pytest.raises(BadRequest, match="not like this"):
        refused(games=3)
    with pytest.raises(BadRequest, match="begun with games 3, not 4"):
        a_run(ledger, tmp_path / "run", games=4).__enter__()


def test_two_runs_do_not_share_the_names_of_their_agents(tmp_path, ledger):
    with a_run(ledger, tmp_path / "one") as run:
        run.freeze(run.member("1", "random"))
    with pytest.raises(BadRequest, match="--name"):
        a_run(ledger, tmp_path / "two").__enter__()
    assert not (tmp_path / "two").exists()
