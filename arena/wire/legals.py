"""The four forms of what may be answered <-> `arena.v1.Legal`."""

from collections.abc import Sequence
from math import prod
from typing import Any, Literal, cast

from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.v1 import play_pb2 as pb
from arena.wire.json_values import read_trusted, write_json
from arena.wire.tensors import DTYPE_NAMES, DTYPES
from arena.wire.unfit import Unfit

_BOX_DTYPES = frozenset({"float32", "float64", "int32"})


def fill_legal(message: pb.Legal, legal: Legal, *, labels: bool) -> None:
    """Write what is legal into an empty message; `labels` adds a label a choice.

    Raises:
        TypeError, ValueError: an id, label or bound is not what `core.legal` says; Unfit among them.
    """
    match legal:
        case Choices():
            message.choices.ids.extend(legal.ids)
            if labels:
                message.choices.labels.extend(legal.labels)
        case FreeText():
            message.text.max_chars = legal.max_chars
            message.text.hint = legal.hint
        case Schema():
            message.schema_json = write_json(legal.schema)
        case Box():
            _fill_box(message.box, legal)
    if legal.question:
        message.question = True


def read_legal(message: pb.Legal) -> Legal:
    """What may be answered.

    Raises:
        Unfit: the form is unknown, or contradicts itself.
    """
    match message.WhichOneof("form"):
        case "choices":
            return _read_choices(message.choices, message.question)
        case "text":
            return FreeText(message.text.max_chars, message.text.hint, message.question)
        case "schema_json":
            return _read_schema(message)
        case "box":
            return _read_box(message)
        case _:
            raise Unfit("asks for a form of answer that this client does not know")


class _Labels:
    """Names of actions, by id; built when the first one is asked for."""

    __slots__ = ("_by_id", "_ids", "_labels")

    def __init__(self, ids: Sequence[int], labels: Sequence[str]) -> None:
        self._ids = ids
        self._labels = labels
        self._by_id: dict[int, str] = {}

    def __call__(self, action: int) -> str:
        if not self._by_id:
            self._by_id = dict(zip(self._ids, self._labels, strict=True))
        return self._by_id.get(action, str(action))


def _read_choices(choices: pb.Choices, question: bool) -> Choices:
    ids = choices.ids[:]
    labels = choices.labels[:]
    if not labels:
        return Choices(ids, str, question)
    if len(labels) != len(ids):
        raise Unfit(f"has {len(labels)} labels for {len(ids)} choices")
    return Choices(ids, _Labels(ids, labels), question)


def _read_schema(message: pb.Legal) -> Schema:
    schema: Any = read_trusted(message.schema_json)
    if not isinstance(schema, dict):
        raise Unfit("has a schema that is no JSON object")
    return Schema(schema, message.question)


def _fill_box(message: pb.Box, box: Box) -> None:
    message.shape.extend(box.shape)
    message.low = box.low
    message.high = box.high
    message.dtype = DTYPES[box.dtype]
    message.idle.extend(box.idle)


def _read_box(message: pb.Legal) -> Box:
    box = message.box
    dtype = DTYPE_NAMES.get(box.dtype, "")
    if dtype not in _BOX_DTYPES:
        raise Unfit("asks for a tensor of a dtype that this client does not know")
    wanted = cast(Literal["float32", "float64", "int32"], dtype)
    shape, idle = tuple(box.shape), tuple(box.idle)
    if idle and len(idle) != prod(shape):
        raise Unfit(f"has an idle answer of {len(idle)} numbers for a tensor of shape {shape}")
    return Box(shape, box.low, box.high, wanted, message.question, idle)
