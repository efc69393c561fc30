"""The conventions by which models that nothing constrains say what they play."""

import pytest

from arena.agents.language.answers import form_of
from arena.agents.language.reading import Said, Unreadable, closed, parted, read_json
from arena.core.legal import Choices, Schema

LEGAL = Choices([3, 5, 8], {3: "hit", 5: "stand", 8: "x(0,1)"}.__getitem__)
FORM = form_of(LEGAL, 64)


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("stand", 5),
        ("  Stand. ", 5),
        ("**hit**", 3),
        ("5", 5),
        (r"They bluff, so \boxed{stand}", 5),
        (r"First \boxed{hit}, but no: \boxed{\text{stand}}", 5),
        ("I could [hit] but I choose [stand]", 5),
        ("I take the corner [x(0,1)]", 8),
        ("Thinking...\nFinal Answer: hit", 3),
        ("the final answer is 8", 8),
        ('Let me see {"a": 1}. {"action": "stand"}', 5),
        ('```json\n{"move": 3}\n```', 3),
    ],
)
def test_an_answer_is_read_by_convention(said: str, action: int) -> None:
    assert FORM.read(said) == action


@pytest.mark.parametrize("said", ["", "maybe", "hit or stand", "[7]", r"\boxed{", '{"action": 4}', "9" * 5_000, "٣"])
def test_what_says_no_action_is_unreadable(said: str) -> None:
    with pytest.raises(Unreadable, match="none of the 3 actions"):
        FORM.read(said)


def test_a_control_character_in_a_text_makes_json_no_less_readable() -> None:
    assert read_json('{"act":"walk","message":"bye\x1f\tnow"}') == {"act": "walk", "message": "bye  now"}


def test_the_last_json_object_is_the_answer_to_a_schema() -> None:
    form = form_of(Schema({"type": "object"}), 64)
    assert form.read('I thought {"act": "walk"}, but: {"act": "propose", "offer": {"price": 4}} it is') == {
        "act": "propose",
        "offer": {"price": 4},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<think>plan</think>answer", Said("plan", "answer")),
        (
            "plan, as the template had opened it</think>\n\nanswer",
            Said("plan, as the template had opened it", "answer"),
        ),
        ("answer<think>and a plan without end", Said("and a plan without end", "answer")),
        ("<think>a</think>b<think>c</think>d", Said("a\nb\nc".replace("\n", ""), "d")),
        ("no thoughts", Said("", "no thoughts")),
    ],
)
def test_thoughts_are_parted_from_the_answer(text: str, said: Said) -> None:
    assert parted(text) == said


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ('{"a": "wor', '{"a":"wor"}'),
        ('{"a": "wor\\', '{"a":"wor"}'),
        ('{"a": "wor\\u00', '{"a":"wor"}'),
        ('{"a": [1, {"b": "c"}, ', '{"a":[1,{"b":"c"}]}'),
        ('{"a": {"b": 1}, "c', '{"a":{"b":1}}'),
        ('{"a": {"b": 1}, "c": ', '{"a":{"b":1}}'),
        ('{"a": 1, "c": tr', '{"a":1}'),
        ('{"a": "two\nlin', '{"a":"two lin"}'),
        ("words", "words"),
    ],
)
def test_cut_json_is_closed_where_that_makes_json(cut: str, whole: str) -> None:
    assert closed(cut) == whole
