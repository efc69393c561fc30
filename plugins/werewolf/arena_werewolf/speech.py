"""Words from agents made harmless: one line of visible characters, in one normal form, within a budget."""

import unicodedata
from typing import Final

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.values import Action

_DROPPED: Final = frozenset({"Cc", "Cf", "Cs"})
"""Control characters; format characters, among them bidi controls, zero-width ones and tags; lone surrogates."""

_BLANK: Final = frozenset(
    map(
        chr,
        (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)),
    )
)
"""Characters of other categories that show nothing: fillers, joiners, variation selectors."""

_EXPANSION: Final = 4
"""A text this many times over the budget is refused unread, whatever cleaning would leave of it."""


def canonical_speech(action: Action, budget: int) -> str:
    """The text as everybody will see it (RULES.md 3.2).

    Raises:
        MalformedAction: it is no text.
        IllegalAction: it is longer than `budget` characters.
    """
    if not isinstance(action, str):
        raise MalformedAction("answer with a text")
    if len(action) > _EXPANSION * budget:
        raise _too_long(len(action), budget)
    text = clean(action)
    if len(text) > budget:
        raise _too_long(len(text), budget)
    return text


def clean(text: str) -> str:
    """NFKC, invisible characters dropped, every run of white space one space; `clean(clean(x)) == clean(x)`."""
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFKC", _visible(text))
    return " ".join(text.split())


def _visible(text: str) -> str:
    return "".join(c for c in text if c.isspace() or not _is_invisible(c))


def _is_invisible(c: str) -> bool:
    return unicodedata.category(c) in _DROPPED or c in _BLANK or "\U000e0000" <= c <= "\U000e0fff"


def _too_long(length: int, budget: int) -> IllegalAction:
    return IllegalAction(f"RULES.md 3.2: a speech has at most {budget} characters, this one has {length}")
