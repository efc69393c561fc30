"""How an action came about <-> `arena.v1.Provenance`."""

from math import isfinite

import numpy as np
from google.protobuf.message import DecodeError

from arena.core.agent import MAX_PROVENANCE_BYTES, Provenance
from arena.core.errors import MalformedAction
from arena.v1 import play_pb2 as pb
from arena.wire.unfit import Unfit

_FLOAT32 = np.dtype("<f4")


def encode_provenance(provenance: Provenance) -> bytes:
    """One `arena.v1.Provenance`; raises as `fill_provenance` does."""
    message = pb.Provenance()
    fill_provenance(message, provenance)
    return message.SerializeToString()


def fill_provenance(message: pb.Provenance, provenance: Provenance) -> None:
    """Write a provenance into an empty message.

    Raises:
        MalformedAction: a token id or count is no uint32, a number is not finite, a text is not valid Unicode, or
            there is not one logprob a completion token, or all of it is more than MAX_PROVENANCE_BYTES.
    """
    try:
        message.policy_version = provenance.policy_version
        message.prompt_token_ids.extend(provenance.prompt_token_ids)
        message.completion_token_ids.extend(provenance.completion_token_ids)
        message.logprobs_f32 = np.asarray(provenance.logprobs, dtype=_FLOAT32).tobytes()
        message.reasoning = provenance.reasoning
        message.cost = provenance.cost
        message.think_seconds = provenance.think_seconds
        message.mask = provenance.mask
        message.prompt_tokens = provenance.prompt_tokens
        message.completion_tokens = provenance.completion_tokens
    except (TypeError, ValueError) as error:
        raise MalformedAction("the provenance holds a text, token id or number that cannot be sent") from error
    read_provenance(message)
    _check_size(message.ByteSize())


def decode_provenance(data: bytes) -> Provenance:
    """What an agent sent beside an action.

    Raises:
        MalformedAction: the bytes hold no provenance, one that is inconsistent, or more than MAX_PROVENANCE_BYTES.
    """
    _check_size(len(data))
    try:
        return read_provenance(pb.Provenance.FromString(data))
    except DecodeError as error:
        raise MalformedAction("the provenance's bytes are no arena.v1.Provenance") from error


def read_provenance(message: pb.Provenance) -> Provenance:
    """The provenance of a parsed message; raises as `decode_provenance` does."""
    try:
        return Provenance(
            policy_version=message.policy_version,
            prompt_token_ids=message.prompt_token_ids[:],
            completion_token_ids=message.completion_token_ids[:],
            logprobs=_read_logprobs(message),
            reasoning=message.reasoning,
            cost=_finite(message.cost, "cost"),
            think_seconds=_finite(message.think_seconds, "think_seconds"),
            mask=message.mask,
            prompt_tokens=message.prompt_tokens,
            completion_tokens=message.completion_tokens,
        )
    except Unfit as error:
        raise MalformedAction(f"the provenance {error}") from error


def _check_size(size: int) -> None:
    if size > MAX_PROVENANCE_BYTES:
        raise MalformedAction(f"the provenance is {size} bytes; at most {MAX_PROVENANCE_BYTES} are taken")


def _read_logprobs(message: pb.Provenance) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    size, tokens = len(message.logprobs_f32), len(message.completion_token_ids)
    if size not in {0, tokens * _FLOAT32.itemsize}:
        raise Unfit(f"holds {size} bytes of logprobs; {tokens} completion tokens take 4 bytes each, or none at all")
    logprobs = np.frombuffer(message.logprobs_f32, dtype=_FLOAT32)
    if not np.isfinite(logprobs).all():
        raise Unfit("holds a logprob that is NaN or infinite")
    return logprobs


def _finite(number: float, name: str) -> float:
    if not isfinite(number):
        raise Unfit(f"holds a {name} that is NaN or infinite")
    return number
