"""A seat's match as a chat: the rules, then what it saw as the user's turns and what it answered as the assistant's."""

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np

from arena.core.canonical import canonical_text
from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.match import Situation
from arena.core.values import Action, Json

Message: TypeAlias = dict[str, str]
"""`role` (system, user or assistant) and `content`."""

_LISTED: Final = 200
"""Choices that are named to the model; of more, their number."""


def system(brief: str) -> Message:
    """The rules in words."""
    return {"role": "system", "content": brief}


def question(situation: Situation, before: str) -> Message:
    """What a seat sees and may answer; of a view that goes on from the one before, only the lines that are new."""
    view = situation.text
    if before and view.startswith(f"{before}\n"):
        view = view[len(before) :].lstrip("\n")
    wish = "" if situation.legal is None else _wish(situation.legal)
    return {"role": "user", "content": "\n\n".join(filter(None, (view, wish)))}


def answer(action: Action, legal: Legal | None, raw: str) -> Message:
    """What the seat answered: as it was sent, where that is on record, else its name, its text or its JSON."""
    return {"role": "assistant", "content": raw or _named(action, legal)}


def legal_json(legal: Legal | None) -> str:
    """What might be answered, as JSON: `form` is choices, text, schema, box or none."""
    return json.dumps(_form(legal), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _named(action: Action, legal: Legal | None) -> str:
    if isinstance(action, str):
        return action
    if isinstance(legal, Choices) and isinstance(action, int) and action in legal.ids:
        return legal.label(action)
    return json.dumps(action.tolist()) if isinstance(action, np.ndarray) else canonical_text(action)


def _wish(legal: Legal) -> str:
    match legal:
        case Choices() if len(legal.ids) <= _LISTED:
            return "\n".join(["Answer with one of these:", *legal.labels])
        case Choices():
            return f"Answer with one of {len(legal.ids)} actions."
        case FreeText(max_chars=limit, hint=hint):
            return f"Answer in at most {limit} characters{f': {hint}' if hint else '.'}"
        case Schema(schema=schema):
            return f"Answer with JSON that fits this schema:\n{canonical_text(schema)}"
        case Box(shape=shape, low=low, high=high):
            return f"Answer with a JSON list of shape {list(shape)}, its numbers from {low:g} to {high:g}."


def _form(legal: Legal | None) -> Mapping[str, Json]:
    match legal:
        case None:
            return {"form": "none"}
        case Choices():
            labels: Sequence[str] = legal.labels
            return {"form": "choices", "ids": [int(i) for i in legal.ids], "labels": labels}
        case FreeText(max_chars=limit, hint=hint):
            return {"form": "text", "max_chars": limit, "hint": hint}
        case Schema(schema=schema):
            return {"form": "schema", "schema": schema}
        case Box(shape=shape, low=low, high=high, dtype=dtype):
            return {"form": "box", "shape": list(shape), "low": low, "high": high, "dtype": dtype}
