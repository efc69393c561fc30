"""A decision as questions to a person: listed actions by number, text as typed, a schema field by field."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import isfinite, prod
from typing import Any, Final, TypeAlias, TypeVar, cast

import numpy as np

from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.options import parse_json
from arena.core.values import Action, Json

T = TypeVar("T")

Ask: TypeAlias = Callable[[str], Awaitable[str]]
"""Shows a prompt and gives the line that is typed."""
Say: TypeAlias = Callable[[str], None]

_LEFT_OUT: Final = object()
_BRANCHES: Final = ("oneOf", "anyOf")
_BOOLEANS: Final = {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}
_SHOWN: Final = 80
"""Characters of a value in a list."""


class Form:
    """Asks until what was typed fits the form of the decision; the game may still refuse it."""

    def __init__(self, ask: Ask, say: Say) -> None:
        self._ask, self._say = ask, say

    async def answer(self, legal: Legal) -> Action:
        """An action that fits."""
        match legal:
            case Choices():
                return await self._choice(legal)
            case FreeText(max_chars=limit, hint=hint):
                self._say(f"{hint or 'Say something'} (at most {limit} characters)")
                return await self._until(lambda line: _bounded(line, limit), "text")
            case Schema(schema=schema):
                return cast(Action, await self._value(schema, ""))
            case Box():
                return await self._tensor(legal)

    async def _until(self, read: Callable[[str], T], prompt: str) -> T:
        """What `read` makes of the first line that it does not raise ValueError for."""
        while True:
            try:
                return read(await self._ask(prompt))
            except ValueError as error:
                self._say(str(error))

    async def _choice(self, legal: Choices) -> int:
        labels = dict(zip(legal.ids, legal.labels, strict=True))
        self._say("\n".join(f"{number:>5}  {label}" for number, label in labels.items()))
        return await self._until(lambda line: _listed(line, labels), "number")

    async def _pick(self, what: str, values: Sequence[T], label: Callable[[T], str]) -> T:
        """One of several, by its place from 1; a single one is no question."""
        if len(values) == 1:
            return values[0]
        labels = {number: label(value)[:_SHOWN] for number, value in enumerate(values, start=1)}
        self._say(
            "\n".join([f"{what}:" if what else "Choose one:", *(f"{n:>5}  {text}" for n, text in labels.items())])
        )
        return values[await self._until(lambda line: _listed(line, labels), "number") - 1]

    async def _value(self, schema: Mapping[str, Any], name: str, *, optional: bool = False) -> Any:
        """A value of the schema; `_LEFT_OUT` where it is optional and nothing is typed."""
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return await self._pick(name, schema["enum"], _shown)
        for key in _BRANCHES:
            if key in schema:
                return await self._value(await self._pick(name, schema[key], _branch_label), name)
        match schema.get("type"):
            case "object":
                return await self._object(schema, name)
            case "array" if isinstance(schema.get("items"), Mapping):
                return await self._array(schema, name)
            case _:
                return await self._leaf(schema, name, optional)

    async def _object(self, schema: Mapping[str, Any], name: str) -> dict[str, Json]:
        fields = schema.get("properties", {})
        required = schema.get("required", tuple(fields))
        made: dict[str, Json] = {}
        for field, of in fields.items():
            inner = f"{name} {field}".strip()
            if field not in required and not _is_leaf(of) and not await self._wants(inner):
                continue
            value = await self._value(of, inner, optional=field not in required)
            if value is not _LEFT_OUT:
                made[field] = value
        return made

    async def _array(self, schema: Mapping[str, Any], name: str) -> list[Json]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
        made: list[Json] = []
        while len(made) < most:
            item = f"{name} {len(made) + 1}".strip()
            if len(made) >= least and not await self._wants(item):
                break
            made.append(await self._value(schema["items"], item))
        return made

    async def _wants(self, name: str) -> bool:
        return await self._until(_yes_or_no, f"add {name}? y/n")

    async def _leaf(self, schema: Mapping[str, Any], name: str, optional: bool) -> Any:
        read, about = _reader(schema)
        about += ", Enter for none" if optional else ""
        return await self._until(
            lambda line: _LEFT_OUT if optional and not line else read(line), f"{name} ({about})".strip()
        )

    async def _tensor(self, legal: Box) -> Action:
        size = prod(legal.shape)
        self._say(
            f"{size} numbers from {legal.low:g} to {legal.high:g}, separated by spaces; Enter for the least there is"
        )
        return await self._until(lambda line: _tensor(line, legal), "numbers")


def _listed(line: str, labels: Mapping[int, str]) -> int:
    """The number of a list's entry, typed as number or as label."""
    typed = line.strip()
    for number, label in labels.items():
        if typed in {str(number), label}:
            return number
    raise ValueError(f"{typed[:_SHOWN]!r} is none of the numbers listed")


def _bounded(line: str, limit: int) -> str:
    if len(line) > limit:
        raise ValueError(f"that has {len(line)} characters; at most {limit} are taken")
    return line


def _yes_or_no(line: str) -> bool:
    answer = _BOOLEANS.get(line.strip().lower())
    if answer is None:
        raise ValueError("answer y or n")
    return answer


def _reader(schema: Mapping[str, Any]) -> tuple[Callable[[str], Any], str]:
    """What reads a line as a value of a schema without parts, and what to tell of it."""
    low, high = schema.get("minimum"), schema.get("maximum")
    between = f"{'' if low is None else f' from {low}'}{'' if high is None else f' to {high}'}"
    match schema.get("type"):
        case "integer":
            return lambda line: _number(line, int, low, high), f"a whole number{between}"
        case "number":
            return lambda line: _number(line, float, low, high), f"a number{between}"
        case "boolean":
            return _yes_or_no, "y or n"
        case "string":
            limit = schema.get("maxLength", 1 << 20)
            return lambda line: _bounded(line, limit), f"text, at most {limit} characters"
        case _:
            return _json, "JSON"


def _number(line: str, kind: type[int] | type[float], low: float | None, high: float | None) -> float:
    try:
        number = kind(line.strip())
    except ValueError:
        raise ValueError(f"{line.strip()[:_SHOWN]!r} is no {'whole ' if kind is int else ''}number") from None
    if not isfinite(number) or (low is not None and number < low) or (high is not None and number > high):
        raise ValueError(f"{number} is out of bounds")
    return number


def _json(line: str) -> Json:
    try:
        return parse_json(line)
    except ValueError:
        raise ValueError("that is no JSON") from None


def _tensor(line: str, legal: Box) -> Action:
    size = prod(legal.shape)
    numbers = [_number(word, float, legal.low, legal.high) for word in line.replace(",", " ").split()]
    if not numbers:
        numbers = list(legal.idle) or [legal.low] * size
    if len(numbers) != size:
        raise ValueError(f"those are {len(numbers)} numbers; {size} are wanted")
    return np.array(numbers, dtype=legal.dtype).reshape(legal.shape)


def _is_leaf(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") not in {"object", "array"} and not schema.keys() & {"const", "enum", *_BRANCHES}


def _branch_label(schema: Mapping[str, Any]) -> str:
    """What tells a branch from its neighbours: its title, else its constants, else the schema itself."""
    if title := schema.get("title") or schema.get("description"):
        return str(title)
    if "const" in schema:
        return _shown(schema["const"])
    constants = [_shown(of["const"]) for of in schema.get("properties", {}).values() if "const" in of]
    return " ".join(constants) or json.dumps(schema, ensure_ascii=False)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
