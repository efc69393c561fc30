"""`make bench`: the arena against its peers in one run. Nothing here fails for being slow.

BENCH_ARGS="--quick" make bench              a smoke run of about a minute
BENCH_ARGS="--only grpc --only textarena"    these alone, `--list` names all
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from cpu import load_average
from engines import engines
from footprint import Help, Idle
from inworker import IN_WORKER
from peer import PEERS, SCRATCH
from remote import REMOTE
from report import as_json, show
from rich.console import Console
from sample import Bench, BenchFailed, Sample
from surroundings import describe

BENCHES: Final[Sequence[Bench]] = (*REMOTE, *IN_WORKER, *PEERS, *engines(), Help(), Idle())
OPTIONAL: Final = frozenset({"grpc-64", "grpc-1024"})
"""Run only when asked for by name, or with --all."""
_REPETITIONS, _SECONDS = 5, 5.0
_QUICK_REPETITIONS, _QUICK_SECONDS = 1, 1.5


def main() -> int:
    """Run what the command line asks for; 1 when a benchmark could not be run, whatever the reason."""
    asked = _arguments()
    if asked.list:
        for bench in BENCHES:
            print(f"{bench.name:18} {bench.about}{' (optional)' if bench.name in OPTIONAL else ''}")
        return 0
    chosen = [bench for bench in BENCHES if _wanted(bench, asked)]
    console = Console(width=max(Console().width, 150))
    before = describe()
    console.print_json(json.dumps(before))
    samples, failed = _repeat(chosen, asked.repetitions, asked.seconds, console)
    show(console, samples, {bench.name: bench.about for bench in chosen})
    for name, reason in failed.items():
        console.print(f"[bold red]failed[/]: {name}: {reason}", highlight=False)
    _keep(samples, failed, before, console)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The arena against its peers, in one run.")
    parser.add_argument("--quick", action="store_true", help="one short repetition of each")
    parser.add_argument("--only", action="append", metavar="NAME", choices=[bench.name for bench in BENCHES])
    parser.add_argument("--all", action="store_true", help="the optional ones too")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and stop")
    parser.add_argument("--repetitions", type=int, help=f"of each benchmark, interleaved; by default {_REPETITIONS}")
    parser.add_argument("--seconds", type=float, help=f"measured in each repetition; by default {_SECONDS:g}")
    asked = parser.parse_args()
    asked.repetitions = asked.repetitions or (_QUICK_REPETITIONS if asked.quick else _REPETITIONS)
    asked.seconds = asked.seconds or (_QUICK_SECONDS if asked.quick else _SECONDS)
    return asked


def _wanted(bench: Bench, asked: argparse.Namespace) -> bool:
    if asked.only:
        return bench.name in asked.only
    return asked.all or bench.name not in OPTIONAL


def _repeat(
    benches: Sequence[Bench], repetitions: int, seconds: float, console: Console
) -> tuple[dict[str, list[Sample]], dict[str, str]]:
    """All benchmarks one after another, again and again, so that a busy minute spoils no single one of them."""
    samples: dict[str, list[Sample]] = {}
    failed: dict[str, str] = {}
    for repetition in range(repetitions):
        for bench in benches:
            if bench.name in failed or (bench.once and repetition):
                continue
            with console.status(f"{repetition + 1} of {repetitions}: {bench.name}"):
                try:
                    samples.setdefault(bench.name, []).append(bench.run(seconds))
                except Exception as error:  # noqa: BLE001 - border: one that fails must not take the others along
                    reason = str(error) if isinstance(error, BenchFailed) else repr(error)
                    failed[bench.name] = f"{reason} (in repetition {repetition + 1} of {repetitions})"
    return {name: found for name, found in samples.items() if found}, failed


def _keep(samples: dict[str, list[Sample]], failed: dict[str, str], before: Any, console: Console) -> None:
    now = datetime.now(UTC)
    peers = {name: dict(found[0].versions) for name, found in samples.items() if found[0].versions}
    console.print("peers:", json.dumps(peers), highlight=False)
    console.print(f"load average now: {[round(load, 2) for load in load_average()]}", highlight=False)
    file = SCRATCH / f"results-{now:%Y-%m-%d-%H%M%S}.json"
    kept = {"ended": now.isoformat(), "before": before, "failed": failed, "load after": load_average()}
    file.write_text(json.dumps({**kept, "benchmarks": as_json(samples)}, indent=1))
    console.print(f"kept in {file}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
