"""The loops of other projects: each in an environment of its own under `.bench/venvs`, made on the first run."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sample import BenchFailed, Sample

ROOT: Final = Path(__file__).parents[2]
SCRATCH: Final = ROOT / ".bench"
LOOPS: Final = Path(__file__).parent / "peers"
_INSTALL_SECONDS: Final = 1800
_START_SECONDS: Final = 120
_INSTALLED: Final = ".installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One loop in `peers/`, and the packages it needs; loops that need the same share an environment."""

    name: str
    about: str
    loop: str
    packages: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    once: bool = False

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        python = environment(self.packages)
        command = [str(python), str(LOOPS / self.loop), str(seconds)]
        printed = _run(command, _START_SECONDS + 3 * seconds, {**os.environ, **self.settings})
        found = json.loads(printed.splitlines()[-1])
        return Sample(
            games=found["games"],
            decisions=found["decisions"],
            wall=found["wall"],
            cpu={"loop": found["cpu"]},
            versions=found["versions"],
        )


PEERS: Final = (
    Peer(name="textarena", about="TicTacToe-v0", loop="loop_textarena.py", packages=["textarena"]),
    Peer(
        name="textarena-raw",
        about="TicTacToe-v0-raw, without its wrappers",
        loop="loop_textarena.py",
        packages=["textarena"],
        settings={"TEXTARENA_ID": "TicTacToe-v0-raw"},
    ),
    Peer(
        name="kaggle",
        about="open_spiel_tic_tac_toe",
        loop="loop_kaggle.py",
        packages=["kaggle-environments"],
    ),
    Peer(name="pettingzoo", about="tictactoe_v3", loop="loop_pettingzoo.py", packages=["pettingzoo", "pygame"]),
    Peer(
        name="rl_environment", about="OpenSpiel's Python loop", loop="loop_rl_environment.py", packages=["open_spiel"]
    ),
    Peer(name="pyspiel", about="OpenSpiel's bare states", loop="loop_pyspiel.py", packages=["open_spiel"]),
)


def environment(packages: Sequence[str]) -> Path:
    """The interpreter of an environment that holds these packages; made with venv and pip where it is missing.

    Raises:
        BenchFailed: they cannot be installed.
    """
    folder = SCRATCH / "venvs" / "+".join(packages)
    python = folder / "bin" / "python"
    if not (folder / _INSTALLED).exists():
        print(f"installing {' '.join(packages)} into {folder.relative_to(ROOT)} ...", file=sys.stderr, flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], _INSTALL_SECONDS)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, *packages], _INSTALL_SECONDS)
        (folder / _INSTALLED).touch()
    return python


def _run(command: Sequence[str], timeout: float, environ: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environ, check=False)
    except subprocess.TimeoutExpired:
        raise BenchFailed(f"{Path(command[0]).name} took longer than {timeout:g} s") from None
    if done.returncode:
        raise BenchFailed(_last_line(done.stderr) or f"exit code {done.returncode}")
    return done.stdout


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
