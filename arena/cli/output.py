"""What commands print: JSON for programs, tables for people, and other people's text made harmless."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from arena.core.terminal import harmless, steers

if TYPE_CHECKING:
    from rich.table import Table

_ENDLESS: Final = 1_000


def print_json(value: Any) -> None:
    """One JSON document on one line, in which characters that could steer a terminal are JSON's own escapes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    print(text if text.isprintable() else "".join(json.dumps(c)[1:-1] if steers(c) else c for c in text))


def tell_notes(notes: Iterable[str]) -> None:
    """What to beware of, one line each, beside the answer: on standard error."""
    for note in notes:
        print(f"note: {harmless(note)}", file=sys.stderr)


def counted(number: int, noun: str, plural: str = "s") -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else plural}"


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; numbers stand to the right, None is a dash. In a pipe or file lines are as long as they need be."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=_ENDLESS)
    if title:  # as a title of the table itself it would be folded to its width
        print(harmless(title))
    console.print(_table(columns, rows))


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> "Table":
    """Only texts behind the first column are folded to fit."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    cells = [list(row) for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[index], int | float | None) for row in cells)
        whole = numeric or not index
        table.add_column(column, justify="right" if numeric else "left", no_wrap=whole, overflow="fold")
    digits = [3 if _small(column) else 1 for column in zip(*cells, strict=True)]
    for row in cells:
        table.add_row(*map(Text, map(show, row, digits)))
    return table


def _small(column: Iterable[Any]) -> bool:
    return all(abs(cell) < 10 for cell in column if isinstance(cell, float))


def show(cell: Any, digits: int = 3) -> str:
    """A table's cell in words; a fraction has so many digits behind its point."""
    if cell is None:
        return "-"
    return f"{cell:.{digits}f}" if isinstance(cell, float) else harmless(str(cell))
