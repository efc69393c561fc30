"""Preference pairs across matches: of the very same prompt alone."""

from dataclasses import replace

import pytest
from pyarrow import parquet

from arena.core.errors import BadRequest
from arena.core.match import Cause, Origin, SetPlan
from arena.core.values import MatchId, SetId
from arena.match.replay import restore
from arena.training import Request, Splits, export, parts
from tests.training.matches import ANN, BOB, GAME, REF, TOKENS, add_set, play_on, replay


def add_rerolls(ledger, first, step, *answers, name="again", made=None):
    """Re-rolls of a recorded match from that step on, each decided by one of `answers`."""
    result = ledger.result(first)
    origin = Origin(result.plan.match_id, step, result.plan.set_id)
    of = SetPlan(set_id=SetId(name), game=REF, parties=(ANN, BOB), matches=len(answers), rated=False, origin=origin)
    ledger.append(of, [_on(of, result, at, answer, made) for at, answer in enumerate(answers)]).result(30)


def _on(of, first, ordinal, answer, made):
    about = {"match_id": MatchId(f"{of.set_id}.{ordinal}"), "set_id": of.set_id, "ordinal": ordinal}
    plan = replace(first.plan, **about, parties=of.parties, origin=of.origin)
    table = restore(GAME, plan, [move for move in first.moves if plan.given(move)])
    if isinstance(answer, Cause):
        table.rule(table.open_seats[0], answer)
    return play_on(table, answer, made)


def twos(step, seat):
    return 2


def nines(step, seat):
    return 9


def fives(step, seat):
    return 5


@pytest.fixture
def pairs(exported):
    """The counterfactuals that trl-dpo exports."""

    def read(**request):
        rows = parquet.read_table(exported("trl-dpo", **request)).to_pylist()
        return [row for row in rows if row["pair"] == "counterfactual"]

    return read


def brief(row):
    return row["match_id"], row["move"], row["chosen"][0]["content"], row["rejected"][0]["content"]


def test_a_position_that_was_played_on_otherwise_makes_a_pair(ledger, pairs):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, nines)
    (row,) = pairs()
    assert brief(row) == ("again.0", 2, "9", "2")
    assert (row["return"], row["rejected_return"], row["rejected_match_id"]) == (11.0, 4.0, "s.0")
    assert [message["role"] for message in row["prompt"]] == ["system", "user", "assistant", "user"]


def test_the_better_one_is_chosen_whichever_came_first(ledger, pairs):
    add_set(ledger, "s", nines)
    add_rerolls(ledger, "s.0", 2, twos)
    assert [brief(row) for row in pairs()] == [("s.0", 2, "9", "2")]


def test_re_rolls_make_pairs_among_themselves(ledger, pairs):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, nines, fives)
    assert [brief(row)[2:] for row in pairs()] == [("9", "2"), ("5", "2"), ("9", "5")]


def test_matches_of_a_set_that_share_a_deal_part_at_its_first_decision(ledger, pairs):
    answers = iter([2] * 4 + [9] * 4)
    add_set(ledger, "s", lambda step, seat: next(answers), deals=[7, 7])
    assert [brief(row) for row in pairs()] == [("s.1", 0, "9", "2")]


def test_other_deals_make_none(ledger, pairs):
    answers = iter([2] * 4 + [9] * 4)
    add_set(ledger, "s", lambda step, seat: next(answers), deals=[7, 8])
    with pytest.raises(BadRequest, match="nothing to export"):
        pairs()


def test_what_came_after_they_parted_makes_none(ledger, pairs):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 0, lambda step, seat: 9 if step == 0 else step)
    assert [row["move"] for row in pairs()] == [0]


def test_the_same_answer_or_the_same_end_makes_none(ledger, pairs):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, twos, lambda step, seat: 2 if seat == 0 else 9)
    assert [brief(row)[:2] for row in pairs()] == [("again.1", 3), ("again.1", 3)]


@pytest.mark.parametrize(("tokens", "count"), [([1, 2, 3], 1), ([1, 2, 4], 0), ([], 0)])
def test_the_tokens_of_the_prompt_must_be_the_same(ledger, exported, tokens, count):
    add_set(ledger, "s", lambda step, seat: [99, 2], made=TOKENS)
    add_rerolls(ledger, "s.0", 2, nines, made=TOKENS | {"prompt_token_ids": tokens})
    rows = parquet.read_table(exported("trl-dpo")).to_pylist()
    assert [row["pair"] for row in rows].count("counterfactual") == count


def test_a_refusal_before_makes_another_prompt_unless_the_tokens_tell(ledger, exported):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, lambda step, seat: [99, 9] if seat == 0 else 2)
    (row,) = parquet.read_table(exported("trl-dpo")).to_pylist()
    assert row["pair"] == "refused"


def test_a_match_in_which_somebody_was_at_fault_makes_none(ledger, pairs):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, Cause.TIMEOUT)
    with pytest.raises(BadRequest, match="nothing to export"):
        pairs()


def test_filters_hold_for_both_answers(ledger, pairs):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, nines)
    with pytest.raises(BadRequest, match="nothing to export"):
        pairs(result="win")


def test_pairs_of_agents_rated_high_enough_are_of_those_alone(ledger, pairs):
    for number in range(3):
        add_set(ledger, f"won{number}")
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, nines, lambda step, seat: 2 if seat == 0 else 9)
    assert {row["agent"] for row in pairs()} == {"ann", "bob"}
    assert {row["agent"] for row in pairs(out="high", min_rating=25.1)} == {"ann"}


@pytest.mark.parametrize("matches", [0, 2, 3])
def test_a_killed_export_of_pairs_goes_on_to_the_very_same_bytes(ledger, exported, tmp_path, monkeypatch, matches):
    monkeypatch.setattr(parts, "_PART_ROWS", 1)
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, nines, fives, twos)
    whole = {file.name: file.read_bytes() for file in exported("trl-dpo", out="whole").iterdir()}
    left = iter(range(matches))

    def dying(result, views):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return replay(result, views)

    with pytest.raises(KeyboardInterrupt):
        export(ledger, Request(format="trl-dpo"), tmp_path / "out", dying)
    assert {file.name: file.read_bytes() for file in exported("trl-dpo").iterdir()} == whole


def test_a_deal_is_of_one_split_however_often_it_is_played(ledger, exported):
    for number in range(12):
        add_set(ledger, f"s{number}", twos)
        add_rerolls(ledger, f"s{number}.0", 2, nines, name=f"again{number}")
    folder = exported(splits=Splits.parse("0.5"))
    deals = [
        {row["set_id"].replace("again", "s") for row in parquet.read_table(file).to_pylist()}
        for file in sorted(folder.glob("*.parquet"))
    ]
    assert len(deals) == 2
    assert not deals[0] & deals[1]


def test_what_was_given_is_nobodys_answer(ledger, exported):
    add_set(ledger, "s", twos)
    add_rerolls(ledger, "s.0", 2, nines)
    for form in ("trl-sft", "trl-grpo"):
        rows = parquet.read_table(exported(form, out=form)).to_pylist()
        assert [row["move"] for row in rows if row["match_id"] == "again.0"] == [2, 3]
    row = next(row for row in parquet.read_table(exported()).to_pylist() if row["origin"])
    assert row["origin"] == {"match_id": "s.0", "step": 2}
    assert [(turn["valid"], turn["cause"]) for turn in row["turns"]] == [(False, "given"), (True, "")]
