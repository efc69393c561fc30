"""Other people's text on somebody's terminal: made harmless, and cut to what is new."""

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_KEPT: Final = frozenset("\n\t")


def harmless(text: str) -> str:
    """`text` with control and bidi characters as visible escapes, so that speech cannot steer a terminal."""
    return "".join(f"\\u{ord(c):04x}" if steers(c) and c not in _KEPT else c for c in text)


def steers(char: str) -> bool:
    """Whether a character does something to a terminal, or to the order of others, rather than stand there."""
    return unicodedata.category(char) in _HIDDEN


def news(before: str, now: str) -> str:
    """What a view that tells a story has more than it had before: its lines from the first changed one on."""
    old, new = before.splitlines(), now.splitlines()
    changed = (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    return "\n".join(new[next(changed, min(len(old), len(new))) :])
