"""Reading what a model wrote: its private reasoning apart from its answer, and the answer by the common conventions."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from pydantic_core import from_json

from arena.core.options import parse_json
from arena.core.values import Json

MAX_READ: Final = 40_000
"""Characters at the end of a completion that an answer is looked for in."""
_MAX_OBJECTS: Final = 200
_BOXED: Final = re.compile(r"\\boxed\{")
_FINAL: Final = re.compile(r"final answer\s*(?:is)?\s*[:=]?\s*([^\n]+)", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\[([^\[\]\n]{1,200})\]")
_OPEN: Final = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_CLOSE: Final = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_AROUND: Final = " \t\n\r\"'`*_."
_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_DECODER: Final = json.JSONDecoder(strict=False)


class Unreadable(Exception):
    """A completion that holds no answer of the form asked for; the sentence says what would be one."""


class Said(NamedTuple):
    """A completion in two parts."""

    reasoning: str
    answer: str


def parted(text: str) -> Said:
    """What stands within `<think>` tags is private; so is all before a closing tag alone, and all after an open one."""
    thoughts: list[str] = []
    if (closed := _last(_CLOSE, text)) is not None:
        before, text = text[: closed.start()], text[closed.end() :]
        thoughts.append(_CLOSE.sub("", _OPEN.sub("", before)).strip())
    if (opened := _OPEN.search(text)) is not None:
        thoughts.append(_OPEN.sub("", text[opened.end() :]).strip())
        text = text[: opened.start()]
    return Said("\n".join(filter(None, thoughts)), text.strip())


def candidates(answer: str) -> Iterator[str]:
    r"""Texts that may be the answer, the likeliest first.

    The whole of it, then the last of each convention: `\boxed{X}`, `Final Answer: X`, `[X]`, a JSON object.
    """
    answer = answer[-MAX_READ:]
    yield answer
    if (boxed := _last(_BOXED, answer)) is not None:
        yield _to_closing_brace(answer[boxed.end() :])
    if (final := _last(_FINAL, answer)) is not None:
        yield final[1]
    if (bracketed := _last(_BRACKETS, answer)) is not None:
        yield bracketed[1]
    if (found := last_object(answer)) is not None:
        yield found


def plain(text: str) -> str:
    """For comparing: without quotes, emphasis, a full stop, or differences of case and spacing."""
    return " ".join(text.casefold().split()).strip(_AROUND)


def last_object(text: str) -> str | None:
    """The last JSON object within a text that is not part of another one."""
    found, at = None, text.find("{")
    for _ in range(_MAX_OBJECTS):
        if at < 0:
            break
        end = at + 1
        with suppress(ValueError, RecursionError):
            _, end = _DECODER.raw_decode(text, at)
            found = text[at:end]
        at = text.find("{", end)
    return found


def read_json(text: str) -> Json:
    """The value of a JSON text, a fence of Markdown around it or not.

    A control character counts as a space: under a bound on a text's length, xgrammar lets it stand as it is.

    Raises:
        ValueError: it is none, or none that can be sent.
    """
    return parse_json(_CONTROL.sub(" ", re.sub(r"^```\w*\n|\n?```$", "", text.strip())))


def closed(text: str) -> str:
    """A JSON text that was cut, with its open text, lists and objects ended, and without spaces or a key or a word that
    was only begun; the same text where nothing is missing, and where that makes no JSON."""
    spaced = _CONTROL.sub(" ", text)
    with suppress(ValueError):
        from_json(spaced)
        return text
    with suppress(ValueError):
        whole = from_json(spaced, allow_partial="trailing-strings")
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return text


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return found


def _to_closing_brace(text: str) -> str:
    depth = 1
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if not depth:
            return re.sub(r"^\\text\{(.*)\}$", r"\1", text[:at])
    return text
