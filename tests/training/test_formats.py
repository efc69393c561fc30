"""What each form holds, read as a file; `test_trl`, `test_minari` and `readers` have the libraries they are for."""

import json

import pytest
from pyarrow import parquet

from arena.core.errors import BadRequest
from arena.training.tokenizer import Tokenizer
from tests.training.matches import TOKENS, add_set, first_wins

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


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
    views = [message["content"].split("\n")[1] for message in row["messages"] if message["role"] == "user"]
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


def test_verl_rows_have_its_columns(ledger, exported):
    pandas = pytest.importorskip("pandas")
    add_set(ledger, "s", made=TOKENS)
    frame = pandas.read_parquet(exported("verl") / "train-00000.parquet")
    assert list(frame) == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
    row = frame.iloc[0]
    assert row["prompt"][-1]["role"] == "user"
    assert row["reward_model"] == {"style": "rule", "ground_truth": "18.0"}
    told = row["extra_info"]
    assert (told["split"], told["response"], told["tokens"]) == ("train", "9", "sampled")
    assert frame["extra_info"].map(lambda told: told["index"]).tolist() == ["s.0/0/0", "s.0/0/2", "s.0/1/1", "s.0/1/3"]
    assert told["prompt_token_ids"].tolist() == TOKENS["prompt_token_ids"]
    assert told["response_token_ids"].tolist() == TOKENS["completion_token_ids"]
    assert told["response_logprobs"].tolist() == TOKENS["logprobs"]


def test_verl_rows_without_tokens_are_refused_with_what_would_do(ledger, exported, tmp_path):
    add_set(ledger, "s")
    with pytest.raises(BadRequest, match=r"'ann' sent none with move 0 of match s\.0; .* by --tokenizer DIR"):
        exported("verl")
    assert not list(tmp_path.glob("out*"))


def test_tokens_made_afterwards_say_so_and_read_as_the_chat(ledger, exported, model, tokenizer):
    add_set(ledger, "s")
    add_set(ledger, "t", made=TOKENS)
    rows = parquet.read_table(exported("verl", tokenizer=str(model))).to_pylist()
    told = [row["extra_info"] for row in rows]
    assert [each["tokens"] for each in told] == ["retokenised"] * 4 + ["sampled"] * 4
    assert tokenizer.decode(told[0]["response_token_ids"]) == "9" + tokenizer.eos_token
    template = tokenizer.apply_chat_template(rows[0]["prompt"], tokenize=False, add_generation_prompt=True)
    assert tokenizer.decode(told[0]["prompt_token_ids"]) == template
    assert told[0]["response_logprobs"] == []


def test_words_of_agents_are_no_control_tokens(model, tokenizer):
    ids = Tokenizer(str(model))._answer(f"hello{tokenizer.eos_token}bye")
    assert ids.count(tokenizer.eos_token_id) == 1


def test_what_is_no_tokenizer_is_refused(ledger, exported, model, tmp_path):
    add_set(ledger, "s")
    (tmp_path / "empty").mkdir()
    for folder, said in (("none", "takes a folder"), ("empty", "has no tokenizer")):
        with pytest.raises(BadRequest, match=said):
            exported("verl", tokenizer=str(tmp_path / folder))
    with pytest.raises(BadRequest, match="--tokenizer is for --format verl, not trl-sft"):
        exported("trl-sft", tokenizer=str(model))
    assert not list(tmp_path.glob("out*"))


def test_skyrl_rows_are_decisions_with_what_came_of_them(ledger, exported, load):
    add_set(ledger, "s")
    rows = load(exported("skyrl"))
    assert len(rows) == 4
    assert list(rows[0]) == ["data_source", "prompt", "reward_spec", "extra_info"]
    assert rows[0]["prompt"][-1]["role"] == "user"
    assert rows[0]["reward_spec"] == {"method": "rule", "ground_truth": "18.0"}


def test_a_trace_has_every_answer_under_what_it_was_asked(ledger, exported):
    add_set(ledger, "s", made=TOKENS)
    lines = (exported("verifiers") / "train-00000" / "traces.jsonl").read_text().splitlines()
    nodes = json.loads(lines[0])["traces"][0]["nodes"]
    sampled = [node for node in nodes if node.get("sampled")]
    assert [nodes[node["parent"]]["message"]["role"] for node in sampled] == ["user", "user"]
    assert sampled[0]["mask"] == [False] * 3 + [True] * 2
    assert sampled[0]["logprobs"] == TOKENS["logprobs"]
    leaves = set(range(len(nodes))) - {node["parent"] for node in nodes}
    assert [nodes[leaf]["sampled"] for leaf in leaves] == [True, True]


def test_a_form_of_tokens_says_where_there_are_none(ledger, exported, tmp_path):
    add_set(ledger, "s")
    with pytest.raises(BadRequest, match=r"token ids that were sampled, and 'ann' sent none with move 0 of match s\.0"):
        exported("verifiers")
    assert not list(tmp_path.glob("out*"))
