"""Pictures of a match that is played again: which files a game can draw is part of its listing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from arena.core.game import State


class Rendering(Protocol):
    """Draws one match into one file.

    `states` yields the match's state before its first step and after each one: always the same object, so that a
    rendering may attach to the first one what looks more often than that. `at` names a moment or several in the game's
    own words; empty leaves the choice to the game.

    Raises:
        BadRequest: the match has no such moment, or the file cannot be of this kind.
        GameUnavailable: something that drawing needs is missing; the message says how to mend it.
        OSError: the file cannot be written.
    """

    def __call__(self, states: Iterable[State], at: str, file: Path) -> None: ...
