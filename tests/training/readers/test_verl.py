"""verl's own dataset, rollout, batch and reward manager, of rows that were exported for them."""

import numpy
import pytest

from tests.training.matches import TOKENS, add_set

pytestmark = [pytest.mark.formats, pytest.mark.timeout(400)]


@pytest.fixture
def read(tokenizer, datasets, tmp_path):
    """The files of a folder as a trainer of verl's loads them."""
    from omegaconf import OmegaConf
    from verl.utils.dataset.rl_dataset import RLHFDataset

    config = {"cache_dir": str(tmp_path / "verl"), "max_prompt_length": 4_096, "filter_overlong_prompts_workers": None}

    def load(folder):
        files = [str(file) for file in sorted(folder.glob("train-*.parquet"))]
        return RLHFDataset(files, tokenizer, OmegaConf.create(config))

    return load


def rollout(row):
    """A row's answer in what verl's agent loops give, as the tensors that it trains on."""
    from verl.experimental.agent_loop.agent_loop import AgentLoopMetrics, AgentLoopOutput

    told = row["extra_info"]
    output = AgentLoopOutput(
        prompt_ids=told["prompt_token_ids"],
        response_ids=told["response_token_ids"],
        response_mask=[1] * len(told["response_token_ids"]),
        response_logprobs=told["response_logprobs"],
        metrics=AgentLoopMetrics(),
    )
    return output.as_dict()


def batch_of(row):
    """One sample after its rollout."""
    import torch
    from verl import DataProto
    from verl.utils.dataset.rl_dataset import collate_fn

    made = rollout(row)
    tokens = {name: made[name] for name in ("prompts", "responses", "rollout_log_probs")}
    everything = torch.ones(len(tokens["prompts"]) + len(tokens["responses"]), dtype=torch.int64)
    return DataProto.from_single_dict(collate_fn([{**row, **tokens, "attention_mask": everything}]))


def test_the_prompt_is_in_tokens_what_verl_makes_of_it(ledger, exported, read, model, tokenizer):
    from verl.utils.tokenizer.continuous_token import QwenContinuousTokenBuilder

    add_set(ledger, "s")
    rows = list(read(exported("verl", tokenizer=str(model))))
    builder = QwenContinuousTokenBuilder(tokenizer)
    assert len(rows) == 4
    for row in rows:
        assert row["raw_prompt"][-1]["role"] == "user"
        assert builder.build_initial_tokens(row["raw_prompt"]) == row["extra_info"]["prompt_token_ids"]


def test_a_rollout_is_what_the_model_sampled(of_model, read, sampled, tokenizer):
    rows = list(read(of_model("verl")))
    assert len(rows) == len(sampled) > 4
    for row, (_, turn) in zip(rows, sampled, strict=True):
        made = rollout(row)
        assert made["prompts"].tolist() == turn["prompt_token_ids"]
        assert made["responses"].tolist() == turn["completion_token_ids"]
        numpy.testing.assert_array_equal(made["rollout_log_probs"].numpy(), numpy.float32(turn["logprobs"]))
        assert tokenizer.decode(made["responses"], skip_special_tokens=True) == row["extra_info"]["response"]


async def test_its_reward_manager_pays_the_answer_what_its_seat_earned(of_model, read, sampled, tokenizer):
    from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager

    def earned(data_source, solution_str, ground_truth, extra_info):
        assert (data_source, solution_str) == ("openspiel/tic_tac_toe", extra_info["response"])
        return float(ground_truth)

    manager = NaiveRewardManager(None, tokenizer, earned)
    rows = list(read(of_model("verl")))
    for row, (seat, turn) in zip(rows, sampled, strict=True):
        batch = batch_of(row)
        paid = (await manager.run_single(batch))["reward_score"]
        assert paid == seat["return"]
        scores = NaiveRewardManager.assemble_rm_scores(batch, [paid])
        assert scores.tolist() == [[0.0] * (len(turn["completion_token_ids"]) - 1) + [paid]]
    assert len({seat["return"] for seat, _ in sampled}) > 1


async def test_it_tells_every_sample_from_the_others(ledger, exported, read):
    from verl.experimental.agent_loop.agent_loop import get_trajectory_info

    add_set(ledger, "s", matches=3, made=TOKENS)
    rows = sorted(read(exported("verl")), key=lambda row: row["extra_info"]["move"])
    told = await get_trajectory_info(0, [row["index"] for row in rows for _ in range(2)], validate=False)
    assert [each["rollout_n"] for each in told] == [0, 1] * 12
    assert len({each["sample_index"] for each in told}) == 12
