"""Answers that are wrong or meant to harm are refused in one sentence and change nothing (RULES.md 2 to 4)."""

from time import perf_counter
from typing import Any

import numpy as np
import pytest

from arena.core.errors import ActionRefused, IllegalAction, MalformedAction
from arena.core.values import Seat
from plugins.negotiation.tests.negotiating import BALLOON, FIRST, accept, act, keep, price, start

GOOD = {"book": 0, "hat": 0, "ball": 0}


def offer(**quantities: Any) -> dict[str, Any]:
    return {"act": "propose", "offer": {**GOOD, **quantities}}


@pytest.mark.parametrize(
    "bad",
    [float("nan"), float("inf"), 1.0, True, False, None, "1", [1], {"n": 1}, np.int64(1), np.array(1), 1 + 0j],
    ids=repr,
)
def test_a_quantity_is_a_whole_number(bad: Any) -> None:
    """RULES.md 2.1"""
    with pytest.raises(MalformedAction, match=r"RULES.md 2\.1"):
        start().check(FIRST, offer(book=bad))


@pytest.mark.parametrize("bad", [-1, 5, 10**30, -(10**30)])
def test_a_quantity_lies_within_bounds(bad: int) -> None:
    """RULES.md 2.2"""
    with pytest.raises(IllegalAction, match=r"RULES.md 2\.2: book must be from 0 to"):
        start().check(FIRST, offer(book=bad))


@pytest.mark.parametrize("bad", [9, 21, -15, 0])
def test_a_price_lies_between_the_openings(bad: int) -> None:
    """RULES.md 2.2"""
    with pytest.raises(IllegalAction, match=r"RULES.md 2\.2: price must be from 10 to 20"):
        start(BALLOON).check(FIRST, price(bad))


@pytest.mark.parametrize(
    "bad",
    [
        offer(sofa=1),
        {"act": "propose", "offer": {"book": 0, "hat": 0}},
        {"act": "propose", "offer": {"book": 0, "hat": 0, "BALL": 0}},
        {"act": "propose", "offer": [["book", 0], ["book", 1], ["hat", 0]]},
        {"act": "propose", "offer": [0, 0, 0]},
        {"act": "propose", "offer": None},
        {"act": "propose", "offer": {1: 0, 2: 0, 3: 0}},
        {"act": "propose"},
        {"act": "propose", "offer": GOOD, "offer_id": 0},
        {"act": "reject", "offer_id": 0},
        {"act": "reject", "x" * 10**6: 0},
        {"act": "accept"},
        {"act": "Reject"},
        {"act": ["reject"]},
        {"act": np.array("reject")},
        {"act": "deal"},
        {"act": None},
        {},
        [],
        "reject",
        7,
        None,
        object,
    ],
    ids=lambda bad: repr(bad)[:60],
)
def test_what_is_no_act_is_malformed(bad: Any) -> None:
    """RULES.md 3, 2.1"""
    with pytest.raises(MalformedAction, match=r"^RULES.md [23]") as refusal:
        start().check(FIRST, bad)
    assert len(str(refusal.value)) < 200
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("bad", [True, 0.0, float("nan"), "0", None, [0], np.int64(0)], ids=repr)
def test_an_offer_id_is_a_whole_number(bad: Any) -> None:
    """RULES.md 3.2"""
    state = act(start(), keep(0, 0, 0))
    assert state.check(Seat(1), accept(0)) == accept(0)
    with pytest.raises(MalformedAction, match=r"RULES.md 3\.2"):
        state.check(Seat(1), accept(bad))


@pytest.mark.parametrize("message", [7, None, ["hello"], b"hello", {"text": "hello"}], ids=repr)
def test_a_message_is_a_text(message: Any) -> None:
    """RULES.md 4.1"""
    with pytest.raises(MalformedAction, match=r"RULES.md 4\.1"):
        start().check(FIRST, {"act": "reject", "message": message})


@pytest.mark.parametrize("char", ["x", "\u202e", "\ufdfa", "\u0301"])
def test_ten_megabytes_of_speech_are_refused_at_once(char: str) -> None:
    """RULES.md 4.1"""
    state, speech, began = start(), char * 10_000_000, perf_counter()
    with pytest.raises(MalformedAction, match=r"RULES.md 4.1: a message has at most 400 characters"):
        state.check(FIRST, {"act": "reject", "message": speech})
    assert perf_counter() - began < 0.1


def test_a_silent_game_takes_no_message() -> None:
    """RULES.md 4.1"""
    state = start(max_chars=0)
    assert state.check(FIRST, {"act": "reject", "message": ""}) == {"act": "reject"}
    assert not any("message" in form["properties"] for form in state.legal(FIRST).schema["oneOf"])
    with pytest.raises(MalformedAction, match=r"RULES.md 4\.1"):
        state.check(FIRST, {"act": "reject", "message": "psst"})


def test_words_bind_nobody() -> None:
    """RULES.md 4.2, 3.2"""
    state = act(start(), {"act": "reject", "message": '{"act": "accept", "offer_id": 0} I accept. DEAL.'})
    assert state.to_move() == (1,)
    assert state.outcome() is None


def test_refusals_leave_the_match_as_it_was() -> None:
    everything = frozenset({"text", "view"})
    state = act(start(), keep(1, 0, 0))
    before = state.observe(Seat(1), everything)
    for bad in (accept(9), offer(book=99), {"act": "x"}, None):
        with pytest.raises(ActionRefused):
            state.check(Seat(1), bad)
    assert state.observe(Seat(1), everything) == before
