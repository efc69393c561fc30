"""What a seat may answer, as the form a completion is held to, the words that ask for it, and the way back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol, Self, cast

import numpy as np

from arena.agents.language.bounds import bounded, digits_of, restored
from arena.agents.language.model import Grammar, JsonOf, OneOf
from arena.agents.language.prompts import Prompts
from arena.agents.language.quoting import neutral, one_line
from arena.agents.language.reading import Unreadable, candidates, plain, read_json
from arena.core.agent import Unavailable
from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.values import Action

MAX_CHOICES: Final = 200
"""Beyond this a list of texts to choose from is slow to compile for engines; a JSON number is not."""
MAX_LISTED: Final = 2_000
"""Actions that are named in a prompt."""
MAX_LABEL: Final = 60
"""Characters of a label that a model is to repeat."""
MAX_SHOWN: Final = 200
"""Characters of a label in a list by number."""
MAX_BOX: Final = 32
"""Numbers that a model is asked to write down."""

_KEYS: Final = ("action", "move", "answer", "choice", "id")


class AnswerForm(Protocol):
    """The form of one decision's answer."""

    @property
    def grammar(self) -> Grammar:
        """What an engine is to hold the completion to."""

    def instruction(self, prompts: Prompts) -> str:
        """The words that ask for it."""

    def read(self, answer: str) -> Action:
        """The action that a completion without its reasoning stands for.

        Raises:
            Unreadable: it stands for none.
        """

    def write(self, action: Action) -> str:
        """A completion that stands for an action, as the grammar has it: the inverse of `read`."""


def form_of(legal: Legal, max_tokens: int) -> AnswerForm:
    """The form in which a language model answers this decision.

    Raises:
        Unavailable: a model cannot, as a tensor is too large to be written.
    """
    match legal:
        case Choices():
            return _choice(legal)
        case FreeText(max_chars=limit, hint=hint):
            return Speech(limit, hint)
        case Schema(schema=schema):
            return JsonValue.of(schema, max_tokens)
        case Box(shape=shape) if int(np.prod(shape)) > MAX_BOX:
            raise Unavailable(
                f"a language model cannot write a tensor of {'x'.join(map(str, shape))} numbers; choose an option of "
                f"the game that is played at the level of texts or choices"
            )
        case Box():
            return Numbers(legal, JsonValue.of(_list_of(legal), max_tokens))


def _choice(legal: Choices) -> AnswerForm:
    if len(legal.ids) > MAX_CHOICES:
        return ManyIds(list(legal.ids), legal.labels)
    return _of_few(tuple(legal.ids), tuple(legal.labels))


@lru_cache(maxsize=1_024)
def _of_few(ids: Sequence[int], labels: Sequence[str]) -> AnswerForm:
    """Games ask the same again and again."""
    if _are_answers(labels):
        return OneText(ids, labels, labels, "choices")
    listed = [f"{number}: {one_line(label, MAX_SHOWN)}" for number, label in zip(ids, labels, strict=True)]
    return OneText(ids, [str(number) for number in ids], listed, "ids")


def _are_answers(labels: Sequence[str]) -> bool:
    """Whether a model can be asked to repeat them: short, one line each, told apart at a glance, and harmless."""
    fit = all(0 < len(label) <= MAX_LABEL and label == one_line(label, MAX_LABEL) and plain(label) for label in labels)
    return fit and len(set(map(plain, labels))) == len(labels)


@dataclass(frozen=True, slots=True)
class OneText:
    """One of a few ids, each by its own text."""

    ids: Sequence[int]
    texts: Sequence[str]
    listed: Sequence[str]
    template: str

    @property
    def grammar(self) -> Grammar:
        """The texts themselves."""
        return OneOf(self.texts)

    def instruction(self, prompts: Prompts) -> str:
        """A line for each."""
        return prompts.render(self.template, options="\n".join(self.listed))

    def read(self, answer: str) -> Action:
        """By its text, else by its id."""
        by_text = dict(zip(map(plain, self.texts), self.ids, strict=True))
        for said in _spoken(answer):
            if said in by_text:
                return by_text[said]
            if _is_id(said) and int(said) in self.ids:
                return int(said)
        raise Unreadable(f"it is none of the {len(self.ids)} actions that are listed")

    def write(self, action: Action) -> str:
        """Its text."""
        return self.texts[self.ids.index(cast(int, action))]


@dataclass(frozen=True, slots=True)
class ManyIds:
    """One of many ids, as a JSON number: a list of texts of this length is slow to compile."""

    ids: Sequence[int]
    labels: Sequence[str]

    @property
    def grammar(self) -> Grammar:
        """An object with the id, which is a range where none is left out."""
        low, high = min(self.ids), max(self.ids)
        dense = high - low + 1 == len(self.ids)
        number = {"type": "integer", "minimum": low, "maximum": high} if dense else {"enum": list(self.ids)}
        return JsonOf(_object({"action": number}))

    def instruction(self, prompts: Prompts) -> str:
        """A line for each, as far as there is room."""
        lines = [f"{n}: {one_line(label, MAX_SHOWN)}" for n, label in zip(self.ids, self.labels, strict=True)]
        if len(lines) > MAX_LISTED:
            lines[MAX_LISTED:] = [f"and {len(lines) - MAX_LISTED} more, up to {max(self.ids)}"]
        return prompts.render("many", options="\n".join(lines), example=json.dumps({"action": self.ids[0]}))

    def read(self, answer: str) -> Action:
        """By its id."""
        known = set(self.ids)
        found = next((int(said) for said in _spoken(answer) if _is_id(said) and int(said) in known), None)
        if found is None:
            raise Unreadable(f"it is none of the {len(self.ids)} numbers that are listed")
        return found

    def write(self, action: Action) -> str:
        """The object with its id."""
        return _compact({"action": action})


