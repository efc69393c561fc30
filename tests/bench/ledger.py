"""`make bench-ledger`: a ladder of a million two-player matches, from the append to the interval.

BENCH_ARGS="--matches 20000" make bench-ledger    a smoke run of seconds

A ledger in a SQLite file is filled through `Ledger.append`, group commit, hash chain, signed heads and fsync included;
then its rated sets are read as columns, and rated; payoffs are summed, of agents and of checkpoints; and the ratings
before its last match are had, as who follows it needs them: from the first set on, and from what the ledger keeps.
Nothing here fails for being slow; the file is deleted afterwards.
"""

import argparse
import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cpu import load_average
from peer import SCRATCH
from rich.console import Console
from rich.table import Table
from surroundings import describe

from arena.core.game import ClockSpec
from arena.core.match import GameRef, MatchPlan, MatchResult, Move, PartyRef, SeatResult, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, Seat, SetId
from arena.ledger import Ledger
from arena.ledger.columns import Columns, read_columns
from arena.ledger.cursor import newest
from arena.ledger.payoffs import payoff_sets
from arena.ledger.ratings import RatingsBefore
from arena.ledger.selection import Selection
from arena.ledger.stream import Wanted, page
from arena.local.population import Population, Query
from arena.rating import DEFAULT
from arena.rating.bradley_terry import fit
from arena.rating.elo import Elo
from arena.rating.openskill import PlackettLuce
from arena.rating.pairwise import PairwiseSystem
from arena.rating.payoff import PayoffTally
from arena.rating.trueskill import TrueSkill

GAME: Final = GameRef(id="bench/duel", version="1.0", config={}, rated_id="bench/duel")
ONLINE: Final[Mapping[str, type[PairwiseSystem]]] = {"elo": Elo, "openskill": PlackettLuce, "trueskill": TrueSkill}
PAYOFFS: Final = {
    "payoffs of agents": Query(game=GAME.rated_id),
    "payoffs of checkpoints": Query(game=GAME.rated_id, checkpoints=True),
    "payoffs in a seat": Query(game=GAME.rated_id, seat=Seat(0)),
}
GOALS: Final = {
    "append": ">= 5,000 matches/s",
    "read": "<= 4 s",
    "elo": "<= 0.5 s",
    "openskill": "<= 1.5 s",
    "bradley-terry": "<= 0.1 s",
}
_CLOCK: Final = ClockSpec()
_CHUNK: Final = 5_000
"""Sets that are made before a stretch of appending is timed, so that making them costs the ledger nothing."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of wall clock, one a repetition, and of CPU; the CPU's are steadier on a busy machine."""

    wall: Sequence[float]
    cpu: Sequence[float]

    @classmethod
    def of(cls, work: Callable[[], Any], repetitions: int) -> "Timing":
        """Repeat some work; garbage of before is collected first."""
        spans = [_timed(work) for _ in range(repetitions)]
        return cls([wall for wall, _ in spans], [cpu for _, cpu in spans])


