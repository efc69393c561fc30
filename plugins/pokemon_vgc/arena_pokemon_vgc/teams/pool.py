"""Teams for seats that bring none: those of the option `teams`, else our own for the format."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from arena.core.errors import BadEntry, BadOption
from arena.core.values import Json

SHIPPED: Final = Path(__file__).parent / "shipped"
"""A folder for each format that has teams of our own, one team a file."""

_HEADER: Final = re.compile(r"^=== .* ===$", re.MULTILINE)


def shipped(format_id: str) -> Sequence[str]:
    """Texts of our own teams for a format, in the order of their files' names."""
    return [path.read_text() for path in sorted((SHIPPED / format_id).glob("*.txt"))]


def given(option: Json) -> Sequence[str]:
    """The texts of the option `teams`: teams under lines `=== name ===`, as Showdown backs them up, or a single one.

    Raises:
        BadOption: there is no team in it.
    """
    if not isinstance(option, Mapping):
        return []
    teams = [part.strip() for part in _HEADER.split(str(option["text"])) if part.strip()]
    if not teams:
        raise BadOption(
            "option teams: there is no team in it; give Showdown's export text, one team or a folder of them"
        )
    return teams


def read_teams(path: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every team in a file, or in the text files of a folder.

    Raises:
        BadEntry: it cannot be read.
    """
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    if not files:
        raise BadEntry(f"there is no .txt file in {path}")
    for file in files:
        try:
            texts = [part.strip() for part in _HEADER.split(file.read_text()) if part.strip()]
        except (OSError, UnicodeDecodeError):
            raise BadEntry(f"{file} is no readable UTF-8 file") from None
        for number, text in enumerate(texts, 1):
            yield (f"{file}#{number}" if len(texts) > 1 else str(file)), text
