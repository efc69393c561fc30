"""Making VGC games; without the simulator their tests are skipped, and say which command brings it."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arena.core.options import resolve
from arena.core.values import Json
from arena_pokemon_vgc.engine.node import MEND, find_node, installed, require_node
from arena_pokemon_vgc.engine.sharing import acquire, release
from arena_pokemon_vgc.engine.simulator import Simulator
from arena_pokemon_vgc.formats import DEFAULT, FORMATS
from arena_pokemon_vgc.game import VgcGame, options

Made = Callable[..., VgcGame]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the simulator, but for the tests of reading teams and of its absence."""
    if find_node() is not None and installed():
        return
    for item in items:
        if Path(__file__).parent in item.path.parents and "made" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=f"the simulator is missing; run `{MEND}`"))


@pytest.fixture(scope="session")
def _loaded() -> Iterator[None]:
    """Keeps the simulator between tests: to load it takes a second."""
    acquire(require_node("tests"))
    yield
    release()


@pytest.fixture
def made(_loaded: None) -> Iterator[Made]:
    """`made(best_of=3)` is the default format with an option, `made("gen9vgc2025regi")` another one."""
    games: list[VgcGame] = []

    def make(format_id: str = DEFAULT, **given: Json) -> VgcGame:
        format_ = FORMATS[format_id]
        games.append(VgcGame(format_, resolve(options(format_), given)))
        return games[-1]

    yield make
    for game in games:
        game.close()


@pytest.fixture
def simulator(made: Made) -> Simulator:
    """The simulator of this process."""
    return made().simulator


def file_option(text: str) -> Json:
    """The value of a file option that holds this text."""
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}
