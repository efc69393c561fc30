"""What TRL's trainers make of the rows that are exported for them."""

import json

import pytest

from tests.training.matches import add_set, first_wins

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.timeout(300),  # TRL's import takes long
]


def refused_first(step, seat):
    return [99, 9] if step == 0 else first_wins(step, seat)


@pytest.fixture
def one_thread():
    """For torch: layers this small lose by more, the more so on busy cores."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def trainer(ledger, exported, load, model, tokenizer, one_thread, tmp_path):
    """`trainer("SFT")` is TRL's SFTTrainer, with what is exported for it; further settings are of its config."""
    trl = pytest.importorskip("trl")
    add_set(ledger, "s", refused_first)

    def make(kind, settings=None, **how):
        config = getattr(trl, f"{kind}Config")(
            output_dir=str(tmp_path / "trained"),
            use_cpu=True,
            report_to=[],
            disable_tqdm=True,
            save_strategy="no",
            max_steps=1,
            per_device_train_batch_size=4,
            **(settings or {}),
        )
        rows = load(exported(f"trl-{kind.lower()}"))
        return getattr(trl, f"{kind}Trainer")(
            model=str(model), args=config, train_dataset=rows, processing_class=tokenizer, **how
        )

    return make


@pytest.fixture
def asked(tokenizer):
    """The prompt of a row, as the chat template has it."""
    return lambda row: tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)


@pytest.fixture
def answered(tokenizer):
    """The text of an answer, as the chat template has it."""
    return lambda answer: f"{answer[0]['content']}{tokenizer.eos_token}\n"


@pytest.fixture
def learnt(tokenizer):
    """Of each row of a batch, in words: all that the model reads, and what of it is learnt."""

    def read(batch):
        masks = batch["labels"] != -100 if "labels" in batch else batch["completion_mask"] == 1
        rows = zip(batch["input_ids"], batch["attention_mask"] == 1, masks, strict=True)
        return [(tokenizer.decode(ids[there]), tokenizer.decode(ids[mask])) for ids, there, mask in rows]

    return read


def first_batch(trainer):
    return next(iter(trainer.get_train_dataloader()))


def test_sft_learns_the_answer_after_what_was_asked(trainer, asked, answered, learnt):
    made = trainer("SFT")
    rows = [(asked(row) + answered(row["completion"]), answered(row["completion"])) for row in made.train_dataset]
    assert len(rows) == 4
    assert sorted(learnt(first_batch(made))) == sorted(rows)


def test_dpo_prefers_the_answer_that_stood_to_the_one_refused(trainer, asked, answered, learnt):
    made = trainer("DPO")
    (row,) = made.train_dataset
    stood, refused = answered([{"content": "9"}]), answered([{"content": "99"}])
    assert learnt(first_batch(made)) == [(asked(row) + stood, stood), (asked(row) + refused, refused)]


def test_kto_learns_what_the_winner_answered_and_unlearns_the_loser(trainer, asked, answered, learnt):
    made = trainer("KTO")
    won = {asked(row) + answered(row["completion"]): row["outcome"] == "win" for row in made.train_dataset}
    batch = first_batch(made)
    assert {whole: bool(label) for (whole, _), label in zip(learnt(batch), batch["label"], strict=True)} == won
    assert {answer for _, answer in learnt(batch)} == {answered([{"content": said}]) for said in "91"}
    assert sorted(won.values()) == [False, False, True, True]


def test_grpo_gives_a_reward_function_what_the_rows_tell(trainer):
    calls = []

    def fits(prompts, completions, legal, **told):
        calls.append((prompts, legal, told["match_id"], told["return"]))
        return [
            float(one[0]["content"] in json.loads(each)["labels"]) for one, each in zip(completions, legal, strict=True)
        ]

    made = trainer("GRPO", {"num_generations": 2, "max_completion_length": 4}, reward_funcs=fits)
    made.train()
    ((prompts, legal, matches, returns),) = calls
    told = {json.dumps(row["prompt"]): row for row in made.train_dataset}
    rows = [told[json.dumps(prompt)] for prompt in prompts]
    assert len(rows) == 4
    assert legal == [row["legal"] for row in rows]
    assert matches == [row["match_id"] for row in rows]
    assert returns == [row["return"] for row in rows]
