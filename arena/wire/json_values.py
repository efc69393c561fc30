"""JSON as it crosses the wire: strict when an agent wrote it, fast when a game did."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from arena.core.canonical import finite
from arena.core.values import Json, Media
from arena.wire.limits import MAX_JSON_DEPTH
from arena.wire.unfit import Unfit

INT64: Final = range(-(2**63), 2**63)
_INT64_DIGITS: Final = 19
_NOT_JSON: Final = "is not valid JSON"


def write_json(value: Any) -> bytes:
    """UTF-8 JSON of plain values, mappings, sequences and numpy numbers or arrays (as nested lists).

    Raises:
        Unfit: for NaN, infinities, lone surrogates, media and whatever has no JSON form.
    """
    try:
        data = _ENCODER.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise Unfit("has no JSON form") from error
    # NaN and infinities are written as null: only where there is one does a look at every number pay.
    if b"null" in data and not finite(value):
        raise Unfit("holds NaN or an infinity")
    # Media would be written as an object of their parts: likewise.
    if b'"mime"' in data and _holds_media(value):
        raise Unfit("holds media, which have no JSON form")
    return data


def read_json(data: bytes) -> Json:
    """Strict JSON from an agent: unique keys, none of them `$tensor`; finite numbers, integers of 64 bits; valid UTF-8.

    Raises:
        Unfit: saying which of these does not hold, or that it nests deeper than MAX_JSON_DEPTH.
    """
    try:
        value: Json = _STRICT.decode(data.decode())
    except Unfit:
        raise
    except (ValueError, RecursionError) as error:
        raise Unfit(_NOT_JSON) from error
    if data.count(b"[") + data.count(b"{") > MAX_JSON_DEPTH:
        _check_depth(value)
    if b"\\u" in data:
        _check_surrogates(value)
    return value


def read_object(data: bytes) -> dict[str, Json]:
    """A strict JSON object; no bytes at all are the empty one.

    Raises:
        Unfit: as `read_json` says, or that it is no object.
    """
    value = read_json(data) if data else {}
    if not isinstance(value, dict):
        raise Unfit("is not a JSON object")
    return value


def read_trusted(data: bytes) -> Any:
    """JSON that a server wrote.

    Raises:
        Unfit: it is not JSON after all.
    """
    try:
        return _DECODER.decode(data)
    except (ValueError, RecursionError) as error:
        raise Unfit(_NOT_JSON) from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return _finite_item(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError("no JSON form")


def _finite_item(value: np.generic) -> Any:
    item = value.item()
    if isinstance(item, float) and not math.isfinite(item):
        raise ValueError("not finite")
    return item


def _holds_media(value: Any) -> bool:
    match value:
        case Media():
            return True
        case Mapping():
            return any(map(_holds_media, value.values()))
        case str():
            return False
        case Sequence():
            return any(map(_holds_media, value))
        case _:
            return False


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unfit("repeats a key within one object")
    if "$tensor" in found:
        raise Unfit("has the key $tensor, which stands for tensors in records")
    return found


def _int64(digits: str) -> int:
    if len(digits) <= _INT64_DIGITS + 1 and (number := int(digits)) in INT64:
        return number
    raise Unfit("holds a whole number beyond 64 bits")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Unfit("holds a number too large to be finite")
    return number


def _no_constant(name: str) -> float:
    raise Unfit(f"holds {name}, which JSON does not have")


def _check_depth(value: Json) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_JSON_DEPTH):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return
    raise Unfit(f"nests deeper than {MAX_JSON_DEPTH}")


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _check_surrogates(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Unfit("escapes half of a surrogate pair") from error


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
_DECODER = msgspec.json.Decoder()
_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_int64, parse_float=_finite_float, parse_constant=_no_constant
)
