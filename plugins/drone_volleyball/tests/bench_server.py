"""Matches through a server with ledger, journal and clocks: control steps a CPU second of all its processes."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from arena_drone_volleyball.rules.court import COURTS

_ROOT: Final = Path(__file__).parents[3]
_HOST: Final = _ROOT / "tests" / "bench" / "host.py"
_CLIENT: Final = Path(__file__).with_name("bench_client.py")
_WARM_UP: Final = 3.0
_SECONDS: Final = 8.0
_STOP_SECONDS: Final = 30.0


class Served(NamedTuple):
    """Control steps of a court a CPU second, and the CPU seconds that each kind of process took for 1,000 of them."""

    rate: float
    server: float
    worker: float
    client: float


def served(name: str, matches: int) -> Served:
    """What a server with one worker and one client that plays itself in so many matches at once comes to."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _process(str(_HOST), f"sqlite:///{folder}/arena.db", "1", "0") as host,
    ):
        address = f"127.0.0.1:{int(_line(host))}"
        with _process(str(_CLIENT), address, f"drone_volleyball/{name}", str(2 * matches)) as client:
            while not _decisions(client):
                time.sleep(0.2)
            time.sleep(_WARM_UP)
            before, decisions = _seconds(host, client), _decisions(client)
            time.sleep(_SECONDS)
            after, more = _seconds(host, client), _decisions(client)
            assert client.stdin is not None
            client.kill()
        host.terminate()
    steps = (more - decisions) / COURTS[name].drones
    spent = [b - a for a, b in zip(before, after, strict=True)]
    return Served(steps / sum(spent), *(1_000.0 * each / steps for each in spent))


@contextmanager
def _process(*command: str) -> "Iterator[subprocess.Popen[str]]":
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *command], text=True, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
    ) as made:
        try:
            yield made
            made.wait(_STOP_SECONDS)
        finally:
            made.kill()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _decisions(client: "subprocess.Popen[str]") -> int:
    assert client.stdin is not None
    client.stdin.write("\n")
    client.stdin.flush()
    return int(_line(client))


def _seconds(host: "subprocess.Popen[str]", client: "subprocess.Popen[str]") -> tuple[float, float, float]:
    """CPU seconds of the server, its worker and the client."""
    server = psutil.Process(host.pid)
    return _of(server), sum(map(_of, server.children(recursive=True))), _of(psutil.Process(client.pid))


def _of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
