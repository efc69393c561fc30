"""The bytes of an entry: canonical, complete, and with the digests that anybody can compute."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.agent import Provenance
from arena.core.canonical import canonical, canonical_text, digest, parse
from arena.core.game import ClockSpec
from arena.core.match import Move, RecordedMoves
from arena.core.values import Seat
from arena.ledger.record import decode, encode, payload
from tests.ledger.samples import result, results, set_plan

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(PLAIN | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8)


@given(JSON)
def test_text_put_together_quickly_is_the_canonical_one(value: Any) -> None:
    assert canonical_text(value).encode() == canonical(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_no_text_stands_for_what_is_not_finite(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_text(value)


@given(st.lists(JSON, max_size=4), st.dictionaries(TEXT, PLAIN, max_size=2), TEXT)
def test_play_digest_is_of_one_canonical_object(actions: list[Any], metrics: dict[str, Any], role: str) -> None:
    played = result(set_plan(1))
    played.moves = [Move(step, Seat(0), action) for step, action in enumerate(actions)]
    played.seats[0].metrics, played.seats[1].role = metrics, role
    plan = played.plan
    whole = {
        "game": plan.game.id,
        "version": plan.game.version,
        "config": plan.game.config,
        "seed": plan.seed.hex(),
        "entries": [None, None],
        "moves": actions and [[step, 0, action, None] for step, action in enumerate(actions)],
        "outcome": [[s.rank, s.score, s.role, s.team, s.cause, s.metrics] for s in played.seats],
        "void": "",
    }
    assert played.play_digest() == digest(whole)
    moves = played.moves
    played.moves = RecordedMoves(canonical(moves), len(moves))
    assert played.play_digest() == digest(whole)
    assert played.moves == moves


def test_an_entry_is_canonical_and_survives_decoding() -> None:
    plan = set_plan()
    batch = encode(plan, results(plan))
    data = payload(batch, batch.records)
    assert canonical(parse(data)) == data
    again = decode(data)
    assert payload(again, again.records) == data
    assert [record.record_digest for record in again.records] == [r.record_digest for r in batch.records]


def test_record_digest_covers_times_and_provenance_and_play_digest_does_not() -> None:
    plan = set_plan()
    plain, late, made = (result(plan) for _ in range(3))
    late.ended_ms += 1
    made.provenance = {0: Provenance(cost=1.0)}
    one, two, three = encode(plan, [plain, late, made]).records
    assert one.play_digest == two.play_digest == three.play_digest
    assert len({one.record_digest, two.record_digest, three.record_digest}) == 3


@given(st.lists(JSON, max_size=4))
def test_any_action_survives_with_the_same_digest(actions: list[Any]) -> None:
    plan = set_plan(1)
    played = result(plan)
    played.moves = [Move(step, Seat(0), action) for step, action in enumerate(actions)]
    batch = encode(plan, [played])
    data = payload(batch, batch.records)
    (record,) = decode(data).records
    assert canonical(parse(data)) == data
    assert record.result.play_digest() == record.play_digest == played.play_digest()
    assert record.result == played


def test_a_tensor_action_survives() -> None:
    plan = set_plan(1)
    played = result(plan)
    played.moves = [Move(0, Seat(0), np.array([0.5, -1.0], dtype=np.float32))]
    batch = encode(plan, [played])
    (record,) = decode(payload(batch, batch.records)).records
    np.testing.assert_array_equal(record.result.moves[0].action, played.moves[0].action)
    assert record.result.play_digest() == played.play_digest()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format":2}', b"\xff"])
def test_other_bytes_are_no_entry(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        decode(data)


def test_limits_of_one_decision_stand_in_a_record_only_where_a_game_has_them() -> None:
    plan = set_plan()
    plain, capped = results(plan), results(plan)
    for played in capped:
        played.plan = replace(played.plan, clock=ClockSpec(decision=0.0, bank=420.0, cap=45.0, first_cap=90.0))
    for played, held in ((plain, b"[30.0,60.0,3600.0]"), (capped, b"[0.0,420.0,3600.0,45.0,90.0]")):
        batch = encode(plan, played)
        data = payload(batch, batch.records)
        assert b'"clock":' + held in data
        assert [record.result.plan.clock for record in decode(data).records] == [one.plan.clock for one in played]
