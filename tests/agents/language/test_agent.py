import asyncio

import pytest

from arena.agents.language.model import Completion, ContextTooLong, ModelFault, ModelUnavailable
from arena.core.agent import Clock, Observation, Unavailable
from arena.core.legal import Box, Choices, FreeText, Schema
from arena.core.values import TEXT
from tests.agents.language.scripted import Scripted, in_turn, seated

LEGAL = Choices([3, 5], {3: "hit", 5: "stand"}.__getitem__)


def seen(step: int = 0, text: str = "a view", refusal: str = "") -> Observation:
    return Observation(step, {TEXT: text}, (), refusal)


async def test_an_answer_by_its_label_becomes_the_id():
    model = Scripted(in_turn("stand"), constrains=True)
    reply = await seated(model).act(seen(), LEGAL, Clock(10, 0))
    assert reply.action == 5
    assert model.asks[0].messages[0].text.index("The rules.") < model.asks[0].messages[0].text.index("seat 1 of 2")


async def test_an_unreadable_answer_is_asked_for_again_with_the_reason():
    model = Scripted(in_turn("pardon?", "Final Answer: hit"))
    reply = await seated(model).act(seen(), LEGAL, Clock(10, 0))
    assert reply.action == 3
    assert [m.role for m in model.asks[1].messages] == ["system", "user", "assistant", "user"]
    assert "none of the 2 actions" in model.asks[1].messages[-1].text
    assert (reply.provenance.prompt_tokens, reply.provenance.completion_tokens) == (20, 4)


async def test_every_completion_of_a_decision_is_paid_for():
    model = Scripted(in_turn("pardon?", "Final Answer: hit"))
    reply = await seated(model, prompt_price=3.0, completion_price=15.0).act(seen(), LEGAL, Clock(10, 0))
    assert reply.provenance.cost == pytest.approx((20 * 3.0 + 4 * 15.0) / 1e6)


async def test_after_two_re_asks_what_was_said_is_sent_as_it_stands():
    model = Scripted(in_turn("I will not play"))
    reply = await seated(model).act(seen(), LEGAL, Clock(10, 0))
    assert reply.action == "I will not play"
    assert len(model.asks) == 3


async def test_a_refused_answer_is_asked_for_again_with_the_servers_reason():
    model = Scripted(in_turn("first words", "other words"))
    agent = seated(model)
    assert (await agent.act(seen(4), FreeText(20), Clock(10, 0))).action == "first words"
    again = await agent.act(seen(4, refusal="say something else"), FreeText(20), Clock(9, 0))
    assert again.action == "other words"
    assert "say something else" in model.asks[1].messages[-1].text
    assert again.provenance.completion_tokens == 4


async def test_a_late_model_sends_nothing_and_is_cancelled():
    cancelled = asyncio.Event()

    class Slow(Scripted):
        async def complete(self, ask):
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

    waiting = asyncio.ensure_future(seated(Slow(in_turn(""))).act(seen(), LEGAL, Clock(0.05, 0)))
    await asyncio.wait_for(cancelled.wait(), 10)
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_engine_that_comes_back_in_time_is_asked_again():
    model = Scripted(in_turn(ModelUnavailable("paused"), "hit"))
    assert (await seated(model).act(seen(), LEGAL, Clock(10, 0))).action == 3


async def test_an_engine_that_stays_away_is_unavailable():
    with pytest.raises(Unavailable, match="paused"):
        await seated(Scripted(in_turn(ModelUnavailable("paused")))).act(seen(), LEGAL, Clock(0.1, 0))


async def test_what_no_try_can_help_is_unavailable_at_once_and_logged_once(caplog):
    model = Scripted(in_turn(ModelFault("the account is closed")))
    agent = seated(model)
    for step in range(3):
        with pytest.raises(Unavailable, match="the account is closed"):
            await agent.act(seen(step), LEGAL, Clock(10, 0))
    assert len(model.asks) == 3
    assert [record.message for record in caplog.records].count("the account is closed") == 1


async def test_the_oldest_turns_are_left_out_when_the_context_is_too_long():
    model = Scripted(lambda ask: ContextTooLong("too long") if len(ask.messages) > 4 else "hit", constrains=True)
    agent = seated(model)
    for step in range(4):
        assert (await agent.act(seen(step, f"view {step}"), LEGAL, Clock(10, 0))).action == 3
    assert "view 3" in model.asks[-1].messages[-1].text


async def test_reasoning_is_recorded_and_never_played():
    model = Scripted(in_turn("<think>I am the wolf</think>I am a villager"))
    reply = await seated(model).act(seen(), FreeText(50), Clock(10, 0))
    assert reply.action == "I am a villager"
    assert reply.provenance.reasoning == "I am the wolf"


async def test_thinking_and_acting_are_two_calls():
    model = Scripted(in_turn("they bluff", "hit"), constrains=True)
    reply = await seated(model, think=True).act(seen(), LEGAL, Clock(10, 0))
    assert reply.action == 3
    assert reply.provenance.reasoning == "they bluff"
    assert [ask.grammar is None for ask in model.asks] == [True, False]


async def test_a_cut_json_answer_is_closed():
    said = Completion(text='{"act": "walk", "message": "good b', cut=True)
    schema = {"type": "object", "properties": {"act": {"type": "string"}, "message": {"type": "string"}}}
    reply = await seated(Scripted(in_turn(said), constrains=True)).act(seen(), Schema(schema), Clock(10, 0))
    assert reply.action == {"act": "walk", "message": "good b"}


async def test_a_large_tensor_is_refused_with_a_way_out():
    with pytest.raises(Unavailable, match="choose an option of the game"):
        await seated(Scripted(in_turn("1"))).act(seen(), Box((64, 64), 0, 1), Clock(10, 0))
