"""One iteration from end to end, with a language model of random weights."""

import pytest

from arena.loops.language.record import played
from arena.loops.language.tiny import make_tiny_model
from arena_werewolf.loops import lspo
from arena_werewolf.loops.iteration import PAIRS, STRATEGY, Iteration
from arena_werewolf.loops.pairs import Pair
from plugins.werewolf.tests.loops.runs import a_run

SMALL = {
    "iterations": 1,
    "matches": 3,
    "cfr": 15,
    "visits": 1,
    "prompts": 6,
    "max_tokens": 64,
    "lr": 1e-3,
    "wolf_kinds": 2,
    "sets": 0,
    "device": "cpu",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_tiny_model(tmp_path_factory.mktemp("tiny"), ["player_0 is a werewolf"], layers=1, hidden=32)


@pytest.mark.timeout(300)  # workers and this process import torch, and TRL
def test_an_iteration_trains_a_checkpoint_on_pairs_of_the_very_prompts_it_was_asked_with(tmp_path, ledger, tiny):
    with a_run(ledger, tmp_path / "run", model=str(tiny), **SMALL) as run:
        lspo.train(run)
        lspo.train(run)  # it is over, and nothing happens
        iteration = Iteration(run, 1)
        pairs = [Pair.read(told) for told in iteration.rows(PAIRS, "pairs.jsonl")]
        results = {match.stored.result.plan.match_id: match.stored.result for match in played(run, agent="run-0")}
        weights = [(run.checkpoint_path(name) / "model.safetensors").read_bytes() for name in ("0", "1")]
        assert (iteration.path(STRATEGY) / "strategy.md").exists()
    assert len(results) == 3
    assert pairs
    for pair in pairs:
        asked = results[pair.match].provenance[pair.move]
        assert list(pair.prompt) == list(asked.prompt_token_ids)
        assert pair.worth[0] > pair.worth[1]
        assert pair.chosen.kind != pair.rejected.kind
    assert weights[0] != weights[1]
    lines = {line.agent: line for line in ledger.checkpoints.all()}
    assert lines["run-1"].parent == ("run-0", "0")
    assert lines["run-1"].frozen.stage == "lspo"
