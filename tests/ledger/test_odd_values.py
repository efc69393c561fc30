"""What no ledger can keep is refused as such, and what is merely odd is kept: neither spoils another result."""

import json
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine

from arena.core.agent import Provenance
from arena.core.canonical import canonical, parse
from arena.core.errors import LedgerFault, Unrecordable
from arena.core.match import MatchResult, Move, PartyRef
from arena.core.values import AgentName, Seat
from arena.ledger import Ledger, SetState
from arena.ledger.engine import begin
from arena.wire.json_values import read_json
from arena.wire.unfit import Unfit
from tests.ledger.samples import BOB, result, set_plan

FORM = json.loads(canonical(np.array([1.5], dtype=np.float32)))["$tensor"]
LOOKS_LIKE_A_TENSOR: list[Any] = [
    {"$tensor": "x"},
    {"$tensor": FORM},
    {"$$tensor": FORM},
    {"$tensor": {"$tensor": FORM}},
    {"a": [{"$tensor": FORM}, {"$$$tensor": FORM, "b": 1}]},
    {"$tensor": [FORM[0], [True], FORM[2]]},
    {"$tensor": ["object", [1], FORM[2]]},
    {"$tensor": ["float32", [-1], FORM[2]]},
    {"$tensor": ["float32", [0, 10**40], ""]},
    {"$tensor": ["bool", [1], "Ag=="]},
]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def acting(action: Any) -> MatchResult:
    odd = result(set_plan(1))
    odd.moves = [Move(0, Seat(0), action)]
    return odd


def append(ledger: Ledger, odd: MatchResult) -> SetState:
    plan = set_plan(1, odd.plan.parties, set_id=odd.plan.set_id)
    return ledger.append(plan, [odd]).result(30).state


@pytest.mark.parametrize("value", LOOKS_LIKE_A_TENSOR, ids=str)
def test_what_looks_like_a_tensor_comes_back_as_itself(value: Any) -> None:
    written = canonical(value)
    assert parse(written) == value
    assert canonical(parse(written)) == written


@pytest.mark.parametrize("value", LOOKS_LIKE_A_TENSOR, ids=str)
def test_what_an_older_arena_wrote_unescaped_keeps_its_bytes(value: Any) -> None:
    written = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    assert canonical(parse(written)) == written


@pytest.mark.parametrize("value", LOOKS_LIKE_A_TENSOR, ids=str)
def test_an_entry_that_looks_like_a_tensor_leaves_the_ledger_readable(ledger: Ledger, value: Any) -> None:
    plan = set_plan(1, (PartyRef(agent=AgentName("eve"), entry=value), BOB))
    played = result(plan)
    ledger.append(plan, [played]).result(30)
    assert ledger.result(played.plan.match_id) == played
    assert ledger.verify(MatchResult.play_digest).ok


def test_no_agent_can_send_the_mark_of_a_tensor() -> None:
    with pytest.raises(Unfit, match=r"has the key \$tensor"):
        read_json(b'{"a":[{"$tensor":1}]}')


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float64"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 2)])
def test_a_tensor_comes_back_with_its_dtype_and_shape(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.ones(shape, dtype=dtype)
    again = parse(canonical([array]))[0]
    assert (again.dtype, again.shape, again.tolist()) == (array.dtype, array.shape, array.tolist())


@pytest.mark.parametrize("array", [np.array(["x"]), np.array([1j]), np.array([None])])
def test_a_tensor_of_no_numbers_is_refused(array: Any) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical(array)


def odd_results() -> dict[str, MatchResult]:
    found = {name: result(set_plan(1)) for name in ("no number", "no rank", "large", "negative token", "token")}
    found["no number"].seats[0].score = float("nan")
    found["no rank"].seats[0].rank = 2**70
    found["large"].started_ms = 2**70
    found["negative token"].provenance = {0: Provenance(prompt_token_ids=[-1])}
    found["token"].provenance = {0: Provenance(completion_token_ids=["x"])}  # type: ignore[list-item]
    found["deep"], found["a little too deep"] = acting(nested(5000)), acting(nested(256))
    found["surrogate"] = acting("\ud800")
    return found


@pytest.mark.parametrize("name", odd_results())
def test_what_no_ledger_can_keep_is_unrecordable_and_the_writer_goes_on(ledger: Ledger, name: str) -> None:
    with pytest.raises(Unrecordable, match="cannot be recorded: "):
        append(ledger, odd_results()[name])
    assert append(ledger, result(set_plan(1))) is SetState.FINISHED
    found = ledger.verify()
    assert (found.chain_ok, found.results) == (True, 1)


def test_an_agents_name_with_half_a_surrogate_pair_is_unrecordable(ledger: Ledger) -> None:
    plan = set_plan(1, (PartyRef(agent=AgentName("\ud800")), BOB))
    with pytest.raises(Unrecordable):
        ledger.append(plan, [result(plan)]).result(30)
    assert append(ledger, result(set_plan(1))) is SetState.FINISHED


def test_a_match_of_another_set_by_the_same_id_is_unrecordable(ledger: Ledger) -> None:
    plans = set_plan(1), set_plan(1)
    first, second = (result(plan, match_id="same") for plan in plans)
    assert append(ledger, first) is SetState.FINISHED
    with pytest.raises(Unrecordable):
        append(ledger, second)
    assert ledger.verify().results == 1


def test_a_result_that_cannot_be_recorded_spoils_no_other(ledger: Ledger, engine: Engine) -> None:
    good, bad = set_plan(1), set_plan(1)
    broken = result(bad)
    broken.seats[0].score = float("nan")
    huge = set_plan(1)
    too_big = result(huge)
    too_big.started_ms = 2**70
    with engine.connect() as blocker:  # so that all three are one group
        begin(blocker)
        futures = [ledger.append(p, [r]) for p, r in ((bad, broken), (huge, too_big), (good, result(good)))]
    with pytest.raises(Unrecordable, match=f"set {bad.set_id} cannot be recorded"):
        futures[0].result(30)
    with pytest.raises(Unrecordable, match=f"set {huge.set_id} cannot be recorded"):
        futures[1].result(30)
    assert futures[2].result(30).state is SetState.FINISHED
    found = ledger.verify()
    assert (found.chain_ok, found.results) == (True, 1)


def test_text_with_nul_is_recorded(ledger: Ledger) -> None:
    plan = set_plan(1)
    odd = result(plan)
    odd.seats[0].role = "a\0b"
    append(ledger, odd)
    assert ledger.result(odd.plan.match_id) == odd
    assert ledger.verify().chain_ok


def test_a_result_of_another_set_or_game_is_refused(ledger: Ledger) -> None:
    plan, other = set_plan(), set_plan()
    with pytest.raises(LedgerFault, match="belongs to another set"):
        ledger.append(plan, [result(other)]).result(30)
    with pytest.raises(LedgerFault, match="has ordinal 2 in a set of 2"):
        ledger.append(plan, [result(plan, 2)]).result(30)
