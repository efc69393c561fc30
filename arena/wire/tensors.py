"""numpy arrays <-> `arena.v1.Tensor`: row-major, little-endian, tightly packed."""

from math import prod
from typing import Any, Final

import numpy as np

from arena.core.values import Tensor
from arena.v1 import common_pb2 as pb
from arena.wire.limits import MAX_DIMENSIONS
from arena.wire.unfit import Unfit

DTYPES: Final[dict[str, pb.DType.ValueType]] = {
    "bool": pb.DTYPE_BOOL,
    "uint8": pb.DTYPE_UINT8,
    "int32": pb.DTYPE_INT32,
    "int64": pb.DTYPE_INT64,
    "float32": pb.DTYPE_FLOAT32,
    "float64": pb.DTYPE_FLOAT64,
}
"""The dtypes that cross the wire, by numpy's names."""

DTYPE_NAMES: Final = {number: name for name, number in DTYPES.items()}

_LITTLE: Final[dict[int, np.dtype[Any]]] = {number: np.dtype(name).newbyteorder("<") for name, number in DTYPES.items()}
_WIDENED: Final = {"float16": "float32", "int8": "int32", "int16": "int32", "uint16": "int32", "uint32": "int64"}
_NUMBERS: Final[dict[np.dtype[Any], pb.DType.ValueType]] = {
    np.dtype(name): DTYPES[_WIDENED.get(name, name)] for name in (*DTYPES, *_WIDENED)
}
_MAX_ELEMENTS: Final = 2**31


def fill_tensor(message: pb.Tensor, array: Tensor) -> None:
    """Write an array into an empty message; a narrow dtype that the wire lacks is widened without loss.

    Raises:
        Unfit: too many dimensions, a dtype without a wider one, NaN or an infinity.
    """
    number = _NUMBERS.get(array.dtype.newbyteorder("="))
    if number is None:
        raise Unfit(f"has the dtype {array.dtype.name}; {', '.join(DTYPES)} can be sent")
    if array.ndim > MAX_DIMENSIONS:
        raise Unfit(f"has {array.ndim} dimensions; at most {MAX_DIMENSIONS} can be sent")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Unfit("holds NaN or an infinity")
    message.dtype = number
    message.shape.extend(array.shape)
    message.data = array.astype(_LITTLE[number], order="C", copy=False).tobytes()


def read_tensor(message: pb.Tensor) -> Tensor:
    """The array of a message; read-only, since it shares the message's bytes.

    Raises:
        Unfit: shape, dtype and bytes do not agree, or a component is NaN, infinite or neither true nor false.
    """
    dtype = _LITTLE.get(message.dtype)
    if dtype is None:
        raise Unfit(f"has a dtype that is none of {', '.join(DTYPES)}")
    shape = tuple(message.shape)
    if len(shape) > MAX_DIMENSIONS:
        raise Unfit(f"has {len(shape)} dimensions; at most {MAX_DIMENSIONS} are taken")
    if prod(shape) * dtype.itemsize != len(message.data) or prod(filter(None, shape)) > _MAX_ELEMENTS:
        raise Unfit(f"holds {len(message.data)} bytes, which is not the product of its shape times {dtype.itemsize}")
    array = np.frombuffer(message.data, dtype=dtype).reshape(shape)
    _check_components(array)
    return array


def _check_components(array: Tensor) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Unfit("holds NaN or an infinity")
    if array.dtype.kind == "b" and (array.view(np.uint8) > 1).any():
        raise Unfit("holds a byte that is neither true nor false")
