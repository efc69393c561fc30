"""Remote agents over gRPC: a server with ledger, journal, clocks and tokens, and clients in processes of their own."""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psutil
from cpu import process_seconds, seconds_of
from peer import SCRATCH
from sample import TIC_TAC_TOE, BenchFailed, Sample

from arena.ledger import Ledger, Scope

HERE: Final = Path(__file__).parent
_PATIENCE: Final = 2.0
"""Seconds until an agent is given self-play; 0 where self-play is what is measured."""
_STOP_SECONDS: Final = 120
_POLL_SECONDS: Final = 0.5
_WARM_UP_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """`clients` owners share `seats`, each with a process and a stream of its own; a single one plays itself."""

    name: str
    about: str
    seats: int = 256
    clients: int = 2
    kind: str = "blind"
    game: str = TIC_TAC_TOE
    workers: int = 1
    warm_up: int = 0
    games: int = 0
    """How many are measured, after those of the warm-up; 0: as many as the seconds hold."""
    once: bool = False

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        SCRATCH.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SCRATCH) as path, ExitStack() as stack:
            folder = Path(path)
            self.prepare(folder)
            owners = [f"owner-{number}" for number in range(self.clients)]
            tokens = tokens_of(folder, owners)
            server, port = stack.enter_context(served(folder, self.workers, _PATIENCE if self.clients > 1 else 0.0))
            clients = [
                stack.enter_context(_client(port, self.game, owner, token, self.seats // self.clients, self.kind))
                for owner, token in tokens.items()
            ]
            figures = stack.enter_context(self.company(folder, port))
            sample = self._measured(server, clients, seconds)
            stack.close()
            sample = replace(sample, figures={**sample.figures, **figures})
            _check_ledger(folder, sample.games)
            return sample

    def prepare(self, folder: Path) -> None:
        """Put into the ledger what is to be there before the server starts."""

    def company(self, folder: Path, port: int) -> AbstractContextManager[Mapping[str, float]]:
        """Whoever is there beside the agents, and figures that are known once it has gone."""
        return nullcontext({})

    def _measured(self, server: psutil.Process, clients: Sequence["subprocess.Popen[str]"], seconds: float) -> Sample:
        _wait(clients, self.warm_up, max(1.0, seconds * _WARM_UP_SHARE))
        before = _look(server, clients)
        _wait(clients, self.games, seconds)
        return _between(before, _look(server, clients), len(clients))


REMOTE: Final = (
    Remote(name="grpc", about="256 seats, two owners in two processes, rated"),
    Remote(name="grpc-text", about="the same, and the agents want text, labels and events", kind="text"),
    Remote(name="grpc-one-stream", about="256 seats on one stream, self-play", clients=1),
    Remote(name="grpc-64", about="64 seats, two owners in two processes, rated", seats=64),
    Remote(name="grpc-1024", about="1,024 seats, two owners in two processes, rated", seats=1024),
)


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where server and clients stood at one moment."""

    wall: float
    cpu: Mapping[str, float]
    states: Sequence[Mapping[str, Any]]

    def total(self, name: str) -> int:
        return sum(state[name] for state in self.states)

    def measured(self) -> Counter[str]:
        return sum((Counter(state["measured"]) for state in self.states), Counter[str]())


def _wait(clients: Sequence["subprocess.Popen[str]"], games: int, seconds: float) -> None:
    """Until so many more games have ended, or for so long where none are named."""
    if not games:
        time.sleep(seconds)
        return
    until = _ended(clients) + games * len(clients)
    while _ended(clients) < until:
        time.sleep(_POLL_SECONDS)


def _ended(clients: Sequence["subprocess.Popen[str]"]) -> int:
    return sum(_ask(client)["games"] for client in clients)


def _between(before: _Moment, after: _Moment, owners: int) -> Sample:
    causes = sum((Counter(state["causes"]) for state in after.states), Counter[str]())
    if set(causes) - {"rules"}:
        raise BenchFailed(f"matches ended otherwise than by the rules: {dict(causes)}")
    measured = after.measured()
    measured.subtract(before.measured())
    seats_ended = after.total("games") - before.total("games")
    return Sample(
        # Two owners meet in every game, and each counts it.
        games=seats_ended // owners,
        decisions=after.total("decisions") - before.total("decisions"),
        wall=after.wall - before.wall,
        cpu={kind: after.cpu[kind] - before.cpu[kind] for kind in after.cpu},
        figures=_round_trips([trip for state in after.states for trip in state["round_trips"]]),
        measured={name: total / max(seats_ended, 1) for name, total in measured.items()},
    )


def _round_trips(seconds: Sequence[float]) -> Mapping[str, float]:
    if len(seconds) < 2:
        return {}
    cuts = statistics.quantiles(seconds, n=100)
    return {"round trip p50, ms": cuts[49] * 1e3, "round trip p99, ms": cuts[98] * 1e3}


def _look(server: psutil.Process, clients: Sequence["subprocess.Popen[str]"]) -> _Moment:
    states = [_ask(client) for client in clients]
    cpu = {
        "server": process_seconds(server),
        "workers": seconds_of(server.children(recursive=True)),
        "clients": seconds_of(psutil.Process(client.pid) for client in clients),
    }
    return _Moment(time.perf_counter(), cpu, states)


def _ask(client: "subprocess.Popen[str]") -> Mapping[str, Any]:
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdin.write("mark\n")
    client.stdin.flush()
    line = client.stdout.readline()
    if not line:
        raise BenchFailed("a client ended early; what it printed stands above")
    state: Mapping[str, Any] = json.loads(line)
    return state


def db_of(folder: Path) -> str:
    """The ledger of `served`."""
    return f"sqlite:///{folder / 'arena.db'}"


def tokens_of(folder: Path, owners: Sequence[str]) -> Mapping[str, str]:
    """A token for each owner, in the ledger of `served`."""
    with Ledger.open(db_of(folder)) as ledger:
        return {owner: ledger.tokens.create(owner, [Scope.PLAY, Scope.WATCH]) for owner in owners}


@contextmanager
def served(
    folder: Path, workers: int, patience: float, environ: Mapping[str, str] | None = None
) -> Iterator[tuple[psutil.Process, int]]:
    """A server in a process of its own, and its port."""
    command = [sys.executable, str(HERE / "host.py"), db_of(folder), str(workers), str(patience)]
    log = folder / "server.log"
    with log.open("w") as errors, process_of(command, stderr=errors, env=environ) as server:
        assert server.stdout is not None
        port = server.stdout.readline()
        if not port:
            raise BenchFailed(f"the server did not start: {log.read_text().strip().rpartition(chr(10))[2]}")
        yield psutil.Process(server.pid), int(port)
        server.terminate()


@contextmanager
def _client(port: int, game: str, owner: str, token: str, seats: int, kind: str) -> "Iterator[subprocess.Popen[str]]":
    seated = [f"127.0.0.1:{port}", game, f"agent-of-{owner}", str(seats), kind]
    command = [sys.executable, str(HERE / "seats.py"), *seated]
    environ = {**os.environ, "ARENA_TOKEN": token}
    with process_of(command, stdin=subprocess.PIPE, env=environ) as client:
        yield client
        assert client.stdin is not None
        client.stdin.write("stop\n")
        client.stdin.flush()


@contextmanager
def process_of(command: Sequence[str], **settings: Any) -> "Iterator[subprocess.Popen[str]]":
    """A process that is waited for at the end, or killed when it takes too long or the benchmark fails."""
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, **settings)
    try:
        yield process
        process.communicate(timeout=_STOP_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _check_ledger(folder: Path, games: int) -> None:
    """Every game that was counted must be in the ledger."""
    with sqlite3.connect(folder / "arena.db") as connection:
        (kept,) = connection.execute("SELECT count(*) FROM match").fetchone()
    if kept < games:
        raise BenchFailed(f"{games} games were counted, but the ledger holds {kept}")