def main() -> int:
    """Fill, read, rate and print."""
    asked = _arguments()
    console = Console(width=max(Console().width, 110))
    console.print_json(json.dumps(describe()))
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        rows = [_filled(url, asked)]
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 2**30
        rows += _measured(url, asked.repetitions)
    _show(console, asked, rows, size)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A ladder of a million matches, from the append to the interval.")
    parser.add_argument("--matches", type=int, default=1_000_000)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--per-set", type=int, default=1, help="matches a set; 1 has as many rated sets as matches")
    parser.add_argument("--repetitions", type=int, default=5, help="of reading and rating; filling happens once")
    return parser.parse_args()


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _filled(url: str, asked: argparse.Namespace) -> tuple[str, str, str, str]:
    """Append every match; the rate is of the time between the first append and the last durable receipt."""
    made, wall, cpu, matches = _sets(asked), 0.0, 0.0, 0
    with Ledger.open(url) as ledger:
        while chunk := list(islice(made, _CHUNK)):
            spent = _timed(partial(_append, ledger, chunk))
            wall, cpu = wall + spent[0], cpu + spent[1]
            matches += sum(len(results) for _, results in chunk)
            print(f"\r{matches:,} matches in, {matches / wall:,.0f}/s ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return "append", f"{matches / wall:,.0f} matches/s", f"{matches / cpu:,.0f} matches/s", GOALS["append"]


def _append(ledger: Ledger, chunk: Sequence[tuple[SetPlan, Sequence[MatchResult]]]) -> None:
    receipts = [ledger.append(plan, results) for plan, results in chunk]
    ledger.flush()
    receipts[-1].result()


def _sets(asked: argparse.Namespace) -> Iterator[tuple[SetPlan, list[MatchResult]]]:
    """Sets between random agents of different strengths; a tenth of the matches is drawn."""
    rng, scale = random.Random(1), 3 / asked.agents
    parties = [PartyRef(agent=AgentName(f"agent-{at:03}"), owner=f"owner-{at:03}") for at in range(asked.agents)]
    for number in range(asked.matches // asked.per_set):
        one, two = rng.sample(range(asked.agents), 2)
        chance = 1 / (1 + 2.718281828 ** ((two - one) * scale))
        of = SetPlan(
            set_id=SetId(f"bench.{number}"),
            game=GAME,
            parties=(parties[one], parties[two]),
            matches=asked.per_set,
            rated=True,
        )
        yield of, [_match(of, ordinal, chance, rng) for ordinal in range(asked.per_set)]


def _match(of: SetPlan, ordinal: int, chance: float, rng: random.Random) -> MatchResult:
    parties = of.parties[::-1] if ordinal % 2 else of.parties
    points = 0.5 if rng.random() < 0.1 else float(rng.random() < (1 - chance if ordinal % 2 else chance))
    seats = [
        SeatResult(seat=Seat(at), party=at, rank=1 + (own < 0.5), score=own)
        for at, own in enumerate((points, 1 - points))
    ]
    match = MatchPlan(
        match_id=MatchId(f"{of.set_id}.{ordinal}"),
        set_id=of.set_id,
        ordinal=ordinal,
        game=GAME,
        seed=Seed.of(ordinal),
        parties=parties,
        clock=_CLOCK,
    )
    moves = [Move(step, Seat(step % 2), step) for step in range(6)]
    return MatchResult(plan=match, moves=moves, seats=seats, started_ms=1_000, ended_ms=2_000)


def _measured(url: str, repetitions: int) -> Iterator[tuple[str, str, str, str]]:
    with Ledger.open(url) as ledger:
        columns = _columns(ledger)  # warms the caches of the database and the system
        yield _row("read", Timing.of(partial(_columns, ledger), repetitions))
        for name, query in PAYOFFS.items():
            yield _row(name, Timing.of(lambda query=query: Population(ledger).sums(query), repetitions))
        known = Population(ledger)
        known.sums(PAYOFFS["payoffs of agents"])
        yield _row("payoffs again", Timing.of(lambda: known.sums(PAYOFFS["payoffs of agents"]), repetitions))
        yield _row("matrix", Timing.of(lambda: PayoffTally().update(payoff_sets(ledger, GAME.rated_id)), repetitions))
        first, again = (Timing.of(partial(_ratings_before, ledger), count) for count in (1, repetitions))
        yield _row("ratings before the last", first)
        yield _row("ratings before it again", again)
    for name, system in ONLINE.items():
        yield _row(name, Timing.of(partial(_rated, system, columns), repetitions))
    fit(columns.pairs)  # loads scipy
    yield _row("bradley-terry", Timing.of(partial(fit, columns.pairs), repetitions))


def _ratings_before(ledger: Ledger) -> None:
    end = newest(ledger)
    assert end.at is not None
    (last,) = page(ledger, Wanted(), end.at, end.match - 1)
    RatingsBefore(ledger, DEFAULT).of(last)


def _rated(system: type[PairwiseSystem], columns: Columns) -> None:
    system().add_pairs(columns.pairs)


def _columns(ledger: Ledger) -> Columns:
    found = read_columns(ledger, Selection(game=GAME.rated_id))
    assert found is not None
    return found


def _row(name: str, timing: Timing) -> tuple[str, str, str, str]:
    wall = f"{statistics.median(timing.wall):.3f} s ({min(timing.wall):.3f} to {max(timing.wall):.3f})"
    return name, wall, f"{statistics.median(timing.cpu):.3f} s", GOALS.get(name, "")


def _show(console: Console, asked: argparse.Namespace, rows: Sequence[tuple[str, str, str, str]], size: float) -> None:
    sets = asked.matches // asked.per_set
    title = f"{asked.matches:,} matches in {sets:,} rated sets of {asked.agents} agents, {size:.2f} GiB of SQLite"
    table = Table(title=title, title_justify="left")
    for column in ("", "wall clock: median (range)", "CPU", "goal for 1,000,000"):
        table.add_column(column, justify="left" if "goal" in column or not column else "right")
    abouts = {"append": "append, durable", "read": "read as columns", "bradley-terry": "bradley-terry, intervals"}
    abouts["matrix"] = "payoffs, set by set in Python"
    for name, *cells in rows:
        table.add_row(abouts.get(name) or (f"rate by {name}" if name in ONLINE else name), *cells)
    console.print(table)
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "one a core, which wait for one another on a busy machine")
    console.print(f"BLAS threads: {threads}", highlight=False)
    console.print(f"load average now: {[round(load, 2) for load in load_average()]}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
