"""Words from agents made harmless: one line of visible characters in one normal form.

Unassigned characters stay, since which ones are assigned differs between versions of Unicode, and records must not.
"""

import unicodedata
from typing import Final

_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Control characters; format characters (bidi controls, zero-width ones, tags); lone surrogates; private ones."""

_BLANK: Final = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)))
).union(map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0000, 0xE1000)))
"""Characters of other categories that show nothing: fillers, joiners, variation selectors."""


def one_line(text: str) -> str:
    """NFKC, no invisible characters, every run of white space one space; a second time changes nothing."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", "".join(filter(_shows, text)))
    return " ".join(text.split())


def _shows(char: str) -> bool:
    return char.isspace() or not (unicodedata.category(char) in _DROPPED or char in _BLANK)
