"""SkyRL's own dataset, generator input and environments, of rows that were exported for them."""

import json

import pytest

from tests.training.matches import add_set

pytestmark = [pytest.mark.formats, pytest.mark.timeout(400)]


@pytest.fixture
def inputs(tokenizer, datasets):
    """What SkyRL's trainer hands to its generator of a folder: two trajectories a prompt, in an environment of ours."""
    from skyrl.train.dataset import PromptDataset
    from skyrl.train.generators.utils import prepare_generator_input

    def prepare(folder):
        files = [str(file) for file in sorted(folder.glob("train-*.parquet"))]
        dataset = PromptDataset(files, tokenizer, max_prompt_length=4_096, num_workers=0)
        prompts = dataset.collate_fn(dataset)
        given, _ = prepare_generator_input(prompts, 2, {}, "ours", "train", global_step=1)
        return given

    return prepare


def test_each_decision_is_put_to_the_generator_as_it_was_asked(of_model, inputs, sampled):
    given = inputs(of_model("skyrl"))
    asked = [seat["messages"][: turn["message"]] for seat, turn in sampled]
    assert given["prompts"] == [prompt for prompt in asked for _ in range(2)]
    assert given["env_classes"] == ["ours"] * len(given["prompts"])
    ids = [trajectory.to_string() for trajectory in given["trajectory_ids"]]
    assert ids == [f"{row}_{repetition}" for row in range(len(asked)) for repetition in range(2)]


def test_an_environment_is_told_where_it_is_and_what_came_of_it(of_model, inputs, sampled):
    extras = inputs(of_model("skyrl"))["env_extras"][::2]
    for told, (seat, turn) in zip(extras, sampled, strict=True):
        about = told["extra_info"]
        assert (about["match_id"], about["move"], about["legal"]) == (seat["match_id"], turn["move"], turn["legal"])
        assert json.loads(told["reward_spec"]["ground_truth"]) == seat["return"]
    assert len({told["extra_info"]["index"] for told in extras}) == len(sampled)


def test_its_environments_find_the_ground_truth(ledger, exported, inputs):
    import skyrl_gym

    add_set(ledger, "s")
    for extras in inputs(exported("skyrl"))["env_extras"]:
        truth = json.dumps(extras["extra_info"]["return"])
        paid = {said: skyrl_gym.make("gsm8k", extras=extras).step(f"#### {said}")["reward"] for said in (truth, "7")}
        assert paid == {truth: 1.0, "7": 0.0}
