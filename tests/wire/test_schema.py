"""The protocol files agree with one another and with the core's own numbers."""

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from arena.core import errors, match
from arena.core.errors import ArenaError, ErrorCode, TooLate
from arena.core.match import Cause
from arena.v1 import common_pb2, play_pb2, relay_pb2
from arena.wire.frames import CAUSES, error_message, join_frames, read_cause, read_error
from arena.wire.limits import MAX_ERROR_TEXT

OPAQUE = {("Act", "action"), ("Act", "provenance"), ("DecisionRequest", "prompt")}


def shape(field: FieldDescriptor) -> tuple[object, ...]:
    group = field.containing_oneof.name if field.containing_oneof else None
    return (field.name, field.number, field.is_repeated, group)


def kind(field: FieldDescriptor) -> object:
    if field.message_type is not None:
        return field.message_type.full_name.removeprefix("arena.v1.").removeprefix("relay.")
    return field.type


@pytest.mark.parametrize("name", sorted(relay_pb2.DESCRIPTOR.message_types_by_name))
def test_relay_messages_have_the_fields_of_play(name: str) -> None:
    relay: Descriptor = relay_pb2.DESCRIPTOR.message_types_by_name[name]
    play: Descriptor = play_pb2.DESCRIPTOR.message_types_by_name[name]
    assert list(map(shape, relay.fields)) == list(map(shape, play.fields))


def test_relay_leaves_exactly_action_provenance_and_prompt_as_bytes() -> None:
    opaque = set()
    for name, relay in relay_pb2.DESCRIPTOR.message_types_by_name.items():
        play = play_pb2.DESCRIPTOR.message_types_by_name[name]
        for ours, theirs in zip(relay.fields, play.fields, strict=True):
            if ours.type == FieldDescriptor.TYPE_BYTES and theirs.type == FieldDescriptor.TYPE_MESSAGE:
                opaque.add((name, ours.name))
                assert theirs.message_type.name == ours.name.capitalize()
            else:
                assert kind(ours) == kind(theirs)
    assert opaque == OPAQUE


def test_the_same_bytes_are_read_by_both() -> None:
    action = play_pb2.Action(choice=-3)
    act = play_pb2.Act(request_id=7, action=action)
    data = join_frames([play_pb2.ClientFrame(act=act).SerializeToString()])
    assert data == play_pb2.ClientBatch(frames=[play_pb2.ClientFrame(act=act)]).SerializeToString()
    (frame,) = relay_pb2.ClientBatch.FromString(data).frames
    assert frame.act.action == action.SerializeToString()
    assert relay_pb2.ClientBatch(frames=[frame]).SerializeToString() == data


@pytest.mark.parametrize("size", [0, 1, 127, 128, 2047, 2048, 70_000])
def test_joined_frames_of_any_size_are_a_batch(size: int) -> None:
    frame = play_pb2.ServerFrame(seq=1, error=common_pb2.Error(message="x" * size))
    data = join_frames([frame.SerializeToString()] * 3)
    assert list(play_pb2.ServerBatch.FromString(data).frames) == [frame] * 3


def test_error_codes_have_the_cores_names_and_numbers() -> None:
    wire = {name.removeprefix("ERROR_CODE_"): number for name, number in common_pb2.ErrorCode.items()}
    assert wire == {code.name: code.value for code in ErrorCode}


def test_every_error_code_belongs_to_one_leaf_and_comes_back_as_it() -> None:
    leaves = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, ArenaError)]
    coded = {cls.code: cls for cls in leaves if "code" in vars(cls)}
    assert set(coded) == set(ErrorCode)
    for leaf in coded.values():
        if leaf is not ArenaError:
            assert type(read_error(error_message(leaf("no")))) is leaf


def test_every_error_travels_with_a_documented_code() -> None:
    kinds = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, ArenaError)]
    assert len(kinds) > 30
    assert all(error_message(kind("no")).code for kind in kinds)
    assert error_message(errors.Fault("the match workers do not start")).code == ErrorCode.GAME_FAULT


def test_who_is_to_wait_is_told_how_long() -> None:
    for later in (errors.RateLimited, errors.Draining, errors.LedgerFault, errors.Busy):
        assert error_message(later("not now")).retry_after_ms > 0
    assert error_message(errors.UnknownGame("no such game")).retry_after_ms == 0


def test_causes_have_the_cores_names() -> None:
    assert {f"CAUSE_{cause.name}" for cause in Cause} == set(play_pb2.Cause.keys()) - {"CAUSE_UNSPECIFIED"}
    assert all(read_cause(CAUSES[cause]) is cause for cause in Cause)
    assert read_cause(99) is match.Cause.VOID


def test_error_text_is_one_line_of_bounded_length() -> None:
    message = error_message(TooLate("one\ntwo\ud800" + "x" * 10_000))
    assert message.message.startswith("one two?")
    assert len(message.message) == MAX_ERROR_TEXT


def test_unknown_error_code_is_still_an_arena_error() -> None:
    message = common_pb2.Error.FromString(b"\x08\x7f")
    assert type(read_error(message)) is ArenaError
