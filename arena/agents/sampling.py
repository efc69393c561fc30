"""Drawing a legal action of any form: the `random` agent, and every conformance suite, play through this."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final, cast

import numpy as np

from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.values import Action, Json

_WORDS = ("I see", "perhaps", "not sure", "agreed", "let us think", "well", "no", "yes")


def sample(legal: Legal, rng: Random) -> Action:
    """A uniform draw where the form is enumerable, else any value that fits."""
    match legal:
        case Choices(ids=ids):
            return ids[int(rng.random() * len(ids))]
        case FreeText(max_chars=limit):
            return " ".join(rng.sample(_WORDS, 3))[:limit]
        case Schema(schema=schema):
            return cast(Action, sample_schema(schema, rng))
        case Box():
            draws = [legal.low + (legal.high - legal.low) * rng.random() for _ in range(int(np.prod(legal.shape)))]
            return np.array(draws, dtype=legal.dtype).reshape(legal.shape)


def sample_schema(schema: Mapping[str, Any], rng: Random) -> Json:
    """A value that fits a JSON Schema of const, enum, oneOf, anyOf, object, array, integer, number, string and boolean.

    Raises:
        ValueError: the schema uses another keyword to say what it wants.
    """
    if "const" in schema:
        return cast(Json, schema["const"])
    for key in ("enum", "oneOf", "anyOf"):
        if key in schema:
            chosen = rng.choice(schema[key])
            return cast(Json, chosen) if key == "enum" else sample_schema(chosen, rng)
    match schema.get("type"):
        case "object":
            required = schema.get("required", tuple(schema.get("properties", {})))
            return {name: sample_schema(schema["properties"][name], rng) for name in required}
        case "array":
            n = rng.randint(schema.get("minItems", 0), schema.get("maxItems", schema.get("minItems", 0) + 3))
            return [sample_schema(schema["items"], rng) for _ in range(n)]
        case "integer":
            return rng.randint(schema.get("minimum", 0), schema.get("maximum", schema.get("minimum", 0) + 100))
        case "number":
            return rng.uniform(schema.get("minimum", 0.0), schema.get("maximum", 1.0))
        case "string":
            return " ".join(rng.sample(_WORDS, 2))[: schema.get("maxLength", 80)]
        case "boolean":
            return rng.random() < 0.5
        case other:
            raise ValueError(f"cannot draw a value of schema type {other!r}")


def first(legal: Legal) -> Action:
    """The first legal action: the first id, the first branch, the lowest number, the shortest text."""
    match legal:
        case Choices(ids=ids):
            return ids[0]
        case FreeText():
            return ""
        case Schema(schema=schema):
            return cast(Action, sample_schema(schema, _LOWEST))
        case Box(shape=shape, low=low, dtype=dtype):
            return np.full(shape, low, dtype=dtype)


class _Lowest(Random):
    """Always draws the first or lowest there is, and no words; all of `Random` rests on these two methods."""

    def random(self) -> float:
        return 0.0

    def sample(self, population: Any, k: int, *, counts: Any = None) -> list[Any]:
        return []


_LOWEST: Final = _Lowest()
