"""What the command line costs to start, and a server with no match to keep."""

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from cpu import Stopwatch
from peer import SCRATCH
from sample import BenchFailed, Sample

_ARENA: Final = Path(sys.executable).with_name("arena")
_HELP_RUNS: Final = 11
_IDLE_SHARE: Final = 4
"""An idle server is watched for so many times the seconds of a repetition: its CPU is counted in hundredths."""
_SETTLE_SECONDS: Final = 3.0
_STOP_SECONDS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """The wall time of `arena --help`, median of several runs."""

    name: str = "help"
    about: str = "arena --help"
    once: bool = True

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`; takes as long as it takes."""
        times = []
        for _ in range(_HELP_RUNS):
            started = time.perf_counter()
            done = subprocess.run([_ARENA, "--help"], capture_output=True, check=False)
            times.append(time.perf_counter() - started)
            if done.returncode:
                raise BenchFailed(f"arena --help ended with {done.returncode}")
        return Sample(figures={"arena --help, s": statistics.median(times)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """The CPU share of `arena serve` and its worker while nobody is connected."""

    name: str = "idle"
    about: str = "arena serve with no match"
    once: bool = True

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        SCRATCH.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder, Path(folder, "log").open("w") as log:
            command = [str(_ARENA), "serve", "--port", str(_free_port()), "--db", f"sqlite:///{folder}/arena.db"]
            server = subprocess.Popen(command, stderr=log)
            try:
                return _watch(server, Path(log.name), seconds * _IDLE_SHARE)
            finally:
                server.terminate()
                with suppress(subprocess.TimeoutExpired):
                    server.wait(_STOP_SECONDS)
                server.kill()


def _watch(server: "subprocess.Popen[bytes]", log: Path, seconds: float) -> Sample:
    while '"serving"' not in log.read_text():
        if server.poll() is not None:
            raise BenchFailed(f"arena serve ended: {log.read_text().strip().rpartition(chr(10))[2]}")
        time.sleep(0.1)
    time.sleep(_SETTLE_SECONDS)
    main = psutil.Process(server.pid)
    watch = Stopwatch([main, *main.children(recursive=True)])
    time.sleep(seconds)
    wall, cpu = watch.read()
    return Sample(figures={"idle server, % of a core": 100 * cpu / wall})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
