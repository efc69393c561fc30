"""A seat's match as the chat of the language model that it is to train, and what was legal as JSON."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from arena.agents.language.answers import AnswerForm
from arena.agents.language.conversation import Conversation, reworded, written
from arena.agents.language.model import Message
from arena.core.agent import Provenance
from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.match import Decided
from arena.core.values import Json

Said: TypeAlias = Callable[[AnswerForm, Provenance], str]
"""What a model said by its tokens; empty where that is not known."""

ChatMessage: TypeAlias = dict[str, str]
"""A message as training libraries read it: `role` (system, user or assistant) and `content`."""


def nothing_said(form: AnswerForm, made: Provenance) -> str:
    """Without a tokenizer."""
    return ""


def converse(conversation: Conversation, decisions: Iterable[Decided], said: Said) -> None:
    """Have all decisions of a seat asked and answered.

    Raises:
        Unavailable: a language model cannot answer one of them.
    """
    for _, move, faced, made in decisions:
        if faced.legal is None:
            continue
        form = conversation.ask(faced.text, faced.legal)
        if move.cause is not None or move.action is None:  # the last one it sent, if any, is what it remembers
            conversation.answer(reworded(form, made.refused[-1].sent) if made.refused else "")
        else:
            conversation.answer(said(form, made) or written(form, move.action, made.raw))


def chat_messages(messages: Iterable[Message]) -> list[ChatMessage]:
    """Messages without pictures."""
    return [{"role": message.role, "content": message.text} for message in messages]


def legal_json(legal: Legal | None) -> str:
    """What might be answered, as JSON: `form` is choices, text, schema, box or none."""
    return json.dumps(_form(legal), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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
