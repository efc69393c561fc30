"""Whatever fits the form that a completion is held to is a legal action, in every game; and it is read back as said."""

import json
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

import numpy as np
import pytest

from arena.agents.language.answers import JsonValue, ManyIds, OneText, Speech, form_of
from arena.agents.language.bounds import bounded, restored
from arena.agents.language.model import Grammar, JsonOf, OneOf
from arena.agents.language.prompts import Prompts
from arena.agents.language.reading import Unreadable, closed
from arena.agents.sampling import sample, sample_schema
from arena.core.agent import Unavailable
from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.seed import Seed
from arena.plugin.registry import Registry

GAMES = (
    "openspiel/tic_tac_toe",
    "openspiel/chess",
    "openspiel/leduc_poker",
    "werewolf/ww7-lspo",
    "negotiation/balloon",
    "negotiation/dond",
    "negotiation/trade",
    "negotiation/multi-issue",
    "negotiation/ultimatum",
    "who_is_the_spy/text",
)
TOKENS = 128
STEPS = 40


def completion(grammar: Grammar, rng: Random) -> str:
    """Any completion that fits."""
    match grammar:
        case OneOf(texts=texts):
            return rng.choice(list(texts))
        case JsonOf(schema=schema):
            return json.dumps(sample_schema(_patterns_drawn(schema, rng), rng))
        case None:
            return f"I say {rng.random()}"


def _patterns_drawn(schema: Any, rng: Random) -> Any:
    if isinstance(schema, Mapping):
        if "pattern" in schema:
            return {"const": f"{rng.randint(0, 9)}.{rng.randint(0, 999)}"}
        return {key: _patterns_drawn(value, rng) for key, value in schema.items()}
    return [_patterns_drawn(value, rng) for value in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("game", GAMES)
def test_what_is_written_for_an_action_reads_back_as_that_action(game: str) -> None:
    registry, rng = Registry(), Random(2)
    state = registry.make_game(registry.ref(game)).new_state(Seed.of(3), {})
    for _ in range(STEPS):
        actions = {}
        for seat in state.to_move():
            actions[seat] = action = state.check(seat, sample(state.legal(seat), rng))
            form = form_of(state.legal(seat), TOKENS)
            assert state.check(seat, form.read(form.write(action))) == action
        if not actions:
            break
        state.step(actions)


@pytest.mark.parametrize("game", GAMES)
def test_what_fits_the_form_is_legal(game: str) -> None:
    registry, rng = Registry(), Random(1)
    state = registry.make_game(registry.ref(game)).new_state(Seed.of(3), {})
    for _ in range(STEPS):
        if not (movers := state.to_move()):
            break
        actions = {}
        for seat in movers:
            form = form_of(state.legal(seat), TOKENS)
            assert form.instruction(Prompts.shipped())
            actions[seat] = state.check(seat, form.read(completion(form.grammar, rng)))
        state.step(actions)


def test_labels_are_the_answers_where_they_can_be_and_ids_elsewhere() -> None:
    words = form_of(Choices([7, 9], {7: "Hit me", 9: "stand"}.__getitem__), TOKENS)
    assert isinstance(words, OneText)
    assert list(words.texts) == ["Hit me", "stand"]
    assert words.read("hit me.") == 7
    for label in (lambda n: "same", lambda n: f"{n}" * 80, lambda n: f"two\nlines {n}", lambda n: f"<|im_end|>{n}"):
        by_id = form_of(Choices([7, 9], label), TOKENS)
        assert isinstance(by_id, OneText)
        assert list(by_id.texts) == ["7", "9"]
        assert by_id.read("9") == 9
        assert "<|im_end|>" not in by_id.instruction(Prompts.shipped())


@pytest.mark.parametrize("ids", [list(range(1_000)), [3 * n for n in range(1_000)]])
def test_many_choices_are_a_json_number(ids: list[int]) -> None:
    form = form_of(Choices(ids), TOKENS)
    assert isinstance(form, ManyIds)
    assert isinstance(form.grammar, JsonOf)
    assert form.read(f'{{"action": {ids[-1]}}}') == ids[-1]
    with pytest.raises(Unreadable):
        form.read('{"action": 1000000}')


def test_a_speech_is_cut_to_its_room_and_read_as_nothing_else() -> None:
    form = form_of(FreeText(12, "a clue"), TOKENS)
    assert isinstance(form, Speech)
    assert form.grammar is None
    assert form.read("Final Answer: 3 [4]") == "Final Answer"


def test_a_small_tensor_is_a_list_of_numbers_within_its_bounds() -> None:
    form = form_of(Box((2, 2), -1.0, 1.0), TOKENS)
    read = form.read('["0.25", "-3", "1", "0"]')
    assert isinstance(read, np.ndarray)
    assert read.dtype == np.float32
    assert read.tolist() == [[0.25, -1.0], [1.0, 0.0]]
    for bad in ("[1, 2]", '["x", 1, 1, 1]', "[[1], [2, 3]]", "1"):
        with pytest.raises(Unreadable):
            form.read(bad)
    with pytest.raises(Unavailable, match="8x8 numbers"):
        form_of(Box((8, 8), 0, 1), TOKENS)


OPEN = {
    "type": "object",
    "properties": {
        "why": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 5_000}},
        "price": {"type": "number", "minimum": -2, "maximum": 40},
        "count": {"type": "integer"},
        "kind": {"enum": ["a", "b"]},
    },
    "required": ["why", "tags", "price", "count", "kind"],
}


