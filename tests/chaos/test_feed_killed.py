"""kill -9 of the server and of whoever follows it: the trajectories that arrive are those of the ledger, each once."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from threading import Condition, Thread

import pytest

from arena.cli.export import replayer
from arena.ledger import Ledger
from arena.training import Feed, Request, export, parts
from tests.chaos.test_server_killed import Siege
from tests.e2e.clients import PROMPT
from tests.e2e.serving import ARENA, ROOT, Server, arena, serving

Seat = tuple[str, int]
"""A match and a seat of it."""
SECONDS = 60


def in_ledger(ledger: Ledger) -> list[Seat]:
    """Every seat that was played, in the order they landed; void matches are left out."""
    lines = [line for line in ledger.matches(limit=100_000) if not line.void]
    return [(line.match_id, seat.seat) for line in reversed(lines) for seat in line.seats]


class Trainer(Thread):
    """Follows a server in a thread, and keeps what arrives."""

    def __init__(self, server: Server, file: Path) -> None:
        super().__init__()
        self.feed = Feed(server.address, cursor=file, patience=PROMPT)
        self.arrived: list[Seat] = []
        self.error: Exception | None = None
        self._news = Condition()

    def run(self) -> None:
        try:
            for one in self.feed:
                with self._news:
                    self.arrived.append((one.result.plan.match_id, one.seat.seat))
                    self._news.notify()
        except Exception as error:  # noqa: BLE001 - told by the test, which waits for this thread
            self.error = error

    def wait_for(self, count: int) -> None:
        """Wait until so many have arrived."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.arrived) >= count, SECONDS), self.error

    def stop(self) -> None:
        self.feed.close()
        self.join(SECONDS)
        assert not self.is_alive()
        assert self.error is None, self.error


async def test_a_feed_goes_on_over_kills_of_the_server_and_misses_and_repeats_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        siege = Siege(server, 8)
        trainer = Trainer(server, tmp_path / "cursor")
        playing = siege.join()
        trainer.start()
        for number in range(2):
            await siege.kill(after=12 + number)
        for client in siege.clients:
            client.stop()
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*playing)
        with server.ledger() as ledger:
            expected = in_ledger(ledger)
        await asyncio.to_thread(trainer.wait_for, len(expected))
        trainer.stop()
        assert trainer.arrived == expected
        assert not [*Feed(server.address, cursor=trainer.feed.reached, until="now", patience=PROMPT)]
        assert "Traceback" not in server.log


def test_what_a_killed_reader_had_printed_does_not_come_again_but_for_the_last(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path / 'arena.db'}"
    done = arena("play", "openspiel/tic_tac_toe", "--agents", "random,first", "--matches", "40", "--db", db)
    assert done.returncode == 0, done.stderr
    with serving(tmp_path) as server:
        lives = [_life(server, tmp_path / "cursor", kill_after) for kill_after in (7, None)]
        with server.ledger() as ledger:
            expected = in_ledger(ledger)
        assert "Traceback" not in server.log
    first, rest = lives
    assert first + (rest[1:] if rest[:1] == first[-1:] else rest) == expected


EXPORT = """
import os, signal, sys
from pathlib import Path
from arena.training import Request, Served, export_from, parts
parts._PART_ROWS = 6
def tell(matches, rows):
    print(matches, flush=True)
    if sys.stdin.readline() == "die":
        os.kill(os.getpid(), signal.SIGKILL)
request = Request(format="parquet")
export_from(Served(sys.argv[1], request), request, Path(sys.argv[2]), tell)
"""


@pytest.mark.chaos
def test_an_export_goes_on_over_kills_of_itself_and_of_its_server(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path / 'arena.db'}"
    done = arena("play", "openspiel/tic_tac_toe", "--agents", "random,first", "--matches", "40", "--db", db)
    assert done.returncode == 0, done.stderr
    with serving(tmp_path) as server:
        command = [sys.executable, "-c", EXPORT, server.address, str(tmp_path / "there")]
        with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, cwd=ROOT, text=True) as first:
            assert first.communicate("\ndie", SECONDS)[0].split() == ["3", "6"]
        assert first.returncode == -signal.SIGKILL
        with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, cwd=ROOT, text=True) as second:
            assert second.stdout is not None
            assert second.stdout.readline() == "9\n"
            server.kill()
            server.start()
            assert second.communicate(timeout=SECONDS)[0].split()[-1] == "40"
        assert second.returncode == 0
        assert "Traceback" not in server.log
    with Ledger.open(db) as ledger, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_PART_ROWS", 6)
        export(ledger, Request(format="parquet"), tmp_path / "here", replayer())
    for file in (tmp_path / "here").glob("*.parquet"):
        assert (tmp_path / "there" / file.name).read_bytes() == file.read_bytes()
    assert len(list((tmp_path / "there").iterdir())) == 15


def _life(server: Server, cursor: Path, kill_after: int | None) -> list[Seat]:
    """What one `arena feed` prints until it is killed, or to the end."""
    command = [*ARENA, "feed", "--cursor", str(cursor), "--server", server.address, "--until-now"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as reader:
        assert reader.stdout is not None
        lines = []
        for line in reader.stdout:
            lines.append(line)
            if len(lines) == kill_after:
                reader.kill()
        code = reader.wait(SECONDS)
    assert (code == 0) is (kill_after is None)
    rows = [json.loads(line) for line in lines if line.endswith("\n")]
    return [(row["match_id"], row["seat"]) for row in rows]
