"""`make bench-export`: a million trajectories from the ledger to files, and the memory that it takes.

BENCH_ARGS="--matches 20000" make bench-export    a smoke run of seconds

A ledger in a SQLite file is filled with matches of Kuhn poker, every move with token ids and logprobs; then a process
of its own exports it, and plays every match again for that. Nothing here fails for being slow; the files are deleted
afterwards.
"""

import argparse
import dataclasses
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import psutil
from cpu import load_average
from peer import SCRATCH
from rich.console import Console
from rich.table import Table
from surroundings import describe

from arena.cli.export import replayer
from arena.core.agent import Provenance
from arena.core.match import MatchPlan, MatchResult, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, SetId
from arena.ledger import Ledger
from arena.match.table import Table as MatchTable
from arena.plugin.registry import Registry
from arena.training import Request, export

GAME: Final = "openspiel/kuhn_poker"
_DEALS: Final = 2_000
"""Different matches that are played; the others are these under other names."""
_CHUNK: Final = 2_000
_PROMPT, _COMPLETION = 64, 8
"""Token ids a move."""


def main() -> int:
    """Fill, export and print."""
    asked = _arguments()
    console = Console(width=max(Console().width, 110))
    console.print_json(json.dumps(describe()))
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        fill(url, asked.matches)
        for form in asked.formats.split(","):
            _show(console, form, asked.matches, _exported(url, Path(folder) / form, form))
    console.print(f"load average now: {[round(load, 2) for load in load_average()]}", highlight=False)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A million trajectories from the ledger to files.")
    parser.add_argument("--matches", type=int, default=500_000, help="of two seats: twice as many trajectories")
    parser.add_argument("--formats", default="parquet", help="joined by commas")
    return parser.parse_args()


def fill(url: str, matches: int) -> None:
    """A ledger with so many matches, every move of which came with a provenance."""
    made = _sets(matches)
    count, begun = 0, time.perf_counter()
    with Ledger.open(url) as ledger:
        while chunk := list(islice(made, _CHUNK)):
            receipts = [ledger.append(plan, results) for plan, results in chunk]
            ledger.flush()
            receipts[-1].result()
            count += len(chunk)
            rate = count / (time.perf_counter() - begun)
            print(f"\r{count:,} matches in, {rate:,.0f}/s ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _sets(matches: int) -> Iterator[tuple[SetPlan, list[MatchResult]]]:
    registry = Registry()
    ref = registry.ref(GAME, given={})
    game = registry.make_game(ref)
    rng = random.Random(1)
    agents = [PartyRef(agent=AgentName(f"agent-{at:02}"), version="v1", owner=f"owner-{at:02}") for at in range(20)]
    pairs = [tuple(rng.sample(agents, 2)) for _ in range(100)]
    played = [_played(game, ref, number, pairs[number % 100], rng) for number in range(min(_DEALS, matches))]
    for number in range(matches):
        result = played[number % len(played)]
        set_id = SetId(f"bench.{number}")
        plan = dataclasses.replace(result.plan, match_id=MatchId(f"bench.{number}.0"), set_id=set_id)
        of = SetPlan(set_id=set_id, game=ref, parties=plan.parties, matches=1, rated=True)
        yield of, [dataclasses.replace(result, plan=plan)]


def _played(game: Any, ref: Any, number: int, parties: Sequence[PartyRef], rng: random.Random) -> MatchResult:
    plan = MatchPlan(
        match_id=MatchId("m"),
        set_id=SetId("s"),
        ordinal=0,
        game=ref,
        seed=Seed.of(number),
        parties=tuple(parties),
        clock=game.spec.clock,
    )
    table = MatchTable(game, plan)
    while not table.over:
        (seat,) = table.open_seats
        table.submit(seat, rng.choice(list(table.state.legal(seat).ids)), _made(rng))
        table.step()
    return table.result()


def _made(rng: random.Random) -> Provenance:
    return Provenance(
        policy_version="v1",
        prompt_token_ids=[rng.randrange(150_000) for _ in range(_PROMPT)],
        completion_token_ids=[rng.randrange(150_000) for _ in range(_COMPLETION)],
        logprobs=[-rng.random() for _ in range(_COMPLETION)],
    )


def _exported(url: str, out: Path, form: str) -> dict[str, Any]:
    """What a fresh process says of its export."""
    mine, its = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_child, args=(its, url, out, form))
    child.start()
    its.close()
    told: dict[str, Any] = mine.recv()
    child.join()
    return told


def _child(pipe: Connection, url: str, out: Path, form: str) -> None:
    me = psutil.Process()
    resident: list[tuple[int, int]] = []

    def tell(matches: int, rows: int) -> None:
        resident.append((matches, me.memory_info().rss))
        print(f"\r{matches:,} matches out ", end="", file=sys.stderr, flush=True)

    wall, cpu = time.perf_counter(), time.process_time()
    with Ledger.open(url) as ledger:
        done = export(ledger, Request(format=form), out, replayer(), tell)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(file=sys.stderr)
    pipe.send({"wall": wall, "cpu": cpu, "resident": resident, "peak": _peak(), "manifest": done.manifest})


def _peak() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _show(console: Console, form: str, matches: int, told: dict[str, Any]) -> None:
    parts, counts = told["manifest"]["parts"], told["manifest"]["counts"]
    written = sum(part["bytes"] for part in parts) / 1e6
    first, last = told["resident"][0], told["resident"][-1]
    console.print(f"{form}: {matches:,} matches, {counts['trajectories']:,} trajectories", highlight=False)
    table = Table()
    for column in ("", "wall clock", "CPU"):
        table.add_column(column, justify="right" if column else "left")
    for name, amount, unit in (
        ("trajectories", counts["trajectories"], "/s"),
        ("rows", counts["rows"], "/s"),
        ("files", written, " MB/s"),
    ):
        table.add_row(name, *(f"{amount / told[clock]:,.1f}{unit}" for clock in ("wall", "cpu")))
    console.print(table)
    console.print(
        f"{written:,.0f} MB in {len(parts)} files, {told['wall']:,.0f} s; resident after "
        f"{first[0]:,} matches {first[1] / 2**20:,.0f} MiB, after {last[0]:,} {last[1] / 2**20:,.0f} MiB, peak "
        f"{told['peak'] / 2**20:,.0f} MiB",
        highlight=False,
    )


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
