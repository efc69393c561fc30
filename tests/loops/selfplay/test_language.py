"""A language model learns from its own play: from the very tokens it drew, and once from each match."""

import json
from pathlib import Path
from random import Random

import pytest
import torch

from arena.agents.language.answers import OneText
from arena.core.errors import BadRequest
from arena.ledger import Ledger
from arena.loops.language.policy import Asked, Policy
from arena.loops.language.tiny import make_tiny_model
from arena.loops.selfplay.gradient import Gradient, masked
from arena.loops.selfplay.loop import train
from arena.loops.selfplay.samples import Sample
from tests.loops.language.runs import a_run

PROMPT = (5, 6, 7, 8)


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"), ["Pass", "Bet"], layers=1, hidden=32)


@pytest.fixture
def policy(tiny: Path) -> Policy:
    return Policy.open(tiny, device="cpu")


def drawn(policy: Policy, texts: list[str], count: int, temperature: float) -> list[Sample]:
    form = OneText(list(range(len(texts))), texts, texts, "choices")
    made = policy.complete([Asked(PROMPT, form)] * count, Random(1), temperature=temperature)
    return [Sample(one.prompt_token_ids, one.completion_token_ids, list(one.logprobs), one.mask, 1.0) for one in made]


def test_log_probabilities_are_those_of_the_constrained_distribution_that_was_drawn_from(policy):
    samples = drawn(policy, ["Pass", "Bet", "Better still"], 8, temperature=0.7)
    chosen, _, there = masked(policy, samples, 0.7)
    assert len({tuple(one.completion) for one in samples}) > 1
    for row, here, one in zip(chosen, there, samples, strict=True):
        torch.testing.assert_close(row[here], torch.tensor(one.logprobs), atol=1e-4, rtol=0)
        assert not row[~here].any()


def test_an_answer_that_had_no_alternative_has_no_gradient(policy):
    samples = drawn(policy, ["Pass"], 2, temperature=1.0)
    figures = Gradient(policy, temperature=1.0, clip=1.0, batch=2).step(samples, lr=0.0, entropy=0.5)
    assert figures["gradient"] == pytest.approx(0.0, abs=1e-6)
    assert figures["entropy"] == pytest.approx(0.0, abs=1e-6)


def test_what_paid_becomes_likelier_and_what_cost_less_likely(policy):
    samples = drawn(policy, ["Pass", "Bet"], 16, temperature=1.0)
    paid = samples[0].completion
    told = [
        Sample(one.prompt, one.completion, one.logprobs, one.mask, 1.0 if one.completion == paid else -1.0)
        for one in samples
    ]
    gradient = Gradient(policy, temperature=1.0, clip=1.0, batch=5)
    for _ in range(5):
        gradient.step(told, lr=0.01, entropy=0.0)
    after, _, _ = masked(policy, told[:1], 1.0)
    assert after.sum().item() > sum(told[0].logprobs) + 0.1


def test_steps_do_not_depend_on_how_many_answers_are_held_at_once(tiny):
    gradients = []
    for batch in (3, 8):
        policy = Policy.open(tiny, device="cpu")
        gradients.append(Gradient(policy, temperature=1.0, clip=1e9, batch=batch))
    samples = drawn(gradients[0].policy, ["Pass", "Bet"], 8, temperature=1.0)
    one, two = (gradient.step(samples, lr=0.0, entropy=0.1) for gradient in gradients)
    assert one == pytest.approx(two, rel=1e-3, abs=1e-5)


class Killed(BaseException):
    """The process ends here."""


def test_a_killed_run_goes_on_with_the_matches_it_has_and_ends_with_its_lineage(tmp_path, tiny, monkeypatch):
    settings = {"model": str(tiny), "updates": 2, "matches": 4, "checkpoints": 1, "sets": 0, "lr": 1e-2}

    def kill(step: int, figures: object) -> None:
        if step == 2:
            raise Killed

    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        with a_run(ledger, tmp_path / "talker", "selfplay-pg", **settings) as run:
            monkeypatch.setattr(run, "log", kill)
            with pytest.raises(Killed):
                train(run)
        with a_run(ledger, tmp_path / "talker", "selfplay-pg", **settings) as run:
            assert run.state()["done"] == 1
            train(run)
            state = run.state()
        parents = {line.agent: line.parent for line in ledger.checkpoints.all() if line.frozen}
        matches = len(list(ledger.matches(game="openspiel/kuhn_poker")))
    assert parents == {"talker-0": None, "talker-2": ("talker-0", "0")}
    assert matches == 8
    assert set(state["baselines"]) == {"seat 0", "seat 1"}
    [figures] = [json.loads(line) for line in (tmp_path / "talker" / "figures.jsonl").read_text().splitlines()]
    assert figures["drift"] < 1e-4
    assert figures["matches"] == 4
    checkpoints = tmp_path / "talker" / "checkpoints"
    assert sorted(path.name for path in checkpoints.iterdir()) == ["0", "2"]
    before, after = ((checkpoints / at / "model.safetensors").read_bytes() for at in ("0", "2"))
    assert before != after


def test_a_folder_without_a_model_is_refused_in_a_sentence(tmp_path):
    with (
        Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger,
        a_run(ledger, tmp_path / "run", "selfplay-pg", model=str(tmp_path / "nothing")) as run,
        pytest.raises(BadRequest, match="there is no model in"),
    ):
        train(run)
