"""Runs of the loops of language models, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arena.core.options import resolve
from arena.core.values import AgentName, Json
from arena.ledger import Ledger
from arena.loops.meeting import Meeting, Member
from arena.loops.run import Asked, Run, opened
from arena.plugin.registry import Registry


@contextmanager
def a_run(
    ledger: Ledger, folder: Path, loop: str, game: str = "openspiel/kuhn_poker", **settings: Json
) -> Iterator[Run]:
    """A run as `arena train LOOP GAME --run FOLDER` opens it."""
    registry = Registry()
    listing, ref = registry.loop(loop, game), registry.ref(game)
    asked = Asked(loop=loop, game=ref, settings=resolve(listing.options, settings), name=folder.name)
    with opened(asked, folder, ledger, lambda: registry.make_game(ref), workers=1, quiet=True) as run:
        yield run


def bots_play(run: Run, *specs: str, deals: int = 30) -> None:
    """Have registered agents meet in the run's ledger."""
    run.play([Meeting(members=[Member(AgentName(spec), spec) for spec in specs], deals=deals)])
