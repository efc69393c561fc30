"""Prompts and spectators' views <-> `arena.v1.Prompt` and `arena.v1.WatchMatchResponse`.

Written by a match worker, read by an agent's process; the server in between passes the bytes on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from arena.core.agent import Observation
from arena.core.errors import GameFault, ProtocolViolation
from arena.core.game import Event
from arena.core.legal import Legal
from arena.core.values import Media, Seat, Value
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.v1.results_pb2 import WatchMatchResponse
from arena.wire.json_values import INT64, read_trusted, write_json
from arena.wire.legals import fill_legal, read_legal
from arena.wire.limits import MAX_MEDIA
from arena.wire.tensors import fill_tensor, read_tensor
from arena.wire.unfit import Unfit

_UNWRITABLE = (TypeError, ValueError, OverflowError)


def encode_prompt(
    step: int,
    fields: Mapping[str, Value],
    events: Sequence[Event],
    legal: Legal,
    *,
    labels: bool,
    from_start: bool,
) -> bytes:
    """One seat's prompt. `labels` asks for a label a choice; `from_start` says that `events` begin at number 0.

    Raises:
        GameFault: the game's values have no form on the wire.
    """
    message = pb.Prompt(step=step, events_from_start=from_start)
    try:
        _fill_view(message, fields, events)
        fill_legal(message.legal, legal, labels=labels)
        return message.SerializeToString()
    except _UNWRITABLE as error:
        raise GameFault(_fault(error)) from error


def encode_view(step: int, fields: Mapping[str, Value], events: Sequence[Event]) -> bytes:
    """One spectator's view; raises as `encode_prompt` does."""
    message = WatchMatchResponse(step=step)
    try:
        _fill_view(message, fields, events)
        return message.SerializeToString()
    except _UNWRITABLE as error:
        raise GameFault(_fault(error)) from error


def decode_prompt(data: bytes) -> tuple[Observation, Legal, bool]:
    """What a seat may know, what it may answer, and whether the events begin at number 0.

    Raises:
        ProtocolViolation: the bytes hold no prompt that this client understands.
    """
    try:
        return read_prompt(pb.Prompt.FromString(data))
    except DecodeError as error:
        raise ProtocolViolation("the server sent a prompt that is no arena.v1.Prompt") from error


def read_prompt(message: pb.Prompt) -> tuple[Observation, Legal, bool]:
    """The same of a parsed message."""
    try:
        return read_view(message), read_legal(message.legal), message.events_from_start
    except Unfit as error:
        raise ProtocolViolation(f"the server's prompt {error}") from error


def decode_view(data: bytes) -> Observation:
    """A spectator's view.

    Raises:
        ProtocolViolation: the bytes hold no view that this client understands.
    """
    try:
        return read_view(WatchMatchResponse.FromString(data))
    except (DecodeError, Unfit) as error:
        raise ProtocolViolation("the server sent a view that is no arena.v1.WatchMatchResponse") from error


def read_view(message: pb.Prompt | WatchMatchResponse) -> Observation:
    """Step, fields and events of a parsed message.

    Raises:
        Unfit: a field or an event has no form that is known.
    """
    fields, events = message.fields, message.events
    _check_media(fields)
    return Observation(
        message.step,
        {field.name: _read_field(field) for field in fields} if fields else {},
        [_read_event(event) for event in events] if events else (),
    )


def _fill_view(message: pb.Prompt | WatchMatchResponse, fields: Mapping[str, Value], events: Sequence[Event]) -> None:
    for name, value in fields.items():
        if type(value) is str:
            message.fields.add(name=name, text=value)
        else:
            _fill_field(message.fields.add(name=name), value)
    _check_media(message.fields)
    for number, kind, data, sender in events:
        message.events.add(number=number, kind=kind, data_json=write_json(data), sender=sender)


def _fill_field(field: pb.Field, value: Value) -> None:
    match value:
        case np.ndarray():
            fill_tensor(field.tensor, value)
        case int() if not isinstance(value, bool) and value in INT64:
            field.int = value
        case str():
            field.text = value
        case Media():
            field.media.mime, field.media.data = value.mime, value.data
        case _:
            field.json = write_json(value)


def _read_field(field: pb.Field) -> Value:
    form = field.WhichOneof("value")
    if form == "text":
        return field.text
    if form == "json":
        json: Value = read_trusted(field.json)
        return json
    if form == "tensor":
        return read_tensor(field.tensor)
    if form == "int":
        return field.int
    if form == "media":
        return _read_media(field.media)
    raise Unfit("has a field of a form that this client does not know")


def _read_media(message: common_pb2.Media) -> Media:
    try:
        return Media(message.mime, message.data)
    except GameFault as error:
        raise Unfit(f"has a field that is no media: {error}") from error


def _check_media(fields: Sequence[pb.Field]) -> None:
    count = sum(field.HasField("media") for field in fields)
    if count > MAX_MEDIA:
        raise Unfit(f"is one of {count} media; a view holds at most {MAX_MEDIA}")


def _read_event(event: pb.Event) -> Event:
    data: Any = read_trusted(event.data_json) if event.data_json else {}
    if not isinstance(data, dict):
        raise Unfit("has an event whose data are no JSON object")
    return Event(event.number, event.kind, data, Seat(event.sender) if event.HasField("sender") else None)


def _fault(error: Exception) -> str:
    detail = str(error) if isinstance(error, Unfit) else "holds a value of a kind or size that cannot be sent"
    return f"the game's view or legal actions cannot be encoded: a value {detail}"
