"""The conformance suite for games: random matches put the contract of `arena.core.game` to the test."""

from collections.abc import Callable, Sequence

from arena.core.game import Entries, Game
from arena.testing.findings import Finding, all_kept, examine
from arena.testing.promises_course import COURSE
from arena.testing.promises_decisions import DECISIONS
from arena.testing.promises_views import VIEWS
from arena.testing.trial import GameTrial

GAME_PROMISES: tuple[Callable[[GameTrial], None], ...] = COURSE + DECISIONS + VIEWS
"""Every promise, in the order in which it is tested; name and docstring are what a report shows."""


def examine_game(
    game: Game,
    *,
    seeds: Sequence[int] = (1, 2, 3),
    max_steps: int = 200,
    entries: Entries | None = None,
    promises: Sequence[Callable[[GameTrial], None]] = GAME_PROMISES,
) -> list[Finding]:
    """One finding a promise, kept or broken.

    Each promise plays one random match for each of `seeds`, with the seats' private `entries`, cut short after
    `max_steps`.
    """
    trial = GameTrial(game=game, seeds=tuple(seeds), max_steps=max_steps, entries=entries or {})
    return examine(trial, promises)


def check_game(
    game: Game, *, seeds: Sequence[int] = (1, 2, 3), max_steps: int = 200, entries: Entries | None = None
) -> list[Finding]:
    """The findings of `examine_game` when every promise is kept.

    Raises:
        ConformanceError: a promise is broken; it is an AssertionError that lists each.
    """
    return all_kept(game.spec.id, examine_game(game, seeds=seeds, max_steps=max_steps, entries=entries))
