"""Runs of `lspo`, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arena.core.options import resolve
from arena.core.values import Json
from arena.ledger import Ledger
from arena.loops.run import Asked, Run, opened
from arena.plugin.registry import Registry


@contextmanager
def a_run(ledger: Ledger, folder: Path, game: str = "werewolf/ww4-mini", **settings: Json) -> Iterator[Run]:
    """A run as `arena train lspo GAME --run FOLDER` opens it."""
    registry = Registry()
    listing, ref = registry.loop("lspo", game), registry.ref(game)
    asked = Asked(loop="lspo", game=ref, settings=resolve(listing.options, settings), name=folder.name)
    with opened(asked, folder, ledger, lambda: registry.make_game(ref), workers=1, quiet=True) as run:
        yield run
