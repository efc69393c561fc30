"""Agents built into the worker: `arena play` with the ledger on, an entry for each set of 100 games, one worker.

As a program it plays in this process and prints one line of JSON; `InWorker` runs it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from cpu import own_seconds, seconds_of
from peer import SCRATCH
from sample import BenchFailed, Sample

from arena.core.match import MatchResult, SetPlan
from arena.ledger import Ledger
from arena.local.play import Run, play

_AGENTS: Final = Path(__file__).with_name("agents.py")
_DEALS: Final = 50
"""Each is played twice, with the seats swapped: 100 games a ledger entry."""
_TRIAL_GAMES: Final = 3_000
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class InWorker:
    """One worker, two random agents in it that want to see `kind` of observation."""

    name: str
    about: str
    kind: str
    once: bool = False

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        command = [sys.executable, __file__, self.kind, str(seconds)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_START_SECONDS + 10 * seconds, check=False
        )
        if done.returncode:
            raise BenchFailed(done.stderr.strip().rpartition("\n")[2])
        return Sample(**json.loads(done.stdout))


IN_WORKER: Final = (
    InWorker(name="in-worker", about="agents want the legal actions only", kind="Blind"),
    InWorker(name="in-worker-tensor", about="agents want the observation tensor", kind="Tensor"),
    InWorker(name="in-worker-text", about="agents want text, labels and events", kind="Text"),
)


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where everything stood when some games had become durable."""

    games: int
    decisions: int
    wall: float
    main: float
    workers: float


class _Watched:
    """A ledger that notes when the first and the last of the expected games became durable."""

    def __init__(self, ledger: Ledger, games: int) -> None:
        self._ledger = ledger
        self._expected = games
        self._games = self._decisions = 0
        self._workers = psutil.Process()
        self.moments: list[_Moment] = []

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> "Future[Any]":
        """As the ledger's; a committed set is counted."""
        written = self._ledger.append(plan, results)
        decisions = sum(len(result.moves) for result in results)
        written.add_done_callback(lambda done: self._count(done, len(results), decisions))
        return written

    def _count(self, done: "Future[Any]", games: int, decisions: int) -> None:
        done.result()
        self._games += games
        self._decisions += decisions
        if not self.moments or self._games == self._expected:
            workers = seconds_of(psutil.Process().children(recursive=True))
            self.moments.append(_Moment(self._games, self._decisions, time.perf_counter(), own_seconds(), workers))


def _play(kind: str, games: int, db: Path) -> Sample:
    agents = [f"{_AGENTS}:{name}" for name in (kind, f"{kind}Too")]
    with Ledger.open(f"sqlite:///{db}") as ledger:
        watched = _Watched(ledger, games)
        play(Run(game="openspiel/tic_tac_toe", agents=agents, matches=games, deals=_DEALS), watched)
    first, last = watched.moments
    return Sample(
        games=last.games - first.games,
        decisions=last.decisions - first.decisions,
        wall=last.wall - first.wall,
        cpu={"main": last.main - first.main, "workers": last.workers - first.workers},
    )


def _games_per_busy_second(sample: Sample) -> float:
    """What the busier process could do on a core of its own: wall time says little on a busy machine."""
    return sample.games / max(sample.cpu.values())


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind")
    parser.add_argument("seconds", type=float)
    wanted = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        trial = _play(wanted.kind, _TRIAL_GAMES, Path(folder, "trial.db"))
        sets = max(20, int(_games_per_busy_second(trial) * wanted.seconds / (2 * _DEALS)))
        sample = _play(wanted.kind, sets * 2 * _DEALS, Path(folder, "bench.db"))
    print(json.dumps(asdict(sample)))


if __name__ == "__main__":
    _main()
