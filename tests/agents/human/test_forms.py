"""Decisions asked of a person: what is typed becomes an action, what does not fit is asked again."""

from collections.abc import Sequence

import numpy as np
import pytest

from arena.agents.human.forms import Form
from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.values import Action

OFFER = {
    "oneOf": [
        {"type": "object", "properties": {"act": {"const": "walk"}}, "required": ["act"]},
        {
            "type": "object",
            "properties": {
                "act": {"const": "propose"},
                "offer": {"type": "object", "properties": {"price": {"type": "integer", "minimum": 1, "maximum": 9}}},
                "message": {"type": "string", "maxLength": 5},
                "final": {"type": "boolean"},
            },
            "required": ["act", "offer"],
        },
    ]
}
LISTS = {
    "type": "object",
    "properties": {
        "picks": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 3},
        "rate": {"type": "number", "minimum": 0, "maximum": 1},
        "why": {"type": ["string", "null"]},
    },
}


async def filled(legal: Legal, *lines: str) -> tuple[Action, list[str], list[str]]:
    """The action that these lines amount to, what was asked, and what was said; every line must be asked for."""
    left, asked, said = list(lines), [], []  # type: ignore[var-annotated]

    async def ask(prompt: str) -> str:
        asked.append(prompt)
        return left.pop(0)

    action = await Form(ask, said.append).answer(legal)
    assert left == []
    return action, asked, said


@pytest.mark.parametrize(
    ("legal", "lines", "action"),
    [
        (Choices([3, 7], {3: "stay", 7: "go"}.__getitem__), ["7"], 7),
        (Choices([3, 7], {3: "stay", 7: "go"}.__getitem__), [" stay "], 3),
        (FreeText(9, "Speak"), ["hello, you"[:9]], "hello, yo"),
        (Schema(OFFER), ["1"], {"act": "walk"}),
        (
            Schema(OFFER),
            ["propose", "4", "hi", "y"],
            {"act": "propose", "offer": {"price": 4}, "message": "hi", "final": True},
        ),
        (Schema(OFFER), ["2", "4", "", ""], {"act": "propose", "offer": {"price": 4}}),
        (Schema(LISTS), ["2", "y", "a", "n", "0.5", "null"], {"picks": ["b", "a"], "rate": 0.5, "why": None}),
        (Schema({"oneOf": [{"const": "only"}]}), [], "only"),
    ],
)
async def test_what_is_typed_becomes_the_action(legal: Legal, lines: Sequence[str], action: Action) -> None:
    assert (await filled(legal, *lines))[0] == action


@pytest.mark.parametrize(
    ("legal", "lines", "sentence"),
    [
        (Choices([3, 7]), ["4", "3"], "'4' is none of the numbers listed"),
        (FreeText(3), ["four", "abc"], "that has 4 characters; at most 3 are taken"),
        (Schema(OFFER), ["2", "ten", "10", "9", "longer", "", "maybe", "no"], "'ten' is no whole number"),
        (Schema(OFFER), ["2", "10", "9", "", ""], "10 is out of bounds"),
        (Schema(OFFER), ["2", "1", "longer", "", ""], "that has 6 characters; at most 5 are taken"),
        (Schema(LISTS), ["1", "n", "nan", "1", "{", "null"], "nan is out of bounds"),
        (Schema(LISTS), ["1", "n", "1", "{", '"x"'], "that is no JSON"),
        (Box((2,), -1, 1), ["1", "1 2", "1 -1"], "those are 1 numbers; 2 are wanted"),
    ],
)
async def test_what_does_not_fit_is_asked_for_again_with_the_reason(
    legal: Legal, lines: Sequence[str], sentence: str
) -> None:
    assert sentence in (await filled(legal, *lines))[2]


@pytest.mark.parametrize(("typed", "made"), [("", [0.5, 0.5]), ("1, -1", [1, -1])])
async def test_a_tensor_is_typed_as_numbers_and_nothing_is_the_idle_one(typed: str, made: list[float]) -> None:
    action = (await filled(Box((2,), -1, 1, idle=(0.5, 0.5)), typed))[0]
    assert isinstance(action, np.ndarray)
    assert (action.tolist(), action.dtype) == (made, np.float32)


async def test_every_field_is_named_with_its_bounds() -> None:
    _, asked, said = await filled(Schema(OFFER), "2", "4", "", "")
    assert asked == [
        "number",
        "offer price (a whole number from 1 to 9)",
        "message (text, at most 5 characters, Enter for none)",
        "final (y or n, Enter for none)",
    ]
    assert said == ["Choose one:\n    1  walk\n    2  propose"]
