"""`make bench-feed`: what it costs a server that somebody follows its matches, and how fast a reader catches up.

BENCH_ARGS="--seconds 2 --rounds 1" make bench-feed    a smoke run

256 seats of two owners play tic-tac-toe: without a reader, with one that keeps up, with one that catches up from
the beginning of a ledger with provenance, and with one that takes nothing. Only the ratios within one run say much.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cpu import load_average
from export import fill
from remote import Remote, db_of, process_of
from report import numbers_table
from rich.console import Console
from sample import Sample
from surroundings import describe

from arena.ledger import Ledger, Scope

ALONE, KEEPS_UP, CATCHES_UP, STUCK = "nobody follows", "keeps up", "catches up", "takes nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Remote):
    """Remote agents, and a reader of everything beside them; `stored` matches are there already."""

    stored: int = 0

    @contextmanager
    def company(self, folder: Path, port: int) -> Iterator[dict[str, float]]:
        """As `Remote.company`; the figure is how many trajectories a second the reader was told."""
        told: dict[str, float] = {}
        if self.name == ALONE:
            yield told
            return
        with Ledger.open(db_of(folder)) as ledger:
            token = ledger.tokens.create("host", [Scope.ADMIN])
        command = [sys.executable, __file__, "--reader", self.name, f"127.0.0.1:{port}"]
        environ = {**os.environ, "ARENA_TOKEN": token}
        with process_of(command, stdin=subprocess.PIPE, env=environ) as reader:
            assert reader.stdout is not None
            assert reader.stdin is not None
            reader.stdout.readline()  # it has begun
            yield told
            reader.stdin.write("stop\n")
            reader.stdin.flush()
            told["trajectories / s"] = float(reader.stdout.readline())

    def prepare(self, folder: Path) -> None:
        """As `Remote.prepare`."""
        if self.stored:
            fill(db_of(folder), self.stored)


def main() -> int:
    """Measure by turns, and print."""
    asked = _arguments()
    if asked.reader:
        return _read(*asked.reader)
    console = Console(width=max(Console().width, 110))
    console.print_json(json.dumps(describe()))
    rounds: dict[str, list[Sample]] = {}
    for number in range(asked.rounds):
        for name in (ALONE, KEEPS_UP, CATCHES_UP, STUCK):
            print(f"round {number + 1}: {name}", file=sys.stderr)
            stored = asked.stored if name == CATCHES_UP else 0
            rounds.setdefault(name, []).append(Followed(name=name, about=name, stored=stored).run(asked.seconds))
    _show(console, rounds)
    console.print(f"load average now: {[round(load, 2) for load in load_average()]}", highlight=False)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a reader of its feed costs a server.")
    parser.add_argument("--seconds", type=float, default=8.0, help="that each turn is measured for")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stored", type=int, default=20_000, help="matches that the one who catches up begins with")
    parser.add_argument("--reader", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _show(console: Console, rounds: Mapping[str, Sequence[Sample]]) -> None:
    table = numbers_table(
        "A server with a reader (median of rounds)",
        "matches / s",
        "of alone",
        "server CPU a match",
        "of alone",
        "told / s",
    )
    rates = {name: statistics.median(s.games_per_second for s in found) for name, found in rounds.items()}
    costs = {name: statistics.median(s.cpu["server"] / s.games for s in found) for name, found in rounds.items()}
    for name, found in rounds.items():
        told = statistics.median(s.figures.get("trajectories / s", 0.0) for s in found)
        table.add_row(
            name,
            f"{rates[name]:,.0f}",
            f"{rates[name] / rates[ALONE]:.2f}",
            f"{costs[name] * 1e3:.2f} ms",
            f"{costs[name] / costs[ALONE]:.2f}",
            f"{told:,.0f}" if told else "",
        )
    console.print(table)


def _read(kind: str, address: str) -> int:
    """A reader in a process of its own, until it is told to stop."""
    from threading import Thread

    from arena.training import Feed

    feed = Feed(address, token=os.environ["ARENA_TOKEN"], cursor="now" if kind == KEEPS_UP else "beginning")
    count, begun = 0, time.perf_counter()

    def follow() -> None:
        nonlocal count
        for _ in feed:
            count += 1
            if kind == STUCK:
                return

    thread = Thread(target=follow)
    thread.start()
    print("begun", flush=True)
    sys.stdin.readline()
    print(count / (time.perf_counter() - begun), flush=True)
    feed.close()
    thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
