"""Other people's text in CSV files that a spreadsheet may open: what it would compute stands behind an apostrophe."""

from typing import Final

_FORMULA: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What makes a spreadsheet compute a cell (OWASP, CSV injection), full-width forms included."""


def disarmed(text: str) -> str:
    """The text as a spreadsheet leaves it alone."""
    return f"'{text}" if _computes(text) or _is_disarmed(text) else text


def restored(cell: str) -> str:
    """The text that `disarmed` made this cell of; any other is itself."""
    return cell[1:] if _is_disarmed(cell) else cell


def _computes(text: str) -> bool:
    return text.lstrip(" ")[:1] in _FORMULA


def _is_disarmed(text: str) -> bool:
    """Whether an apostrophe, or several, stand before what would be computed."""
    return text.startswith("'") and _computes(text.lstrip("'"))
