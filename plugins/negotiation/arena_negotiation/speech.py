"""What agents say, made harmless: one line of visible text in one normal form, never longer than its budget."""

import unicodedata
from typing import Final

from arena.core.errors import MalformedAction

_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Control and format characters (bidi, zero-width and tags among them), surrogates, private and unassigned ones."""

_BLANK: Final = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)))
).union(map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0)))
"""Characters of other categories that show nothing: fillers, joiners, variation selectors."""


def spoken(message: object, budget: int) -> str:
    """The one line that others will read (RULES.md 4); `spoken(spoken(x)) == spoken(x)`.

    Raises:
        MalformedAction: not a text, or over `budget` characters as it was sent.
    """
    if not isinstance(message, str):
        raise MalformedAction("RULES.md 4: message must be a text")
    if len(message) > budget:
        raise MalformedAction(f"RULES.md 4: a message has at most {budget} characters, this one has {len(message)}")
    return _clean(message)[:budget].rstrip()


def _clean(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", "".join(filter(_shows, text)))
    return " ".join(text.split())


def _shows(char: str) -> bool:
    return char.isspace() or not (unicodedata.category(char) in _DROPPED or char in _BLANK)