@dataclass(frozen=True, slots=True)
class Speech:
    """Any text; nothing in it is read as anything else."""

    limit: int
    hint: str

    @property
    def grammar(self) -> Grammar:
        """None: every text will do."""
        return None

    def instruction(self, prompts: Prompts) -> str:
        """What it is for, and how long it may be."""
        hint = f"{one_line(self.hint, MAX_SHOWN)}, " if self.hint else ""
        return prompts.render("speech", hint=hint, limit=self.limit)

    def read(self, answer: str) -> Action:
        """All of it that there is room for."""
        return answer[: self.limit]

    def write(self, action: Action) -> str:
        """The text itself."""
        return str(action)


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A JSON value; `narrow` is the schema that a completion is held to."""

    schema: Mapping[str, Any]
    narrow: Mapping[str, Any]

    @classmethod
    def of(cls, schema: Mapping[str, Any], max_tokens: int) -> Self:
        """A value of any schema, in so many tokens."""
        return cls(schema, bounded(schema, max_tokens))

    @property
    def grammar(self) -> Grammar:
        """The schema made finite."""
        return JsonOf(self.narrow)

    def instruction(self, prompts: Prompts) -> str:
        """The schema itself."""
        return prompts.render("json", schema=neutral(json.dumps(self.narrow, ensure_ascii=False)))

    def read(self, answer: str) -> Action:
        """The first candidate that is JSON of the kind the schema is of, and whole: of an answer that broke off, an
        object within it may be all that is."""
        wanted = (dict, list) if _is_structured(self.schema) else object
        for candidate in candidates(answer):
            try:
                value = read_json(candidate)
            except ValueError:
                continue
            if isinstance(value, wanted) and value is not None and _is_whole(value, self.schema):
                return restored(value, self.schema)  # type: ignore[no-any-return]  # JSON is an action
        raise Unreadable("it holds no JSON value of the form that was asked for")

    def write(self, action: Action) -> str:
        """Without spaces, the keys in the schema's order."""
        return _compact(_ordered(action, self.narrow))


@dataclass(frozen=True, slots=True)
class Numbers:
    """A small tensor, as a list of its numbers row by row."""

    box: Box
    written: JsonValue

    @property
    def grammar(self) -> Grammar:
        """A list of as many numbers."""
        return self.written.grammar

    def instruction(self, prompts: Prompts) -> str:
        """The schema of the list."""
        return self.written.instruction(prompts)

    def read(self, answer: str) -> Action:
        """The numbers within their bounds, in the tensor's shape."""
        value = self.written.read(answer)
        try:
            numbers = np.array(value, dtype=np.float64).reshape(self.box.shape)
        except (TypeError, ValueError):
            raise Unreadable(f"it is no list of {int(np.prod(self.box.shape))} numbers") from None
        if not np.isfinite(numbers).all():
            raise Unreadable("a number in it is not finite")
        return numbers.clip(self.box.low, self.box.high).astype(self.box.dtype)

    def write(self, action: Action) -> str:
        """The list of its numbers."""
        return _compact(cast(np.ndarray, action).reshape(-1).tolist())


def _ordered(value: Any, schema: Mapping[str, Any]) -> Any:
    """The same value, its keys in the order of the first branch that names them all."""
    if isinstance(value, list):
        return [_ordered(each, schema.get("items", {})) for each in value]
    if isinstance(value, int | float) and "pattern" in schema:
        return digits_of(value)
    if not isinstance(value, Mapping):
        return value
    offered: list[Mapping[str, Any]] = [branch.get("properties", {}) for branch in _branches(schema)]
    known = next((properties for properties in offered if _fits(value, properties)), {})
    names = [*(name for name in known if name in value), *(name for name in value if name not in known)]
    return {name: _ordered(value[name], known.get(name, {})) for name in names}


def _fits(value: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    """Whether all keys are known here, and what must be a certain word is that."""
    return value.keys() <= properties.keys() and all(
        properties[name].get("const", each) == each for name, each in value.items()
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _list_of(box: Box) -> Mapping[str, Any]:
    """The schema of a list of a tensor's numbers."""
    count = int(np.prod(box.shape))
    kind, bound = ("integer", int) if box.dtype == "int32" else ("number", float)
    number = {"type": kind, "minimum": bound(box.low), "maximum": bound(box.high)}
    return {"type": "array", "items": number, "minItems": count, "maxItems": count}


def _spoken(answer: str) -> Sequence[str]:
    """Each candidate, for comparing; of a JSON object what it says the action is."""
    said: list[str] = []
    for candidate in candidates(answer):
        said.append(plain(candidate))
        try:
            value = read_json(candidate)
        except ValueError:
            continue
        if isinstance(value, dict) and value:
            named = next((value[key] for key in _KEYS if key in value), next(iter(value.values())))
            said.append(plain(str(named)))
    return said


def _is_id(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 20


def _is_structured(schema: Mapping[str, Any]) -> bool:
    return all(branch.get("type") in {"object", "array"} for branch in _branches(schema))


def _is_whole(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether nothing is missing by one branch: each key that is required, each word that is one of a few. All else is
    the game's to judge, which says better what is wrong."""
    return any(_is_whole_by(value, branch) for branch in _branches(schema))


def _is_whole_by(value: Any, branch: Mapping[str, Any]) -> bool:
    if value not in branch.get("enum", [branch.get("const", value)]):
        return False
    properties = branch.get("properties", {})
    return not isinstance(value, Mapping) or (
        value.keys() >= set(branch.get("required", ()))
        and all(_is_whole(each, properties.get(name, {})) for name, each in value.items())
    )


def _branches(schema: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return schema.get("oneOf") or schema.get("anyOf") or (schema,)


def _object(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
