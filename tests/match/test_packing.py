"""How values that msgpack does not know cross to the workers and into the journal."""

from typing import Any

import msgspec
import numpy as np
import pytest

from arena.core.canonical import canonical
from arena.match.channel import UNREADABLE, report_batches
from arena.match.packing import decode_extra, encode_extra

DTYPES = ("bool", "int8", "uint16", "int32", "int64", "float16", "float32", "float64")


def crossed(value: Any) -> Any:
    sent = msgspec.msgpack.encode(value, enc_hook=encode_extra)
    return msgspec.msgpack.decode(sent, ext_hook=decode_extra)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3)])
def test_tensors_cross_as_they_are(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    for sent in (array, array.T, array.astype(array.dtype.newbyteorder(">"))):
        came = crossed({"action": sent})["action"]
        assert (came.dtype, came.shape) == (np.dtype(dtype), sent.shape)
        assert (came == sent).all()


@pytest.mark.parametrize("array", [np.array([np.nan]), np.array([np.inf]), np.array(["text"]), np.array([1j])])
def test_what_has_no_canonical_form_does_not_cross(array: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        crossed(array)


def test_tensors_in_journals_of_earlier_versions_are_read() -> None:
    array = np.array([[1.5, -2.0]], np.float32)
    (came,) = crossed([msgspec.msgpack.Ext(1, canonical(array))])
    assert (came.dtype, came.tolist()) == (np.float32, [[1.5, -2.0]])


@pytest.mark.parametrize(
    "extra", [(2, ["float32", [2], b"123"]), (2, ["float33", [2], b""]), (2, ["float32", [3], b""]), (2, 5), (9, "")]
)
def test_tensors_that_nobody_sent_are_told_from_faults_of_ours(extra: tuple[int, Any]) -> None:
    body = msgspec.msgpack.encode([msgspec.msgpack.Ext(extra[0], msgspec.msgpack.encode(extra[1]))])
    with pytest.raises(UNREADABLE):
        list(report_batches().feed(len(body).to_bytes(4, "little") + body))
