"""What commands print: JSON for programs, tables for people, and other people's text made harmless."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.table import Table

_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_KEPT = frozenset("\n\t")
_ENDLESS: Final = 1_000


def print_json(value: Any) -> None:
    """One JSON document on one line."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; numbers stand to the right, None is a dash. In a pipe or file lines are as long as they need be."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=_ENDLESS)
    console.print(make_table(title, columns, rows))


def make_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> "Table":
    """The table that `print_table` prints; only texts behind the first column are folded to fit."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    cells = [list(row) for row in rows]
    table = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[index], int | float | None) for row in cells)
        whole = numeric or not index
        table.add_column(column, justify="right" if numeric else "left", no_wrap=whole, overflow="fold")
    for row in cells:
        table.add_row(*(Text(show(cell)) for cell in row))
    return table


def show(cell: Any) -> str:
    """A table's cell in words."""
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.3f}" if abs(cell) < 10 else f"{cell:.1f}"
    return harmless(str(cell))


def harmless(text: str) -> str:
    """`text` with control and bidi characters as visible escapes, so that speech cannot steer a terminal."""
    return "".join(c if c in _KEPT or unicodedata.category(c) not in _HIDDEN else f"\\u{ord(c):04x}" for c in text)
