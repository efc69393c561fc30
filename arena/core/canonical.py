"""One byte string for one value: what digests, rated ids and the ledger's chain are computed over.

JSON with sorted keys and no spaces; a tensor becomes `{"$tensor": [dtype, shape, base64 of little-endian bytes]}`. A
mapping that happens to look like that is written with one more `$` before its key, and loses it when it is read: so
every value comes back as itself, and every text is written as it was read.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, Final

import numpy as np

from arena.core.values import Tensor, Value


def canonical(value: Any) -> bytes:
    """UTF-8 JSON that is the same for equal values.

    Raises:
        ValueError: for NaN and infinities, which JSON does not have, and for half of a surrogate pair.
        TypeError: for anything that is neither JSON nor an array or scalar of numbers.
        RecursionError: for what is nested too deeply.
    """
    return _encode(value).encode()


def canonical_text(value: Any) -> str:
    """The same as text: at a tenth of the cost for None, numbers, texts and empty mappings, of which records are full.

    Raises:
        ValueError, TypeError, RecursionError: as `canonical`.
    """
    kind = type(value)
    if kind is int or (kind is float and isfinite(value)):
        return repr(value)
    if value is None:
        return "null"
    if isinstance(value, str):
        return quoted(value)
    return "{}" if kind is dict and not value else _encode(value)


quoted: Final = encode_basestring
"""The same for what is known to be a text. Raises TypeError for anything else."""


def digest(value: Any) -> bytes:
    """SHA-256 of the canonical form, 32 bytes."""
    return hashlib.sha256(canonical(value)).digest()


def parse(data: bytes | str) -> Any:
    """The inverse of `canonical`; tensors come back as numpy arrays."""
    return json.loads(data, object_hook=_revive)


def _encode(value: Any) -> str:
    encoder = _Encoder()
    text = encoder.encode(value)
    return text if text.count(_MARK) == encoder.tensors else _Encoder().encode(_escaped(value))


class _Encoder(json.JSONEncoder):
    """Counts the tensors it writes: where the mark of one stands more often, something else looks like it."""

    def __init__(self) -> None:
        super().__init__(
            sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
        )
        self.tensors = 0

    def default(self, o: Any) -> Any:
        self.tensors += isinstance(o, np.ndarray)
        return _plain(o)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {_MARK: _tensor(value)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _tensor(array: np.ndarray[Any, Any]) -> list[Any]:
    dtype, shape, data = tensor_parts(array)
    return [dtype, list(shape), base64.b64encode(data).decode()]


def tensor_parts(array: np.ndarray[Any, Any]) -> tuple[str, tuple[int, ...], bytes]:
    """The name of its dtype, its shape, and its components row by row, little-endian: all that an array says.

    Raises:
        TypeError, ValueError: as `canonical`.
    """
    name = _NAMES.get(array.dtype.newbyteorder("="))  # its own `name` is put together each time it is asked for
    if name is None:
        raise TypeError(f"a tensor of {array.dtype.name} has no canonical form")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("a tensor holds NaN or an infinity")
    return name, array.shape, array.astype(_LITTLE[name], order="C", copy=False).tobytes()


def tensor_of(dtype: str, shape: Sequence[int], data: bytes) -> Tensor:
    """The inverse of `tensor_parts`.

    Raises:
        ValueError: no such dtype, or its bytes do not fill the shape.
    """
    little = _LITTLE.get(dtype)
    if little is None:
        raise ValueError(f"no tensor is of {dtype}")
    array: Tensor = np.frombuffer(data, dtype=little).astype(dtype).reshape(shape)
    return array


def _escaped(value: Any) -> Any:
    """The value with one more `$` before each key that would else be read as a tensor's, or as an escaped one."""
    if isinstance(value, str | np.ndarray | np.generic):
        return value
    if isinstance(value, Mapping):
        dollar = "$" if _looks_like_a_tensor(value) else ""
        return {f"{dollar}{key}" if dollar else key: _escaped(inner) for key, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, Sequence) else value


def _looks_like_a_tensor(value: Mapping[Any, Any]) -> bool:
    if len(value) != 1:
        return False
    ((key, inner),) = value.items()
    return _is_mark(key) and _array(json.loads(_Encoder().encode(inner))) is not None


def _is_mark(key: Any) -> bool:
    """Whether it is the mark of a tensor, or an escaped one."""
    return isinstance(key, str) and key.endswith(_MARK) and not key.removesuffix(_MARK).strip("$")


def _revive(obj: dict[str, Any]) -> Any:
    if len(obj) != 1:
        return obj
    ((key, inner),) = obj.items()
    if not _is_mark(key) or (array := _array(inner)) is None:
        return obj
    return array if key == _MARK else {key[1:]: inner}


def _array(form: Any) -> Tensor | None:
    """The array that is written in exactly this form; None where there is none."""
    try:
        dtype, shape, data = form
        array = tensor_of(dtype, shape, base64.b64decode(data))
        return array if _Encoder().encode(_tensor(array)) == _Encoder().encode(form) else None
    except (ValueError, TypeError, OverflowError):
        return None


_MARK: Final = "$tensor"
_DTYPES: Final = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
)
_NAMES: Final[Mapping[np.dtype[Any], str]] = {np.dtype(name): name for name in _DTYPES}
_LITTLE: Final[Mapping[str, np.dtype[Any]]] = {name: np.dtype(name).newbyteorder("<") for name in _DTYPES}


def finite(value: Value) -> bool:
    """Whether no number in `value` is NaN or infinite."""
    match value:
        case float():
            return isfinite(value)
        case np.ndarray():
            return bool(np.isfinite(value).all()) if value.dtype.kind == "f" else True
        case str():
            return True
        case Mapping():
            return all(map(finite, value.values()))
        case Sequence():
            return all(map(finite, value))
        case _:
            return True
