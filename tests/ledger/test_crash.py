"""kill -9 at any moment: what was announced is there, once."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

from arena.ledger import Ledger
from tests.ledger.samples import GAME

APPENDER = Path(__file__).with_name("appender.py")
ROOT = Path(__file__).parents[2]
SETS = 150


def start(url: str, state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(APPENDER), url, str(state), str(SETS)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def announced_before_kill(process: subprocess.Popen[str], lines: int) -> set[str]:
    """Kill the process when it has announced so many results; all that it had announced till then."""
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(lines)]
    os.kill(process.pid, signal.SIGKILL)
    told += process.stdout.read().split("\n")[:-1]
    process.stdout.close()
    process.wait()
    return {line.strip() for line in told}


def test_announced_results_are_there_once_after_kill(url: str, state: Path) -> None:
    random = Random(url[:6])
    announced: set[str] = set()
    for _ in range(2):  # the second process repeats everything, as a client would that was never answered
        announced |= announced_before_kill(start(url, state), random.randint(1, SETS // 2))
        with Ledger.open(url, state) as ledger:
            assert ledger.landed(announced) == announced
            found = ledger.verify()
            assert found.chain_ok, found.reason
    process = start(url, state)
    assert process.communicate(timeout=60)[0].count("\n") == 2 * SETS
    with Ledger.open(url, state) as ledger:
        assert ledger.verify().results == 2 * SETS
        finished = [result.set_id for result in ledger.ladder_sets(GAME.rated_id)]
        assert (len(finished), len(set(finished))) == (SETS, SETS)
        rows = {row.agent: row.matches for row in ledger.ladder(GAME.rated_id)}
        assert rows == {"alice": 2 * SETS, "bob": 2 * SETS}
