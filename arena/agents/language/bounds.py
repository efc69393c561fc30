"""JSON Schemas made finite: whatever fits one of them, drawn token by token at random, still ends and is of use.

Texts get a length and lists a number, so that an answer fits into its tokens, and the texts come last, so that an
answer that is cut all the same lacks nothing but words. Numbers are digits in quotes, since a number's digits can be
bounded by a pattern only; `restored` makes them numbers again.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from arena.core.values import Json

Schema: TypeAlias = Mapping[str, Any]

_BRANCHES: Final = ("oneOf", "anyOf")
_LEAST_CHARS: Final = 16
"""Of a text, however few tokens there are."""
_ITEMS: Final = 8
"""In a list that the schema leaves open."""
_WHOLE: Final = 10**9
_DIGITS: Final = 9
_DECIMALS: Final = 4


def bounded(schema: Schema, max_tokens: int) -> Schema:
    """A schema whose values all fit `schema` (numbers in quotes apart), in about `max_tokens` tokens at most.

    A character is counted as a token, which is more than any model in its right mind takes.
    """
    fixed, texts = _cost(schema)
    return _bounded(schema, max(_LEAST_CHARS, (max_tokens - fixed) // max(texts, 1)))


def restored(value: Any, schema: Schema) -> Any:
    """A value that fits `bounded(schema)` as one that fits `schema`; what fits neither is left as it is."""
    for key in _BRANCHES:
        if key in schema:
            meant: Schema = next((branch for branch in schema[key] if _is_of(value, branch)), {})
            return restored(value, meant)
    if isinstance(value, str) and _is_free_number(schema):
        return _number(value, schema)
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {name: restored(each, inner.get(name, {})) for name, each in value.items()}
    if isinstance(value, list):
        return [restored(each, schema.get("items", {})) for each in value]
    return value


def digits_of(number: float) -> str:
    """A number as a bounded schema has it: `restored` makes it one again, to so many decimals."""
    return f"{number:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def _bounded(schema: Schema, chars: int) -> Schema:
    changed: dict[str, Any] = {key: [_bounded(b, chars) for b in schema[key]] for key in _BRANCHES if key in schema}
    if changed or {"const", "enum"} & schema.keys():
        return {**schema, **changed}
    match schema.get("type"):
        case "string" if "pattern" not in schema:
            longest = max(min(schema.get("maxLength", chars), chars), schema.get("minLength", 0))
            return {**schema, "maxLength": longest}
        case "integer":
            return {**schema, "minimum": _low(schema, -_WHOLE), "maximum": _high(schema, _WHOLE)}
        case "number":
            return {"type": "string", "pattern": _digits(schema)}
        case "array":
            return _bounded_list(schema, chars)
        case "object":
            inner = schema.get("properties", {})
            ordered = sorted(inner, key=lambda name: _cost(inner[name])[1] > 0)
            return {**schema, "properties": {name: _bounded(inner[name], chars) for name in ordered}}
        case _:
            return schema


def _bounded_list(schema: Schema, chars: int) -> Schema:
    items = {"items": _bounded(schema["items"], chars)} if "items" in schema else {}
    return {**schema, **items, "maxItems": schema.get("maxItems", max(_ITEMS, schema.get("minItems", 0)))}


def _cost(schema: Schema) -> tuple[int, int]:
    """Characters of the longest value without its free texts, and how many of these there are."""
    for key in _BRANCHES:
        if key in schema:
            return max((_cost(branch) for branch in schema[key]), key=lambda cost: cost[0] + _LEAST_CHARS * cost[1])
    if "const" in schema or "enum" in schema:
        return max(len(json.dumps(value)) for value in schema.get("enum", [schema.get("const")])), 0
    match schema.get("type"):
        case "string":
            free = schema.get("maxLength", math.inf) > _LEAST_CHARS
            return (2, 1) if free else (schema["maxLength"] + 2, 0)
        case "integer":
            return len(str(_WHOLE)) + 1, 0
        case "number":
            return _DIGITS + _DECIMALS + 4, 0
        case "array":
            fixed, texts = _cost(schema.get("items", {}))
            many = schema.get("maxItems", max(_ITEMS, schema.get("minItems", 0)))
            return 2 + many * (fixed + 2), many * texts
        case "object":
            parts = {name: _cost(each) for name, each in schema.get("properties", {}).items()}
            fixed = 2 + sum(len(name) + 5 + cost[0] for name, cost in parts.items())
            return fixed, sum(cost[1] for cost in parts.values())
        case _:
            return _LEAST_CHARS, 0


def _low(schema: Schema, least: float) -> float:
    return max(schema.get("minimum", least), least) if "exclusiveMinimum" not in schema else least


def _high(schema: Schema, most: float) -> float:
    return min(schema.get("maximum", most), most) if "exclusiveMaximum" not in schema else most


def _digits(schema: Schema) -> str:
    low, high = _low(schema, -math.inf), _high(schema, math.inf)
    furthest = max(abs(low), abs(high))
    whole = len(str(int(furthest))) if math.isfinite(furthest) else _DIGITS
    return rf"^{'-?' if low < 0 else ''}[0-9]{{1,{whole}}}(\.[0-9]{{1,{_DECIMALS}}})?$"


def _number(text: str, schema: Schema) -> Json:
    try:
        number = float(text)
    except ValueError:
        return text
    return min(max(number, _low(schema, -math.inf)), _high(schema, math.inf)) if math.isfinite(number) else text


def _is_free_number(schema: Schema) -> bool:
    return schema.get("type") == "number" and not {"const", "enum"} & schema.keys()


def _is_of(value: Any, branch: Schema) -> bool:
    """Whether a value is meant for this branch, by its type, its keys and what is constant in it."""
    if "const" in branch:
        return bool(value == branch["const"])
    if "enum" in branch:
        return value in branch["enum"]
    inner = branch.get("properties")
    if isinstance(value, Mapping) and inner is not None:
        there = all(name in value for name in branch.get("required", ()))
        return there and all(_is_of(each, inner[name]) for name, each in value.items() if name in inner)
    return isinstance(value, _TYPES.get(branch.get("type", ""), object))


_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "object": Mapping,
    "array": Sequence,
    "string": str,
    "integer": int,
    "number": (int, float, str),
    "boolean": bool,
}
