"""A run of self-play on games of tensors: what it freezes, what it refuses, and that a kill changes nothing."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from arena.agents import mlp
from arena.core.errors import BadRequest
from arena.core.seed import Seed
from arena.ledger import Ledger
from arena.loops.selfplay.learner import initial
from arena.loops.selfplay.loop import train
from arena.loops.selfplay.rollout import draw, form_of, play
from arena.plugin.registry import Registry
from tests.loops.language.runs import a_run

SMALL = {"updates": 12, "matches": 8, "hidden": 16, "snapshots": 4, "checkpoints": 2, "sets": 1, "deals": 2, "bots": ""}
KUHN = "openspiel/kuhn_poker"


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Ledger]]:
    """A run that nothing disturbed, and its ledger."""
    folder = tmp_path_factory.mktemp("kuhn")
    with Ledger.open(f"sqlite:///{folder}/arena.db") as ledger:
        with a_run(ledger, folder / "whole", "selfplay-pg", **SMALL) as run:
            train(run)
        yield folder / "whole", ledger


def weights(folder: Path, version: str) -> bytes:
    return (folder / "checkpoints" / version / "weights.npz").read_bytes()


def test_checkpoints_form_a_lineage_have_met_in_rated_sets_and_were_measured(whole):
    folder, ledger = whole
    parents = {line.agent: line.parent for line in ledger.checkpoints.all()}
    assert parents == {
        "whole-0": None,
        "whole-6": ("whole-0", "0"),
        "whole-12": ("whole-6", "6"),
        "whole-average": ("whole-12", "12"),
    }
    assert all(line.frozen.stage == "self-play" for line in ledger.checkpoints.all())
    assert len(list(ledger.ladder_sets(KUHN))) == 6  # every two of four
    assert len(mlp.load(folder / "checkpoints" / "average")) == 4
    lines = (folder / "figures.jsonl").read_text()
    assert lines.count('"last/nash_conv"') == 3
    assert '"average/nash_conv"' in lines


def test_self_play_comes_nearer_to_an_equilibrium(tmp_path, ledger):
    with a_run(ledger, tmp_path / "kuhn", "selfplay-pg", updates=300, matches=64, sets=0) as run:
        train(run)
        game = run.make_game()
        first, average = (game.figures(mlp.load(run.checkpoint_path(at)))["nash_conv"] for at in ("0", "average"))
    assert first == pytest.approx(0.917, abs=0.01)
    assert average < 0.6 * first


@pytest.mark.parametrize("name", ["openspiel/tic_tac_toe", "openspiel/goofspiel?num_cards=3"])
def test_in_self_play_only_legal_actions_are_taken(name):
    registry = Registry()
    ref = registry.ref(name)
    game = registry.make_game(ref)
    form = form_of(game, ref.rated_id)
    network = initial(form, hidden=8, layers=1, rng=np.random.default_rng(0))
    played = play(game, network, [Seed.of(n) for n in range(20)], np.random.default_rng(1))
    assert played.legal[np.arange(len(played.actions)), played.actions].all()
    assert sum(len(seat.decisions) for match in played.matches for seat in match) == len(played.actions)
    assert {seat.role for match in played.matches for seat in match} == {"seat 0", "seat 1"}


def test_draws_follow_the_chances_and_never_take_what_has_none():
    chances = np.tile(np.array([[0.0, 0.25, 0.75, 0.0]], np.float32), (20_000, 1))
    drawn = np.bincount(draw(chances, np.random.default_rng(0)), minlength=4) / len(chances)
    np.testing.assert_allclose(drawn, [0, 0.25, 0.75, 0], atol=0.01)


@pytest.mark.parametrize(
    ("game", "reason"),
    [
        ("drone_volleyball/1v1", "offers no choices, or does not say how many"),
        ("who_is_the_spy/text", "shows its seats no tensor"),
    ],
)
def test_a_game_that_does_not_fit_is_refused_in_a_sentence(tmp_path, ledger, game, reason):
    with (
        a_run(ledger, tmp_path / "run", "selfplay-pg", game, **SMALL) as run,
        pytest.raises(BadRequest, match=reason),
    ):
        train(run)


def test_a_run_that_was_killed_ends_as_one_that_was_not(tmp_path, whole):
    database = f"sqlite:///{tmp_path}/killed.db"
    settings = [f"--set={name}={value}" for name, value in SMALL.items()]
    command = [sys.executable, "-m", "arena.cli.main", "train", "selfplay-pg", KUHN, "--run", str(tmp_path / "killed")]
    with subprocess.Popen(
        [*command, *settings, "--workers=1", f"--db={database}"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "killed-6 is frozen" in line:  # update 6 itself may not be kept yet
                process.send_signal(signal.SIGKILL)
                break
        process.stderr.read()
    assert process.returncode == -signal.SIGKILL
    with Ledger.open(database) as other, a_run(other, tmp_path / "killed", "selfplay-pg", **SMALL) as run:
        assert run.state()["done"] < SMALL["updates"]
        train(run)
        assert len(list(other.ladder_sets(KUHN))) == 6
    for version in ("0", "6", "12", "average"):
        assert weights(tmp_path / "killed", version) == weights(whole[0], version)
