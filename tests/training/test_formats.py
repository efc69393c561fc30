"""What each form holds, read back by the library that it is meant for."""

import json

import pytest
from pyarrow import parquet

from tests.training.matches import TOKENS, add_set, first_wins

datasets = pytest.importorskip("datasets")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def load(tmp_path, monkeypatch):
    """A split of an exported folder, as trainers load it."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()

    def read(folder, split="train"):
        return list(datasets.load_dataset("parquet", data_dir=str(folder), split=split, cache_dir=str(tmp_path / "c")))

    return read


def refused_first(step, seat):
    return [99, 9] if step == 0 else first_wins(step, seat)


def test_the_master_form_has_one_row_a_seat_with_what_was_seen_answered_and_sampled(ledger, exported):
    ledger.agents.add_version("ann", "v2", ("ann", "v1"))
    add_set(ledger, "s", refused_first, made=TOKENS)
    first, second = parquet.read_table(exported()).to_pylist()
    assert [first["agent"], second["agent"]] == ["ann", "bob"]
    assert first["parent"] == {"agent": "ann", "checkpoint": "v1"}
    assert second["parent"] is None
    assert first["opponents"] == [{"seat": 1, "agent": "bob", "checkpoint": "v1", "team": ""}]
    assert [message["role"] for message in first["messages"]] == ["system", *["user", "assistant"] * 2]
    opening, later = first["turns"]
    assert (opening["action"], opening["valid"], opening["reward"]) == ("9", True, 9.0)
    assert opening["refused"][0]["sent"] == "99"
    assert {name: opening[name] for name in TOKENS} == TOKENS
    assert first["messages"][later["message"]] == {"role": "assistant", "content": "9"}
    assert json.loads(later["legal"])["ids"] == list(range(10))
    assert first["rewards"] == [{"channel": "added", "sum": 18.0}]
    assert (first["return"], first["outcome"], first["rank"], first["cause"]) == (18.0, "win", 1, "rules")
    assert second["outcome"] == "loss"


def test_the_master_form_is_read_by_datasets_too(ledger, exported, load):
    add_set(ledger, "s", made=TOKENS)
    assert load(exported())[0]["turns"][0]["completion_token_ids"] == [7, 8]


def test_a_seat_is_shown_what_it_saw_then_and_nothing_later(ledger, exported):
    add_set(ledger, "s")
    row = parquet.read_table(exported()).to_pylist()[1]
    views = [message["content"].split("\n")[0] for message in row["messages"] if message["role"] == "user"]
    dealt = int(views[0].split()[1]) - 9
    assert views == [f"sum {dealt + 9}", f"sum {dealt + 9 + 1 + 9}"]


def test_sft_rows_end_with_the_answer_that_stood(ledger, exported, load):
    add_set(ledger, "s")
    rows = load(exported("trl-sft", result="win"))
    assert [row["completion"] for row in rows] == [[{"role": "assistant", "content": "9"}]] * 2
    assert [len(row["prompt"]) for row in rows] == [2, 4]
    assert all(row["prompt"][-1]["role"] == "user" for row in rows)


def test_kto_labels_say_who_won(ledger, exported, load):
    add_set(ledger, "s")
    assert {(row["agent"], row["label"]) for row in load(exported("trl-kto"))} == {("ann", True), ("bob", False)}


def test_grpo_rows_are_prompts_with_what_a_reward_needs(ledger, exported, load):
    add_set(ledger, "s")
    rows = load(exported("trl-grpo"))
    assert len(rows) == 4
    assert all("completion" not in row and json.loads(row["legal"])["form"] == "choices" for row in rows)


def test_preference_pairs_are_answers_to_the_very_same_decision(ledger, exported, load):
    add_set(ledger, "refused", refused_first)
    add_set(ledger, "same-deal-played-otherwise", lambda step, seat: 3)
    (row,) = load(exported("trl-dpo"))
    assert row["match_id"] == "refused.0"
    assert (row["chosen"][0]["content"], row["rejected"][0]["content"]) == ("9", "99")
    assert row["prompt"][-1]["role"] == "user"


@pytest.mark.parametrize("form", ["trl-sft", "trl-kto", "trl-grpo", "trl-dpo"])
def test_trl_takes_them_for_conversations(ledger, exported, load, form):
    utils = pytest.importorskip("trl.data_utils")
    add_set(ledger, "s", refused_first)
    assert all(utils.is_conversational(row) for row in load(exported(form)))


def test_verl_rows_have_its_columns(ledger, exported):
    pandas = pytest.importorskip("pandas")
    add_set(ledger, "s")
    frame = pandas.read_parquet(exported("verl") / "train-00000.parquet")
    assert list(frame) == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
    row = frame.iloc[0]
    assert row["prompt"][-1]["role"] == "user"
    assert row["reward_model"] == {"style": "rule", "ground_truth": "18.0"}
    assert row["extra_info"]["split"] == "train"
