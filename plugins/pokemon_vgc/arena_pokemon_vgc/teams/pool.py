"""Teams for seats that bring none: those of the option `teams`, else our own for the format."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from arena.core.errors import BadOption
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
