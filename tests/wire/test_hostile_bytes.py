"""Bytes that nobody honest would send: refused in one clean sentence, whatever they are."""

import math
import random
import re
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.agent import MAX_PROVENANCE_BYTES, Provenance
from arena.core.errors import (
    ArenaError,
    BadEntry,
    BadOption,
    BadRequest,
    BadSeats,
    MalformedAction,
    ProtocolViolation,
    TooLarge,
    UnknownGame,
)
from arena.v1 import play_pb2 as pb
from arena.wire.actions import decode_action
from arena.wire.entrance import check_hello, read_join
from arena.wire.frames import client_frames, join_frames, server_frames
from arena.wire.limits import MAX_ACTION_BYTES, MAX_JSON_DEPTH, Limits
from arena.wire.prompts import decode_prompt
from arena.wire.provenance import decode_provenance, encode_provenance
from tests.wire.mangling import mangled

LIMITS = Limits()
MUTATIONS = 20_000
PYTHON_NAMES = re.compile(
    r"\w(Error|Exception)\b|Traceback|<class|object at 0x|\.py\b"
    r"|\b(numpy|ndarray|dict|tuple|bytes-like|NoneType|pb2)\b"
)


def json_action(text: str | bytes) -> bytes:
    return pb.Action(json=text if isinstance(text, bytes) else text.encode()).SerializeToString()


def tensor(dtype: int, shape: list[int], data: bytes) -> bytes:
    message = pb.Action()
    message.tensor.dtype = dtype  # type: ignore[assignment]
    message.tensor.shape.extend(shape)
    message.tensor.data = data
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"\xff\xff", "no arena.v1.Action"),
        (b"\x12\x02\xff\xfe", "no arena.v1.Action"),  # a text that is not UTF-8
        (pb.Action(text="x" * MAX_ACTION_BYTES).SerializeToString(), "bytes; at most"),
        (json_action("{"), "is not valid JSON"),
        (json_action(b'"\xff"'), "is not valid JSON"),
        (json_action("[" * 100_000), "is not valid JSON"),
        (json_action("[" * (MAX_JSON_DEPTH + 1) + "]" * (MAX_JSON_DEPTH + 1)), "nests deeper than 32"),
        (json_action('{"a":' * (MAX_JSON_DEPTH + 1) + "1" + "}" * (MAX_JSON_DEPTH + 1)), "nests deeper than 32"),
        (json_action("[NaN]"), "holds NaN"),
        (json_action("[-Infinity]"), "holds -Infinity"),
        (json_action("[1e999]"), "too large to be finite"),
        (json_action(f"[{2**63}]"), "beyond 64 bits"),
        (json_action("[" + "9" * 5000 + "]"), "beyond 64 bits"),
        (json_action('{"a":1,"a":2}'), "repeats a key"),
        (json_action('["\\ud800"]'), "half of a surrogate pair"),
        (json_action("null"), "is null"),
        (json_action("1.5"), "a fraction"),
        (tensor(5, [2], b"1234"), "not the product of its shape"),
        (tensor(5, [2**32 - 1] * 8, b"1234"), "not the product of its shape"),
        (tensor(5, [0, 2**32 - 1, 2**32 - 1], b""), "not the product of its shape"),
        (tensor(5, [1] * 9, b"1234"), "9 dimensions"),
        (tensor(0, [1], b"1234"), "has a dtype"),
        (tensor(77, [1], b"1234"), "has a dtype"),
        (tensor(5, [1], struct.pack("<f", math.nan)), "NaN or an infinity"),
        (tensor(6, [1], struct.pack("<d", -math.inf)), "NaN or an infinity"),
        (tensor(1, [1], b"\x02"), "neither true nor false"),
    ],
)
def test_malformed_action(data: bytes, sentence: str) -> None:
    with pytest.raises(MalformedAction, match=re.escape(sentence)) as caught:
        decode_action(data)
    assert not PYTHON_NAMES.search(str(caught.value))


def test_a_provenance_over_its_limit_is_neither_sent_nor_read() -> None:
    fat = "x" * MAX_PROVENANCE_BYTES
    with pytest.raises(MalformedAction, match="bytes; at most"):
        encode_provenance(Provenance(reasoning=fat))
    with pytest.raises(MalformedAction, match="bytes; at most"):
        decode_provenance(pb.Provenance(reasoning=fat).SerializeToString())
    assert decode_provenance(encode_provenance(Provenance(reasoning=fat[:-8]))).reasoning == fat[:-8]


def test_json_as_deep_as_the_limit_is_taken() -> None:
    text = "[" * MAX_JSON_DEPTH + "]" * MAX_JSON_DEPTH
    assert isinstance(decode_action(json_action(text)), list)


def test_escaped_surrogate_pairs_are_text() -> None:
    assert decode_action(json_action('["\\ud83d\\ude00"]')) == ["\U0001f600"]


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_cleanly_or_read(data: bytes) -> None:
    for read in (decode_action, decode_provenance, decode_prompt, server_frames, lambda b: client_frames(b, LIMITS)):
        assert not PYTHON_NAMES.search(complaint(read, data))


