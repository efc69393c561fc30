"""Whatever may cross the wire comes out as it went in."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from arena.core.agent import Provenance
from arena.core.errors import GameFault, MalformedAction, ProtocolViolation
from arena.core.game import ClockSpec, Event, FieldSpec, GameOffer, GameSpec
from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.match import GameRef
from arena.core.options import Option
from arena.core.values import MAX_MEDIA_BYTES, MEDIA_TYPES, Media
from arena.v1 import play_pb2 as pb
from arena.wire.actions import decode_action, encode_action
from arena.wire.codec import CODEC
from arena.wire.games import listing_message, read_listing, read_spec, spec_message
from arena.wire.limits import MAX_MEDIA, MAX_SERVER_BATCH_BYTES, Limits
from arena.wire.prompts import decode_prompt, decode_view
from arena.wire.provenance import decode_provenance, encode_provenance
from arena.wire.tensors import DTYPES

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | INT64 | FINITE | TEXT
KEYS = TEXT.filter(lambda key: key != "$tensor")
"""As actions and views may have them within."""
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
STRUCTURES = st.lists(JSON, max_size=4) | st.dictionaries(KEYS, JSON, max_size=4)


@st.composite
def tensors(draw: st.DrawFn) -> np.ndarray:
    dtype = np.dtype(draw(st.sampled_from(sorted(DTYPES))))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
    elements = {"allow_nan": False, "allow_infinity": False} if dtype.kind == "f" else {}
    return draw(hnp.arrays(dtype, shape, elements=elements))


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and bool((one == other).all())
    return type(one) is type(other) and one == other


@given(INT64 | TEXT | STRUCTURES | tensors())
def test_action(action: object) -> None:
    assert same(decode_action(encode_action(action)), action)


MEDIA = st.builds(Media, st.sampled_from(sorted(MEDIA_TYPES)), st.binary(min_size=1, max_size=40))


@given(
    st.dictionaries(TEXT, SCALARS | STRUCTURES | tensors() | MEDIA, max_size=5), st.integers(0, 2**40), st.booleans()
)
def test_fields(fields: dict[str, object], step: int, from_start: bool) -> None:
    data = CODEC.encode_prompt(step, fields, (), Choices([1]), labels=False, from_start=from_start)
    observation, _, started = decode_prompt(data)
    assert (observation.step, started, list(observation.fields)) == (step, from_start, list(fields))
    assert all(same(observation.fields[name], fields[name]) for name in fields)
    assert decode_view(CODEC.encode_view(step, fields, ())).step == step


EVENTS = st.builds(
    Event,
    st.integers(0, 2**40),
    TEXT,
    st.dictionaries(KEYS, JSON, max_size=3),
    st.none() | st.integers(0, 99),
)


@given(st.lists(EVENTS, max_size=4))
def test_events(events: list[Event]) -> None:
    data = CODEC.encode_prompt(0, {}, events, FreeText(9), labels=False, from_start=True)
    assert list(decode_prompt(data)[0].events) == events


LEGALS = (
    st.builds(FreeText, st.integers(0, 2**32 - 1), TEXT, st.booleans())
    | st.builds(Schema, st.dictionaries(KEYS, JSON, max_size=3), st.booleans())
    | st.builds(
        Box,
        st.lists(st.integers(0, 99), max_size=4).map(tuple),
        FINITE,
        FINITE,
        st.sampled_from(["float32", "float64", "int32"]),
        st.booleans(),
    )
    | st.lists(FINITE, min_size=1, max_size=4).map(lambda idle: Box((len(idle),), -1.0, 1.0, idle=tuple(idle)))
)


@given(LEGALS)
def test_legal(legal: Legal) -> None:
    assert decode_prompt(CODEC.encode_prompt(0, {}, (), legal, labels=True, from_start=False))[1] == legal


@given(st.lists(INT64, unique=True, max_size=12), st.booleans())
def test_choices_keep_ids_and_their_labels(ids: list[int], question: bool) -> None:
    legal = Choices(ids, lambda action: f"#{action}", question)
    read = decode_prompt(CODEC.encode_prompt(0, {}, (), legal, labels=True, from_start=False))[1]
    assert isinstance(read, Choices)
    assert (read.ids, read.labels, read.question) == (ids, legal.labels, question)


def test_labels_are_not_made_unless_wanted() -> None:
    def label(action: int) -> str:
        raise AssertionError("a label was asked for")

    data = CODEC.encode_prompt(0, {}, (), Choices([1, 2], label), labels=False, from_start=False)
    read = decode_prompt(data)[1]
    assert isinstance(read, Choices)
    assert read.labels == ["1", "2"]


def test_provenance() -> None:
    given_ = Provenance(
        policy_version="step-12",
        prompt_token_ids=[1, 2**32 - 1],
        completion_token_ids=[5, 6],
        logprobs=np.array([-0.5, -2.0], dtype=np.float32),
        reasoning="because",
        cost=0.25,
        think_seconds=1.5,
        mask='{"choice": ["a", "b"]}',
        prompt_tokens=2**32 - 1,
        completion_tokens=7,
    )
    read = decode_provenance(encode_provenance(given_))
    assert np.array_equal(read.logprobs, given_.logprobs)
    read.logprobs = given_.logprobs = ()
    assert read == given_


@pytest.mark.parametrize(
    "provenance",
    [
        Provenance(completion_token_ids=[1], logprobs=[-1.0, -2.0]),
        Provenance(completion_token_ids=[1], logprobs=[math.nan]),
        Provenance(prompt_token_ids=[-1]),
        Provenance(prompt_token_ids=[2**32]),
        Provenance(cost=math.inf),
        Provenance(prompt_tokens=2**32),
        Provenance(completion_tokens=-1),
        Provenance(mask="\ud800"),
        Provenance(reasoning="\ud800"),
    ],
)
def test_provenance_that_makes_no_sense_is_not_sent(provenance: Provenance) -> None:
    with pytest.raises(MalformedAction, match="the provenance"):
        encode_provenance(provenance)


def test_numpy_numbers_and_narrow_arrays_are_widened() -> None:
    assert decode_action(encode_action(np.int64(3))) == 3
    for narrow, wide in [
        ("float16", "float32"),
        ("int8", "int32"),
        ("uint16", "int32"),
        ("uint32", "int64"),
        (">f8", "float64"),
    ]:
        read = decode_action(encode_action(np.array([1, 2], dtype=narrow)))
        assert isinstance(read, np.ndarray)
        assert (read.dtype.name, read.tolist()) == (wide, [1, 2])


@pytest.mark.parametrize(
    "action",
    [
        *(True, None, 1.5, 2**63, np.uint64(2**63), "\ud800", {"a": math.nan}, [math.inf], {"a": object}),
        *(np.array([math.nan]), np.zeros((1,) * 9), np.array(["a"]), np.array([1j])),
        *(Media("image/png", b"x"), {"picture": Media("image/png", b"x")}),
    ],
    ids=repr,
)
def test_action_that_has_no_form_is_refused_before_it_is_sent(action: object) -> None:
    with pytest.raises(MalformedAction, match=r"^the action "):
        encode_action(action)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "legal"),
    [
        ({"text": "\ud800"}, Choices([1])),
        ({"view": {"a": math.nan}}, Choices([1])),
        ({"view": object}, Choices([1])),
        ({"tensor": np.array([math.inf])}, Choices([1])),
        ({"view": [Media("image/png", b"x")]}, Choices([1])),
        ({f"picture {n}": Media("image/png", b"x") for n in range(MAX_MEDIA + 1)}, Choices([1])),
        ({}, Choices(["a"])),
        ({}, Choices([2**64])),
        ({}, FreeText(-1)),
        ({}, Schema({"a": object})),
    ],
    ids=repr,
)
def test_view_that_a_game_cannot_mean_is_the_games_fault(fields: dict[str, object], legal: Legal) -> None:
    with pytest.raises(GameFault, match="cannot be encoded"):
        CODEC.encode_prompt(0, fields, (), legal, labels=False, from_start=False)


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/html", "", "IMAGE/PNG"])
def test_media_of_a_type_that_is_not_allowed_are_neither_made_nor_read(mime: str) -> None:
    with pytest.raises(GameFault, match="image/png"):
        Media(mime, b"x")
    hostile = pb.Prompt(fields=[pb.Field(name="picture", media={"mime": mime, "data": b"x"})])
    with pytest.raises(ProtocolViolation, match="no media"):
        decode_prompt(hostile.SerializeToString())


@pytest.mark.parametrize("size", [0, MAX_MEDIA_BYTES + 1])
def test_media_out_of_bounds_are_neither_made_nor_read(size: int) -> None:
    with pytest.raises(GameFault, match=str(MAX_MEDIA_BYTES)):
        Media("image/png", bytes(size))
    hostile = pb.Prompt(fields=[pb.Field(name="picture", media={"mime": "image/png", "data": bytes(size)})])
    with pytest.raises(ProtocolViolation, match="no media"):
        decode_prompt(hostile.SerializeToString())


def test_a_view_with_too_many_media_is_not_read() -> None:
    field = pb.Field(name="picture", media={"mime": "image/png", "data": b"x"})
    legal = pb.Legal(choices={"ids": [1]})
    data = pb.Prompt(fields=[field] * MAX_MEDIA, legal=legal).SerializeToString()
    assert len(decode_prompt(data)[0].fields) == 1
    with pytest.raises(ProtocolViolation, match=f"at most {MAX_MEDIA}"):
        decode_prompt(pb.Prompt(fields=[field] * (MAX_MEDIA + 1), legal=legal).SerializeToString())


def test_the_largest_view_of_media_fits_into_one_batch() -> None:
    assert MAX_MEDIA * MAX_MEDIA_BYTES < MAX_SERVER_BATCH_BYTES


def test_media_say_in_a_few_words_what_they_are() -> None:
    assert str(Media("image/png", bytes(12_345))) == "[image/png, 12 kB]"
    assert str(Media("audio/wav", bytes(7))) == "[audio/wav, 7 bytes]"


def test_game_spec() -> None:
    spec = GameSpec(
        id="toy/game",
        version="1.2.3",
        seats=4,
        summary="a toy",
        brief="rules",
        fields=(
            FieldSpec(name="tensor", kind="tensor", help="board", shape=(3, 3), dtype="float32"),
            FieldSpec(name="picture", kind="media", help="the same to look at"),
        ),
        teams=("a", "b"),
        roles=("wolf",),
        dynamics="mixed",
        perfect_information=True,
        scored=True,
        score_low=-1.5,
        score_high=2.5,
        clock=ClockSpec(decision=1, bank=2, match=3, cap=4, first_cap=5),
        forfeit="plays default",
        max_refusals=7,
        max_decisions=99,
        set_deals=3,
    )
    ref = GameRef(id="toy/game", version="1.2.3", config={"n": 3}, rated_id="toy/game?n=3")
    assert read_spec(spec_message(spec, ref)) == (spec, ref)


def test_listing_with_its_options() -> None:
    options = (
        Option(name="n", default=3, help="how many", kind="int", low=1, high=9),
        Option(name="mode", default="a", help="which", choices=("a", "b"), rules=False),
    )
    reason = "needs the toy engine"
    offer = GameOffer(id="toy/game", version="1", min_seats=2, max_seats=4, options=options, reason=reason)
    assert read_listing(listing_message(offer)) == offer
    assert not offer.available


def test_limits() -> None:
    limits = Limits(
        max_frame_bytes=5, max_batch=6, max_unacked_frames=7, resume_window=1.5, heartbeat=0.25, max_seats=8
    )
    assert Limits.read(limits.message()) == limits
    assert Limits.read(type(limits.message())()) == Limits()
