"""TRL's own trainers, of rows that were exported for them: what they make of a row, and a step on it."""

import json

import pytest

from tests.training.matches import add_set, first_wins

pytestmark = [
    pytest.mark.formats,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning"),
]
ANSWER = "9<|im_end|>\n"
"""As the template ends an answer."""


def refused_first(step, seat):
    return [99, 9] if step == 0 else first_wins(step, seat)


@pytest.fixture
def trainer(ledger, exported, model, tokenizer, tmp_path):
    """`trainer("SFT", "trl-sft")` is TRL's, after one step on that export."""
    import datasets
    import trl

    add_set(ledger, "s", refused_first)

    def train(kind, form, settings=None, **how):
        rows = datasets.load_dataset("parquet", data_dir=str(exported(form)), split="train")
        config = getattr(trl, f"{kind}Config")(
            output_dir=str(tmp_path / "trained"),
            use_cpu=True,
            report_to=[],
            max_steps=1,
            per_device_train_batch_size=2,
            save_strategy="no",
            **(settings or {}),
        )
        made = getattr(trl, f"{kind}Trainer")(
            model=str(model), args=config, train_dataset=rows, processing_class=tokenizer, **how
        )
        made.train()
        assert made.state.global_step == 1
        return made

    return train


def asked(row, tokenizer):
    """The prompt of a row, as the template has it."""
    return tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)


def test_sft_learns_the_answer_after_what_was_asked(trainer, tokenizer):
    rows = trainer("SFT", "trl-sft").train_dataset
    assert len(rows) == 4
    for row in rows:
        answer = row["completion"][0]["content"] + ANSWER[1:]
        assert tokenizer.decode(row["input_ids"]) == asked(row, tokenizer) + answer
        assert tokenizer.decode([label for label in row["labels"] if label != -100]) == answer


def test_dpo_prefers_the_answer_that_stood_to_the_one_refused(trainer, tokenizer):
    (row,) = trainer("DPO", "trl-dpo").train_dataset
    assert tokenizer.decode(row["prompt_ids"]) == asked(row, tokenizer)
    assert tokenizer.decode(row["chosen_ids"]) == ANSWER
    assert tokenizer.decode(row["rejected_ids"]) == "9" + ANSWER


def test_kto_learns_what_a_winner_and_a_loser_answered(trainer, tokenizer):
    made = trainer("KTO", "trl-kto")
    labels = {}
    for row in made.train_dataset:
        assert tokenizer.decode(row["prompt_ids"]) == asked(row, tokenizer)
        assert tokenizer.decode(row["completion_ids"]) == row["completion"][0]["content"] + ANSWER[1:]
        labels.setdefault(row["agent"], set()).add(row["label"])
    assert labels == {"ann": {True}, "bob": {False}}


def test_grpo_gives_a_reward_function_what_the_row_tells(trainer):
    calls = []

    def fits(prompts, completions, legal, **told):
        calls.append((prompts, legal, told["match_id"], told["return"]))
        allowed = [json.loads(each)["labels"] for each in legal]
        return [float(one[0]["content"] in labels) for one, labels in zip(completions, allowed, strict=True)]

    settings = {"num_generations": 2, "max_completion_length": 4}
    made = trainer("GRPO", "trl-grpo", settings, reward_funcs=fits)
    ((prompts, legal, matches, returns),) = calls
    rows = [row for row in made.train_dataset if row["prompt"] == prompts[0]]
    assert prompts == [rows[0]["prompt"]] * 2
    assert legal == [rows[0]["legal"]] * 2
    assert matches == ["s.0"] * 2
    assert returns == [rows[0]["return"]] * 2