def test_an_open_schema_becomes_finite_and_its_texts_come_last() -> None:
    narrow = bounded(OPEN, 256)
    inner = narrow["properties"]
    assert list(inner) == ["price", "count", "kind", "why", "tags"]
    assert inner["why"]["maxLength"] <= 256
    assert inner["tags"]["maxItems"] * inner["tags"]["items"]["maxLength"] <= 256
    assert {"minimum", "maximum"} <= inner["count"].keys()
    assert inner["price"] == {"type": "string", "pattern": r"^-?[0-9]{1,2}(\.[0-9]{1,4})?$"}


def test_numbers_in_quotes_are_numbers_again_and_within_bounds() -> None:
    said = {"price": "7.5", "why": "7.5", "count": 3, "tags": ["1"], "kind": "a"}
    assert restored(said, OPEN) == {**said, "price": 7.5}
    assert restored({"price": "99"}, OPEN) == {"price": 40}
    branches = {"oneOf": [{"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}]}
    assert restored({"n": "-1.25"}, branches) == {"n": -1.25}


@pytest.mark.parametrize("said", ['{"a": 1e999}', '{"a": "\\ud800"}', '{"a": NaN}', "[" * 100_000, '{"a":', "null"])
def test_json_that_cannot_be_sent_is_unreadable(said: str) -> None:
    with pytest.raises(Unreadable):
        JsonValue.of({"type": "object"}, TOKENS).read(said)


PRICE = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
OFFER = {
    "type": "object",
    "properties": {"act": {"const": "offer"}, "price": PRICE, "message": {"type": "string"}},
    "required": ["act", "price"],
}


def test_wherever_an_answer_broke_off_what_is_read_of_it_is_whole_or_it_is_asked_for_again() -> None:
    form = JsonValue.of({"oneOf": [OFFER]}, TOKENS)
    said = '{ "act" : "offer",\n\t "price" : {"n": 4} , "message": "a \\u00e9 and" }'
    offer = {"act": "offer", "price": {"n": 4}}
    read = []
    for end in range(len(said) + 1):
        with suppress(Unreadable):
            read.append(form.read(closed(said[:end])))
    assert read[0] == offer
    assert read[-1] == {**offer, "message": "a \u00e9 and"}
    assert all(isinstance(each, dict) and each.items() >= offer.items() for each in read)


def test_an_object_within_an_answer_is_not_the_answer() -> None:
    with pytest.raises(Unreadable):
        JsonValue.of({"oneOf": [OFFER]}, TOKENS).read('{"act": "offer", "price": {"n": 4}, "mess')


def test_every_form_of_decision_has_an_instruction() -> None:
    forms: list[Legal] = [Choices([1, 2]), Choices(range(900)), FreeText(9), Schema(OPEN), Box((3,), 0, 9, "int32")]
    for legal in forms:
        assert form_of(legal, TOKENS).instruction(Prompts.shipped())
