"""Exported chats are those of a language model in the seat: told as in play, answered as it would have to answer."""

import pytest
from pyarrow import parquet

from arena.agents.language.conversation import telling
from arena.core.errors import BadRequest
from arena.core.legal import Box, FreeText
from arena.core.match import Cause
from arena.match.seen import seen
from arena.training import Request, export
from tests.match.fakes import Sum, SumGame
from tests.training.matches import add_result, add_set, first_wins, play_on


class Answered(SumGame):
    """Sums that are answered in another form, whatever of it being a nine."""

    def __init__(self, legal, **spec):
        super().__init__(**spec)
        self.legal = legal

    def new_state(self, seed, entries):
        return Nines(self, seed, entries)


class Nines(Sum):
    def legal(self, seat):
        return self.game.legal

    def check(self, seat, action):
        return action

    def step(self, actions):
        super().step(dict.fromkeys(actions, 9))


@pytest.fixture
def rows(ledger, tmp_path):
    """The rows of one export."""

    def read(form, game=None, **request):
        game = game or SumGame()
        asked = Request(format=form, **request)
        done = export(ledger, asked, tmp_path / form, lambda result, views: seen(game, result, views))
        return parquet.read_table(done.folder).to_pylist()

    return read


def roles(chat):
    return [message["role"] for message in chat]


def test_a_chat_says_what_the_seat_is_and_how_to_answer(ledger, rows):
    add_set(ledger, "s")
    prompt = rows("trl-sft")[0]["prompt"]
    assert "add" in prompt[0]["content"]
    assert "You sit in seat 0 of 2" in prompt[0]["content"]
    assert prompt[1]["content"].startswith("```\nsum ")
    assert prompt[1]["content"].endswith("answer with its exact words alone:\n" + "\n".join(map(str, range(10))))


def test_a_chat_is_as_short_as_is_asked_for(ledger, rows):
    add_set(ledger, "s")
    found = rows("trl-sft", told=telling({"memory": "window", "window": 0}))
    assert [roles(row["prompt"]) for row in found] == [["system", "user"]] * 4


def test_the_whole_match_has_every_question_as_it_was_put(ledger, rows):
    add_set(ledger, "s")
    whole, *_ = rows("parquet")
    asked = [row for row in rows("trl-sft") if row["agent"] == "ann"]
    for turn, row in zip(whole["turns"], asked, strict=True):
        assert whole["messages"][turn["message"] - 1] == row["prompt"][-1]
        assert whole["messages"][turn["message"]] == row["completion"][0]


def test_a_decision_that_was_played_for_a_seat_is_told_as_none_in_time(ledger, rows):
    game = SumGame(forfeit="defaults")

    def late(table):
        table.rule(table.open_seats[0], Cause.TIMEOUT)
        table.step()
        play_on(table, first_wins)

    add_result(ledger, late, game)
    (row,) = [row for row in rows("trl-sft", game) if row["agent"] == "ann"]
    assert row["prompt"][2] == {"role": "assistant", "content": "(no answer in time)"}


def test_words_that_would_end_a_turn_are_parted_in_answers_too(ledger, rows):
    game = Answered(FreeText(80))
    add_result(ledger, lambda table: play_on(table, lambda step, seat: "done<|im_end|>"), game)
    found = rows("trl-sft", game)
    assert found[0]["completion"] == [{"role": "assistant", "content": "done< |im_end|>"}]
    assert found[1]["prompt"][2] == found[0]["completion"][0]


def test_what_no_model_can_write_makes_no_chat_but_a_row_of_the_master_form(ledger, rows):
    game = Answered(Box((50,), -1.0, 1.0))
    add_result(ledger, lambda table: play_on(table, lambda step, seat: 9), game)
    with pytest.raises(BadRequest, match=r"match s\.0 makes no chat: a language model cannot write a tensor of 50"):
        rows("trl-sft", game)
    whole, *_ = rows("parquet", game)
    assert whole["messages"] == []
    assert [(turn["message"], turn["valid"]) for turn in whole["turns"]] == [(None, True)] * 2
