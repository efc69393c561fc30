"""Answers that no game may accept, made for each form a decision can have."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, cast

import numpy as np

from arena.agents.sampling import sample_schema
from arena.core.legal import Box, Choices, FreeText, Legal, Schema

HUGE = 10**30
NAN = float("nan")
_LONG = "x" * 100_000
_FOREIGN: tuple[Any, ...] = (None, NAN, float("inf"), {"no such key": [NAN]}, [[[]]], np.array([NAN]), object())


def unacceptable(legal: Legal, rng: Random) -> Iterator[Any]:
    """Answers of the wrong form or out of range, each of which must be refused."""
    yield from _FOREIGN
    match legal:
        case Choices(ids=ids):
            yield from _no_choice(frozenset(ids))
        case FreeText(max_chars=limit):
            yield from (7, ["text"], {"text": "x"}, "x" * (limit + 1))
        case Schema(schema=schema):
            yield from _no_fit(schema, rng)
        case Box():
            yield from _no_tensor(legal)


def odd(legal: Legal) -> Iterator[Any]:
    """Answers that a game may refuse or clean, but must survive."""
    yield from (True, "", "\ud800", "\u202e\x00\x1b[2J", [], {}, np.array("x"), np.zeros((0,)), np.array([1j]))
    yield from (HUGE, -HUGE, _LONG, 1.0, np.int64(0), b"\xff")
    if isinstance(legal, Box):
        yield from (np.full(legal.shape, None, dtype=object), np.full(legal.shape, "x"))


def _no_choice(ids: frozenset[int]) -> Iterator[Any]:
    yield from (number for number in (-1, max(ids, default=0) + 1, HUGE, -HUGE) if number not in ids)
    yield from ("no such action", _LONG, 0.5, [0], {"id": 0})


def _no_fit(schema: Mapping[str, Any], rng: Random) -> Iterator[Any]:
    fitting = sample_schema(schema, rng)
    if isinstance(fitting, Mapping):
        yield from (7, "text", [fitting])
        yield from ({**fitting, name: NAN} for name in fitting)
        required = schema.get("required", ()) if "properties" in schema else ()
        yield from ({k: v for k, v in fitting.items() if k != name} for name in required)
        if schema.get("additionalProperties") is False:
            yield {**fitting, "no such key": 1}
    elif isinstance(fitting, list):
        yield from ("text", {"items": fitting}, [*fitting, NAN])
    elif isinstance(fitting, str):
        yield from (7, [fitting])
    else:
        yield from ("text", [fitting])


def _no_tensor(box: Box) -> Iterator[Any]:
    fitting = np.full(box.shape, box.low, dtype=box.dtype)
    yield from ("text", {"tensor": 1}, fitting[None], np.concatenate([fitting.ravel()] * 2 + [np.zeros(1)]))
    if fitting.size:
        yield from (cast(Any, np.full(box.shape, wrong)) for wrong in (NAN, float("inf"), -float("inf")))
        span = box.high - box.low + 1.0
        yield from (np.full(box.shape, wrong) for wrong in (box.low - span, box.high + span))
