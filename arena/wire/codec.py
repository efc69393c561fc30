"""The codec that match workers load by its import path, `arena.wire.codec:CODEC`."""

from typing import Final

from arena.core.seams import Codec
from arena.wire.actions import decode_action
from arena.wire.prompts import encode_prompt, encode_view


class _V1Codec:
    """Core values <-> `arena.v1`; fulfils `core.seams.Codec`."""

    encode_prompt = staticmethod(encode_prompt)
    encode_view = staticmethod(encode_view)
    decode_action = staticmethod(decode_action)


CODEC: Final[Codec] = _V1Codec()
"""Core values <-> `arena.v1`."""
