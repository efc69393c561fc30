"""Provenance from agents in the worker, held to the bounds that the protocol sets for remote ones."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.core.agent import MAX_PROVENANCE_BYTES, Provenance
from arena.match.unfit import Unfit

_TOKEN_LIMIT: Final = 1 << 32
_VARINT_STEPS: Final = (1 << 7, 1 << 14, 1 << 21, 1 << 28)
"""From each of these on, a token id takes one byte more in the protocol."""
_FRAMING: Final = 64
"""Bytes, at most, that the protocol spends on lengths, on the two numbers and on the two counts."""


def fit_provenance(given: Any) -> Provenance:
    """`given` in plain values.

    Raises:
        Unfit: a text is none or not valid Unicode, a token id or count is no uint32, a number is not finite, there is
            not one logprob a completion token, or all of it is more than MAX_PROVENANCE_BYTES.
    """
    if not isinstance(given, Provenance):
        raise Unfit("beside the action stands something that is no Provenance")
    completion = _tokens(given.completion_token_ids, "completion_token_ids")
    made = Provenance(
        policy_version=_text(given.policy_version, "policy_version"),
        prompt_token_ids=_tokens(given.prompt_token_ids, "prompt_token_ids"),
        completion_token_ids=completion,
        logprobs=_logprobs(given.logprobs, len(completion)),
        reasoning=_text(given.reasoning, "reasoning"),
        cost=_number(given.cost, "cost"),
        think_seconds=_number(given.think_seconds, "think_seconds"),
        mask=_text(given.mask, "mask"),
        prompt_tokens=_count(given.prompt_tokens, "prompt_tokens"),
        completion_tokens=_count(given.completion_tokens, "completion_tokens"),
    )
    if (size := _size(made)) > MAX_PROVENANCE_BYTES:
        raise Unfit(f"the provenance is {size} bytes; at most {MAX_PROVENANCE_BYTES} are taken")
    return made


def _text(value: Any, name: str) -> str:
    try:
        if isinstance(value, str):
            return value.encode().decode()
    except UnicodeEncodeError:
        pass
    raise Unfit(f"the provenance's {name} must be a text of valid Unicode")


def _array(value: Any, kinds: str) -> NDArray[Any] | None:
    """One dimension of numbers of these kinds, as numpy names them; None when `value` is anything else."""
    try:
        array = np.asarray(value)
    except Exception:  # noqa: BLE001 - border: an agent's own kind of sequence may raise anything when looked at
        return None
    fits = array.ndim == 1 and (array.dtype.kind in kinds or not array.size)
    return array if fits else None


def _tokens(value: Any, name: str) -> Sequence[int]:
    array = _array(value, "iu")
    if array is None or (array.size and (array.min() < 0 or array.max() >= _TOKEN_LIMIT)):
        raise Unfit(f"the provenance's {name} must be whole numbers from 0 to {_TOKEN_LIMIT - 1}")
    return [int(token) for token in array]


def _logprobs(value: Any, tokens: int) -> NDArray[np.float32]:
    array = _array(value, "fiu")
    if array is None or array.size not in {0, tokens}:
        raise Unfit(f"the provenance's logprobs must be {tokens} numbers, one a completion token, or none at all")
    with np.errstate(over="ignore"):
        logprobs = array.astype(np.float32)
    if not np.isfinite(logprobs).all():
        raise Unfit("the provenance holds a logprob that is NaN or infinite")
    return logprobs


def _number(value: Any, name: str) -> float:
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        try:
            if math.isfinite(number := float(value)):
                return number
        except (OverflowError, TypeError):
            pass
    raise Unfit(f"the provenance's {name} must be a finite number")


def _count(value: Any, name: str) -> int:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and 0 <= value < _TOKEN_LIMIT:
        return int(value)
    raise Unfit(f"the provenance's {name} must be a whole number from 0 to {_TOKEN_LIMIT - 1}")


def _size(made: Provenance) -> int:
    """Bytes of the encoded provenance, at most."""
    tokens = np.asarray([*made.prompt_token_ids, *made.completion_token_ids], dtype=np.int64)
    size = _FRAMING + tokens.size + sum(int((tokens >= step).sum()) for step in _VARINT_STEPS)
    texts = made.policy_version, made.reasoning, made.mask
    return size + 4 * len(made.logprobs) + sum(len(text.encode()) for text in texts)
