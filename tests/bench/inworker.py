"""Agents built into the worker: `arena play` with the ledger on, an entry for each set of 100 games, one worker.

As a program it plays in this process and prints one line of JSON; `InWorker` runs it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from cpu import own_seconds, seconds_of
from peer import SCRATCH
from sample import TIC_TAC_TOE, BenchFailed, Sample

from arena.core.match import MatchResult, SetPlan
from arena.ledger import Ledger
from arena.local.play import Run, play

_AGENTS: Final = Path(__file__).with_name("agents.py")
_TRIAL_GAMES: Final = 3_000
_LEAST_SETS: Final = 20
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class InWorker:
    """Two random agents that want to see `kind` of observation, in workers.

    Each of a set's `deals` is played twice, with the seats swapped; a set is a ledger entry. `games` are measured after
    those of the warm-up; where there are none, as many as a trial says that the seconds hold.
    """

    name: str
    about: str
    kind: str
    game: str = TIC_TAC_TOE
    workers: int = 1
    deals: int = 50
    warm_up: int = 1
    games: int = 0
    once: bool = False

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        command = [sys.executable, __file__, json.dumps(asdict(self)), str(seconds)]
        limit = None if self.games else _START_SECONDS + 10 * seconds
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
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

    def __init__(self, ledger: Ledger, warm_up: int, games: int) -> None:
        self._ledger = ledger
        self._warm_up, self._expected = warm_up, games
        self._games = self._decisions = 0
        self.measured = Counter[str]()
        self._workers = psutil.Process()
        self.moments: list[_Moment] = []

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> "Future[Any]":
        """As the ledger's; a committed set is counted."""
        written = self._ledger.append(plan, results)
        decisions = sum(len(result.moves) for result in results)
        for seat in (seat for result in results for seat in result.seats):
            self.measured.update({name: value / len(results[0].seats) for name, value in seat.metrics.items()})
        written.add_done_callback(lambda done: self._count(done, len(results), decisions))
        return written

    def _count(self, done: "Future[Any]", games: int, decisions: int) -> None:
        done.result()
        self._games += games
        self._decisions += decisions
        if self._games == self._expected or (not self.moments and self._games >= self._warm_up):
            workers = seconds_of(psutil.Process().children(recursive=True))
            self.moments.append(_Moment(self._games, self._decisions, time.perf_counter(), own_seconds(), workers))


def _play(bench: InWorker, warm_up: int, games: int, db: Path) -> Sample:
    agents = [f"{_AGENTS}:{name}" for name in (bench.kind, f"{bench.kind}Too")]
    with Ledger.open(f"sqlite:///{db}") as ledger:
        watched = _Watched(ledger, warm_up, games)
        run = Run(game=bench.game, agents=agents, matches=games, deals=bench.deals, workers=bench.workers)
        play(run, watched)
    first, last = watched.moments
    return Sample(
        games=last.games - first.games,
        decisions=last.decisions - first.decisions,
        wall=last.wall - first.wall,
        cpu={"main": last.main - first.main, "workers": last.workers - first.workers},
        measured={name: total / games for name, total in watched.measured.items()},
    )


def _games_per_busy_second(sample: Sample) -> float:
    """What the busier process could do on a core of its own: wall time says little on a busy machine."""
    return sample.games / max(sample.cpu.values())


def _fitting(bench: InWorker, seconds: float, folder: Path) -> int:
    trial = _play(bench, 1, _TRIAL_GAMES, folder / "trial.db")
    return int(_games_per_busy_second(trial) * seconds)


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("bench", type=json.loads)
    parser.add_argument("seconds", type=float)
    wanted = parser.parse_args()
    bench = InWorker(**wanted.bench)
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        games = bench.games or _fitting(bench, wanted.seconds, Path(folder))
        sets = max(_LEAST_SETS, -(-(bench.warm_up + games) // (2 * bench.deals)))
        sample = _play(bench, bench.warm_up, sets * 2 * bench.deals, Path(folder, "bench.db"))
    print(json.dumps(asdict(sample)))


if __name__ == "__main__":
    _main()
