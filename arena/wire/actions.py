"""Actions <-> `arena.v1.Action`. What an agent wrote is hostile until it has passed `decode_action`."""

from collections.abc import Mapping, Sequence

import numpy as np
from google.protobuf.message import DecodeError

from arena.core.errors import MalformedAction
from arena.core.values import Action
from arena.v1 import play_pb2 as pb
from arena.wire.json_values import INT64, read_json, write_json
from arena.wire.limits import MAX_ACTION_BYTES
from arena.wire.tensors import fill_tensor, read_tensor
from arena.wire.unfit import Unfit

_FORMS = "a whole number, a text, a JSON object or array, or a tensor"


def encode_action(action: Action) -> bytes:
    """One `arena.v1.Action`.

    Raises:
        MalformedAction: it is none of the four forms, or holds a number or text that cannot be sent.
    """
    message = pb.Action()
    fill_action(message, action)
    return message.SerializeToString()


def fill_action(message: pb.Action, action: Action) -> None:
    """Write an action into an empty message; raises as `encode_action` does."""
    try:
        if type(action) is int:
            message.choice = action
        else:
            _fill_other(message, action)
    except Unfit as error:
        raise MalformedAction(f"the action {error}") from error
    except ValueError as error:  # protobuf's words for an integer out of range and for a lone surrogate
        raise MalformedAction("the action is a number beyond 64 bits or a text that is not valid Unicode") from error


def decode_action(data: bytes) -> Action:
    """What an agent answered; an `arena.v1.Action` of at most MAX_ACTION_BYTES.

    Raises:
        MalformedAction: the bytes hold no action, or one that no action may be: too large or too deep, with NaN,
            infinities or whole numbers beyond int64, with repeated keys, or with a shape that its bytes do not fill.
    """
    if len(data) > MAX_ACTION_BYTES:
        raise MalformedAction(f"the action is {len(data)} bytes; at most {MAX_ACTION_BYTES} are taken")
    try:
        message = pb.Action.FromString(data)
    except DecodeError as error:
        raise MalformedAction("the action's bytes are no arena.v1.Action") from error
    return read_action(message)


def read_action(message: pb.Action) -> Action:
    """The action of a parsed message; raises as `decode_action` does."""
    match message.WhichOneof("value"):
        case "choice":
            return message.choice
        case "text":
            return message.text
        case None:
            raise MalformedAction(f"the action is empty; send {_FORMS}")
        case form:
            return _read_checked(message, form)


def _read_checked(message: pb.Action, form: str) -> Action:
    try:
        return read_tensor(message.tensor) if form == "tensor" else _read_structure(message.json)
    except Unfit as error:
        raise MalformedAction(f"the action's {'tensor' if form == 'tensor' else 'JSON'} {error}") from error


def _read_structure(data: bytes) -> Action:
    value = read_json(data)
    if value is None or isinstance(value, bool | float):
        raise Unfit("is null, a truth value or a fraction; send an object, an array, a text or a whole number")
    return value


def _fill_other(message: pb.Action, action: object) -> None:
    match action:
        case str():
            message.text = action
        case bool():
            raise Unfit(f"is a truth value; send {_FORMS}")
        case int() | np.integer():
            if int(action) not in INT64:
                raise Unfit("is a whole number beyond 64 bits")
            message.choice = int(action)
        case np.ndarray():
            fill_tensor(message.tensor, action)
        case Mapping() | Sequence():
            message.json = write_json(action)
        case _:
            raise Unfit(f"has none of the forms that can be sent: {_FORMS}")
