"""A language model learns to answer as agents of the ledger do, and what it cannot learn from is said in a sentence."""

from random import Random

import pytest

from arena.core.errors import BadRequest
from arena.loops.language import sft
from arena.loops.language.policy import Policy
from arena.loops.language.record import decisions, played
from arena.loops.language.seating import playing
from tests.loops.language.runs import a_run, bots_play

SMALL = {"layers": 1, "hidden": 32, "sets": 0, "lr": 5e-3, "batch": 16, "agents": "openspiel:always-bet"}


class Killed(BaseException):
    """The process ends here."""


def test_a_tiny_model_learns_to_play_as_a_bot_does(tmp_path, ledger):
    with a_run(ledger, tmp_path / "bettor", "sft", epochs=8, **SMALL) as run:
        bots_play(run, "openspiel:always-bet", "random")
        sft.train(run)
        policy = Policy.open(run.checkpoint_path("0"))
        match = next(played(run))
        asked = [policy.asked(one.scene) for one in decisions(match, playing(run.settings))]
        said = [one.text for one in policy.complete(asked * 20, Random(1))]
    assert said.count("Bet") > 0.9 * len(said)
    [line] = ledger.checkpoints.all()
    assert (line.agent, line.frozen.stage) == ("bettor-0", "sft")
    assert line.frozen.data_digest.startswith("sha256:")


def test_a_killed_run_ends_with_the_weights_of_one_that_was_not(tmp_path, ledger, monkeypatch):
    def trained(name: str, until: int | None) -> bytes:
        with a_run(ledger, tmp_path / name, "sft", epochs=2, **SMALL) as run:
            if until is not None:
                monkeypatch.setattr(run, "log", lambda step, figures: _kill(step, until))
                with pytest.raises(Killed):
                    sft.train(run)
                monkeypatch.undo()
        with a_run(ledger, tmp_path / name, "sft", epochs=2, **SMALL) as run:
            sft.train(run)
            return (run.checkpoint_path("0") / "model.safetensors").read_bytes()

    with a_run(ledger, tmp_path / "played", "sft", **SMALL) as run:
        bots_play(run, "openspiel:always-bet", "random", deals=20)
    assert trained("whole", None) == trained("killed", 4)


def _kill(step: int, until: int) -> None:
    if step == until:
        raise Killed


def test_a_ledger_without_matches_is_refused(tmp_path, ledger):
    with (
        a_run(ledger, tmp_path / "run", "sft") as run,
        pytest.raises(BadRequest, match="arena play openspiel/kuhn_poker"),
    ):
        sft.train(run)


def test_an_agent_without_answers_is_named(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run", "sft", agents="nobody") as run:
        bots_play(run, "random", "first", deals=1)
        with pytest.raises(BadRequest, match="answers of nobody"):
            sft.train(run)


def test_a_model_that_cannot_be_loaded_is_refused(tmp_path, ledger):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{}")
    with a_run(ledger, tmp_path / "run", "sft", model=str(broken)) as run:
        bots_play(run, "random", "first", deals=1)
        with pytest.raises(BadRequest, match="no tokenizer"):
            sft.train(run)
