"""Provenance as compact blobs: msgpack, token ids as 32-bit and logprobs as float32 arrays.

Not JSON, as the chain is: a logprob may be infinite, and no agent's odd number may keep a result out of the ledger.
"""

from typing import Any

import msgspec
import numpy as np

from arena.core.agent import Provenance

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, bytes, bytes, bytes, str, float, float]).decode


def pack(made: Provenance) -> bytes:
    """The blob of one move's provenance."""
    return _encode(
        (
            made.policy_version,
            _array(made.prompt_token_ids, "<u4"),
            _array(made.completion_token_ids, "<u4"),
            _array(made.logprobs, "<f4"),
            made.reasoning,
            float(made.cost),
            float(made.think_seconds),
        )
    )


def unpack(blob: bytes) -> Provenance:
    """The inverse of `pack`; logprobs come back as a float32 array."""
    version, prompt, completion, logprobs, reasoning, cost, seconds = _decode(blob)
    return Provenance(
        policy_version=version,
        prompt_token_ids=np.frombuffer(prompt, "<u4").tolist(),
        completion_token_ids=np.frombuffer(completion, "<u4").tolist(),
        logprobs=np.frombuffer(logprobs, "<f4").astype(np.float32),
        reasoning=reasoning,
        cost=cost,
        think_seconds=seconds,
    )


def _array(values: Any, dtype: str) -> bytes:
    return np.asarray(values, dtype=dtype).tobytes()
