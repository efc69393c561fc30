"""Other people's text made harmless for a page, a drawing and a spreadsheet."""

import unicodedata
from datetime import UTC, datetime
from math import isnan
from typing import Any, Final

from arena.rating.csv_cells import disarmed

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
NAME: Final = 22
"""Characters of a name in a drawing."""


def shown(text: str, width: int | None = None) -> str:
    """`text` with characters that do not show as visible escapes, cut to `width` characters."""
    plain = "".join(c if unicodedata.category(c) not in _HIDDEN else f"\\u{ord(c):04x}" for c in text)
    return plain if width is None or len(plain) <= width else plain[: width - 1] + "…"


def cell(value: Any) -> Any:
    """A value for a CSV file: None is empty, and text that a spreadsheet would compute stands behind an apostrophe."""
    if isinstance(value, str):
        return disarmed(value)
    return "" if value is None or (isinstance(value, float) and isnan(value)) else value


def day(ms: int) -> str:
    """A moment as a date, UTC."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%-d %b %Y}"


def moment(ms: int) -> str:
    """A moment in ISO 8601, UTC, to the second."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")


def number(value: float | None, digits: int = 1) -> str:
    """A number for a table; a dash for None and NaN."""
    return "–" if value is None or isnan(value) else f"{value:,.{digits}f}".replace("-", "−")
