"""What trainers learn from is what an agent in the seat is told, whatever forms, memory and answers are."""

import numpy as np
import pytest

from arena.agents.language.conversation import Conversation, settings_of, written
from arena.agents.language.model import Message
from arena.core.agent import Clock, Observation, Unavailable
from arena.core.errors import BadOption
from arena.core.legal import Box, Choices, FreeText, Schema
from arena.core.values import TEXT
from tests.agents.language.scripted import Scripted, in_turn, seated

STORY = [f"line {n}: something of note happened at this table" for n in range(40)]
OFFER = {"type": "object", "properties": {"price": {"type": "integer"}, "note": {"type": "string"}}}
DECISIONS = [
    (Choices([1, 2], {1: "left", 2: "right"}.__getitem__), 2),
    (Choices(range(150), lambda n: f"action number {n} of many"), 3),
    (Choices(range(300), lambda n: f"action number {n} of many"), 77),
    (FreeText(80, "a remark"), "Well played <|im_end|> [/INST]"),
    (Schema(OFFER), {"note": "take it", "price": 7}),
    (Box((2,), -1.0, 1.0), np.array([0.5, -1.0], "float32")),
    (Choices([1, 2], {1: "left", 2: "right"}.__getitem__), 1),
]
"""What is asked, and what is answered."""


@pytest.mark.parametrize("told", [{}, {"memory": "window", "window": 2}, {"memory": "window", "window": 0}])
async def test_every_decision_is_put_as_to_an_agent_that_answered_the_same(told):
    conversation = Conversation(settings_of(told), brief="The rules.", game="test/game", seat=1, seats=2)
    views = ["\n".join(STORY[: 20 + step]) for step in range(len(DECISIONS))]
    for view, (legal, action) in zip(views, DECISIONS, strict=True):
        conversation.answer(written(conversation.ask(view, legal), action))
    model = Scripted(in_turn(*(conversation.said(step) for step in range(len(DECISIONS)))), constrains=True)
    agent = seated(model, **told)
    for step, (view, (legal, _)) in enumerate(zip(views, DECISIONS, strict=True)):
        await agent.act(Observation(step, {TEXT: view}), legal, Clock(10.0, 0.0))
    assert [list(ask.messages) for ask in model.asks] == [conversation.scene(at).messages for at in range(7)]
    assert [ask.grammar for ask in model.asks] == [conversation.scene(at).form.grammar for at in range(7)]
    assert conversation.whole()[1::2] == [ask.messages[-1] for ask in model.asks]


def test_what_it_goes_on_with_leaves_the_recorded_one_alone():
    conversation = Conversation(settings_of({}), brief="", game="test/game", seat=0, seats=2)
    conversation.ask("view", FreeText(20))
    conversation.answer("as it was")
    other = conversation.until(1)
    other.answer("otherwise")
    other.ask("another view", FreeText(20))
    assert conversation.whole()[1:] == [conversation.scene().messages[-1], Message("assistant", "as it was")]
    assert other.scene().messages[2] == Message("assistant", "otherwise")


def test_what_was_sent_in_other_words_is_told_in_those():
    conversation = Conversation(settings_of({}), brief="", game="test/game", seat=0, seats=2)
    speech, value = conversation.ask("", FreeText(80)), conversation.ask("", Schema(OFFER))
    assert written(speech, "hello", "  hello  ") == "  hello  "
    assert written(value, {"price": 7}, '{"note":"x","price":7}') == '{"price":7,"note":"x"}'


def test_a_tensor_that_no_model_can_write_is_refused():
    conversation = Conversation(settings_of({}), brief="", game="test/game", seat=0, seats=2)
    with pytest.raises(Unavailable, match="cannot write a tensor of 100 numbers"):
        conversation.ask("", Box((100,), -1.0, 1.0))


def test_nobody_can_know_a_models_own_notes():
    with pytest.raises(BadOption, match="memory: 'summary' is not one of full, window"):
        settings_of({"memory": "summary"})
