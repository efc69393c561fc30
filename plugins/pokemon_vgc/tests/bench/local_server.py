"""poke-env's random agents on a local Showdown server of the npm package, both as their documentation has them run."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from peer import SCRATCH, environment
from sample import BenchFailed, Sample

from arena_pokemon_vgc.engine.node import MODULES, require_node
from arena_pokemon_vgc.formats import SIMULATOR
from arena_pokemon_vgc.teams.pool import SHIPPED

PACKAGE = "poke-env==0.16.1"
_LOOP = Path(__file__).with_name("loop_poke_env.py")
_START_SECONDS = 60.0
_SETTINGS = "exports.bindaddress = '127.0.0.1';\nexports.repl = false;\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class PokeEnv:
    """Two random agents of poke-env in one process, ten battles at a time."""

    name: str
    format_id: str
    battles: int
    warm_up: int
    about: str = "two agents in one process, 10 battles at a time, local server"
    once: bool = False

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        python = environment([PACKAGE, "psutil"])
        with _server() as (port, pid):
            teams = SHIPPED / self.format_id
            asked = [str(port), str(pid), self.format_id, str(teams), str(self.battles), str(self.warm_up)]
            command = [str(python), str(_LOOP), *asked]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchFailed(done.stderr.strip().rpartition("\n")[2])
        return Sample(**json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    """Port and process id of a Showdown server that is ended afterwards, with its own processes."""
    folder, port = _copy(), _free_port()
    command = [str(require_node("bench")), "pokemon-showdown", "start", str(port), "--no-security", "--skip-build"]
    log = SCRATCH / "showdown.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        _wait_for(port, server, log)
        yield port, server.pid
    finally:
        processes = [*psutil.Process(server.pid).children(recursive=True), server] if server.poll() is None else []
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        server.wait()


def _copy() -> Path:
    """The installed package once more, since a server keeps its settings, logs and chat rooms in its own folder."""
    modules = SCRATCH / f"showdown-{SIMULATOR}" / "node_modules"
    folder = modules / "pokemon-showdown"
    settings = folder / "config" / "config.js"
    if not settings.exists():
        shutil.copytree(MODULES, modules, symlinks=True, dirs_exist_ok=True)
        for needed in ("logs/repl", "config/chat-plugins"):
            (folder / needed).mkdir(parents=True, exist_ok=True)
        settings.write_text((folder / "config" / "config-example.js").read_text() + _SETTINGS)
    return folder


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.2)
    raise BenchFailed(f"the Showdown server did not start; see {os.path.relpath(log)}")