def complaint(read: Callable[[bytes], object], data: bytes) -> str:
    """What is wrong with these bytes; empty when nothing is. Any error but an ArenaError passes through."""
    try:
        read(data)
    except ArenaError as error:
        return str(error)
    return ""


def honest_batches() -> list[bytes]:
    """One batch of every frame a client can send."""
    action = pb.Action(json=b'{"speak":"hello","vote":[1,2.5,null]}')
    acts = [pb.Act(request_id=n, action=a) for n, a in enumerate([pb.Action(choice=-4), pb.Action(text="hi"), action])]
    numbers = pb.Action()
    numbers.tensor.CopyFrom(pb.Action.FromString(tensor(5, [2, 2], bytes(16))).tensor)
    provenance = pb.Provenance(policy_version="v", completion_token_ids=[1], logprobs_f32=bytes(4), cost=0.5)
    acts.append(pb.Act(request_id=9, action=numbers, provenance=provenance))
    wish = join(options_json=b'{"n":1}', seats=2, wants=["text"], entry_json=b"[1]")
    frames = [
        pb.ClientFrame(hello=pb.Hello(client="x/1", session_id="s", resume_token=bytes(32), epoch=1, last_seq=7)),
        pb.ClientFrame(join=wish),
        pb.ClientFrame(leave=pb.Leave(join_id=1)),
        *(pb.ClientFrame(act=act) for act in acts),
        pb.ClientFrame(resign=pb.Resign(seat_ref=3)),
        pb.ClientFrame(unavailable=pb.Unavailable(request_id=4, reason="busy")),
        pb.ClientFrame(ack=pb.Ack(seq=5)),
        pb.ClientFrame(pong=pb.Pong(nonce=6)),
    ]
    return [join_frames([frame.SerializeToString()]) for frame in frames]


def read_as_a_server_does(data: bytes) -> None:
    for kind, message in client_frames(data, LIMITS):
        match kind:
            case "act":
                decode_action(message.action)
                decode_provenance(message.provenance)
            case "join":
                read_join(message, LIMITS)
            case "hello":
                check_hello(message)


def test_mutated_frames_leave_nothing_but_arena_errors_with_clean_sentences() -> None:
    rng, seeds, refused = random.Random(20), honest_batches(), 0
    for seed in seeds:
        read_as_a_server_does(seed)
    for number in range(MUTATIONS):
        sentence = complaint(read_as_a_server_does, mangled(seeds[number % len(seeds)], rng))
        refused += bool(sentence)
        assert not PYTHON_NAMES.search(sentence)
        assert "\n" not in sentence
    assert refused > MUTATIONS // 10, "the mutations did not bite"


def test_batch_over_a_limit_is_too_large() -> None:
    limits = Limits(max_batch=2, max_frame_bytes=64)
    ack = pb.ClientFrame(ack=pb.Ack(seq=1)).SerializeToString()
    assert [kind for kind, _ in client_frames(join_frames([ack, ack]), limits)] == ["ack", "ack"]
    with pytest.raises(TooLarge, match="3 frames; at most 2"):
        client_frames(join_frames([ack] * 3), limits)
    with pytest.raises(TooLarge, match="65 bytes; at most 64"):
        client_frames(bytes(65), limits)


def test_frame_that_holds_nothing_known_is_a_violation() -> None:
    with pytest.raises(ProtocolViolation, match="holds nothing"):
        client_frames(join_frames([b""]), LIMITS)
    with pytest.raises(ProtocolViolation, match="holds nothing"):
        client_frames(join_frames([b"\x7a\x00"]), LIMITS)  # a field this server does not know yet


def join(**change: object) -> pb.Join:
    return pb.Join(**{"join_id": 1, "game": "a/b", "agent": "ada", "seats": 1, **change})


@pytest.mark.parametrize(
    ("frame", "leaf"),
    [
        (join(join_id=0), BadRequest),
        (join(game="x" * 2000), UnknownGame),
        (join(agent=""), BadRequest),
        (join(agent="a b"), BadRequest),
        (join(agent="ada\u202e"), BadRequest),
        (join(agent="a" * 65), BadRequest),
        (join(agent_version="v 1"), BadRequest),
        (join(seats=1025), BadSeats),
        (join(options_json=b"[1]"), BadOption),
        (join(options_json=b'{"a":NaN}'), BadOption),
        (join(entry_json=b"{"), BadEntry),
        (join(wants=["x"] * 65), BadRequest),
    ],
    ids=str,
)
def test_join_out_of_bounds(frame: pb.Join, leaf: type[ArenaError]) -> None:
    with pytest.raises(leaf):
        read_join(frame, LIMITS)


def test_join_within_bounds_is_read() -> None:
    read = read_join(join(options_json=b'{"n":2}', seats=0, wants=["text", "text"], entry_json=b"[1]"), LIMITS)
    assert (read.options, read.seats, read.wants, read.entry) == ({"n": 2}, 1, frozenset({"text"}), [1])


@pytest.mark.parametrize(
    "hello", [pb.Hello(client="x" * 65), pb.Hello(session_id="s" * 65), pb.Hello(resume_token=bytes(65))]
)
def test_hello_out_of_bounds(hello: pb.Hello) -> None:
    with pytest.raises(ProtocolViolation):
        check_hello(hello)
