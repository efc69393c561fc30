"""`arena serve` as a real process on loopback: on a free port, watched by its health service."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import psutil
from grpc_health.v1 import health_pb2, health_pb2_grpc

from arena.ledger import Ledger

ROOT = Path(__file__).parents[2]
ARENA = (sys.executable, "-m", "arena.cli.main")
START_SECONDS = 40.0
STOP_SECONDS = 20.0
TRIES = 5
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@dataclass
class Server:
    """One server over all its lives: `start` again after `kill` or `stop` goes on from the same ledger."""

    folder: Path
    arguments: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    up_since: float = 0.0
    """When the latest process was started, by the monotonic clock."""
    _family: list[psutil.Process] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What clients call it by."""
        return f"127.0.0.1:{self.port}"

    @property
    def db(self) -> str:
        """Its ledger."""
        return f"sqlite:///{self.folder / 'arena.db'}"

    @property
    def log(self) -> str:
        """What it has printed on stderr."""
        return (self.folder / "server.log").read_text()

    def ledger(self) -> Ledger:
        """The ledger, from this process; the server may run meanwhile."""
        return Ledger.open(self.db)

    def start(self) -> None:
        """Start it and wait until it serves; a port that somebody else took meanwhile is given up for another."""
        for _ in range(TRIES if not self.port else 1):
            port = self.port or free_port()
            self.up_since = time.monotonic()
            self.process = self._spawn(port)
            if self._came_up(port):
                self.port = port
                self._family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(True)]
                return
        raise AssertionError(f"arena serve did not start:\n{self.log}")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self) -> int:
        """Its exit code; whatever it started must be gone by then or soon after."""
        assert self.process is not None
        code = self.process.wait(STOP_SECONDS)
        _, alive = psutil.wait_procs(self._family, timeout=5)
        assert not alive, f"left behind: {alive}"
        return code

    def kill(self) -> None:
        """kill -9, as a crash would."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def close(self) -> None:
        """Make sure that nothing of it is left."""
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def _spawn(self, port: int) -> "subprocess.Popen[bytes]":
        arguments = ["serve", "--port", str(port), "--db", self.db, *self.arguments]
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                [*ARENA, *arguments], cwd=ROOT, env={**os.environ, **self.env}, stderr=log, stdout=log, process_group=0
            )

    def _came_up(self, port: int) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        with socket_channel(f"127.0.0.1:{port}", self._root_certificate()) as channel:
            while self.process.poll() is None and time.monotonic() < deadline:
                if health(channel, timeout=0.5) == SERVING and self.process.poll() is None:
                    return True
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(STOP_SECONDS)
        return False

    def _root_certificate(self) -> bytes | None:
        options = dict(zip(self.arguments, self.arguments[1:], strict=False))
        return Path(options["--tls-cert"]).read_bytes() if "--tls-cert" in options else None


@contextmanager
def serving(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A running server; afterwards it is stopped, and nothing of it is left."""
    server = Server(folder, arguments, env or {})
    server.start()
    try:
        yield server
    finally:
        server.close()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def socket_channel(address: str, root: bytes | None = None) -> grpc.Channel:
    """A channel of its own, with TLS when a root certificate is given."""
    options = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 100))
    if root is None:
        return grpc.insecure_channel(address, options=options)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(root), options=options)


def health(channel: grpc.Channel, timeout: float = 5.0) -> int | None:
    """What the health service says; None when nobody answers in time."""
    try:
        stub = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service="arena.v1.PlayService")
        return int(stub.Check(request, timeout=timeout, wait_for_ready=True).status)
    except grpc.RpcError:
        return None


def arena(
    *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 60.0
) -> "subprocess.CompletedProcess[str]":
    """One command to its end."""
    return subprocess.run(
        [*ARENA, *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def arena_json(*arguments: str, **settings: Any) -> Any:
    """What a command prints with --json."""
    done = arena(*arguments, "--json", **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def install_plugin(folder: Path, name: str, module: str, source: str = "") -> dict[str, str]:
    """Lay out a distribution with an `arena` entry point as pip would; returns the environment that makes it seen.

    With `source` the module is part of it, else `module` is one that can be imported already.
    """
    site = folder / "site"
    about = site / f"{name.replace('-', '_')}-1.0.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[arena]\n{name} = {module}\n")
    if source:
        (site / f"{module}.py").write_text(source)
    return {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}


def watch(server: Server, match: str, when_it_shows: Callable[[], object]) -> str:
    """All that `arena watch` prints until the match is over; `when_it_shows` is called after its first line."""
    command = [*ARENA, "watch", match, "--server", server.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as watching:
        assert watching.stdout is not None
        try:
            first = watching.stdout.readline()
            when_it_shows()
            rest = watching.stdout.read()  # what `communicate` reads leaves out what the first line was buffered with
            watching.wait(timeout=STOP_SECONDS)
        finally:
            watching.kill()
        assert watching.returncode == 0
    return first + rest
