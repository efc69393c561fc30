"""Provenance as compact blobs: msgpack, token ids as 32-bit and logprobs as float32 arrays.

Not JSON, as the chain is: a logprob may be infinite, and no agent's odd number may keep a result out of the ledger.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from arena.core.agent import Provenance, Refusal

_encode = msgspec.msgpack.Encoder().encode


class _Blob(msgspec.Struct, array_like=True):
    """A decoded blob. Its end may be missing, from `refused` on: then the rest has nothing to say."""

    policy_version: str
    prompt: bytes
    completion: bytes
    logprobs: bytes
    reasoning: str
    cost: float
    think_seconds: float
    refused: Sequence[tuple[str, str]] = ()
    raw: str = ""
    mask: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


_decode = msgspec.msgpack.Decoder(_Blob).decode


def pack(made: Provenance) -> bytes:
    """The blob of one move's provenance."""
    refused = [(refusal.reason, refusal.sent) for refusal in made.refused]
    end = [refused, made.raw, made.mask, made.prompt_tokens, made.completion_tokens]
    while end and not end[-1]:
        end.pop()
    return _encode(
        (
            made.policy_version,
            _array(made.prompt_token_ids, "<u4"),
            _array(made.completion_token_ids, "<u4"),
            _array(made.logprobs, "<f4"),
            made.reasoning,
            float(made.cost),
            float(made.think_seconds),
            *end,
        )
    )


def unpack(blob: bytes) -> Provenance:
    """The inverse of `pack`; logprobs come back as a float32 array."""
    made = _decode(blob)
    return Provenance(
        policy_version=made.policy_version,
        prompt_token_ids=np.frombuffer(made.prompt, "<u4").tolist(),
        completion_token_ids=np.frombuffer(made.completion, "<u4").tolist(),
        logprobs=np.frombuffer(made.logprobs, "<f4").astype(np.float32),
        reasoning=made.reasoning,
        cost=made.cost,
        think_seconds=made.think_seconds,
        refused=[Refusal(*refusal) for refusal in made.refused],
        raw=made.raw,
        mask=made.mask,
        prompt_tokens=made.prompt_tokens,
        completion_tokens=made.completion_tokens,
    )


def _array(values: Any, dtype: str) -> bytes:
    return np.asarray(values, dtype=dtype).tobytes()
