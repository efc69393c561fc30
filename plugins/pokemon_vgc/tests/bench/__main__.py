"""`make bench-vgc`: random play, the arena against poke-env on a local Showdown server, in one run.

BENCH_ARGS="--quick" make bench-vgc                       one short repetition
BENCH_ARGS="--format gen9vgc2025regi" make bench-vgc      another format that has teams of its own here

Both sides play the same format with the same teams and open sheets, on the same simulator. CPU is that of all processes
together: server, workers, Node, clients. Nothing here fails for being slow.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

from cpu import load_average
from inworker import InWorker
from remote import Remote
from report import median_of, numbers_table
from rich.console import Console
from rich.table import Table
from sample import Bench, BenchFailed, Sample
from surroundings import describe

from arena_pokemon_vgc.formats import DEFAULT, FORMATS, SIMULATOR
from plugins.pokemon_vgc.tests.bench.local_server import PokeEnv
from plugins.pokemon_vgc.tests.bench.pipe import BarePipe

WARM_UP = 300
"""Battles: until then much of the simulator's code is still being compiled."""
PEER = "poke-env"
GOALS = {"grpc": ">= 1.5", "in-worker": ">= 1.8", "pipe": "2.0 when it was first measured"}
RATES: Mapping[str, Callable[[Sample], float]] = {
    "battles a CPU second": lambda sample: sample.games_per_cpu_second,
    "turns a CPU second": lambda sample: sample.games_per_cpu_second * sample.measured["turns"],
    "battles a second": lambda sample: sample.games_per_second,
    "turns a second": lambda sample: sample.games_per_second * sample.measured["turns"],
}


def main() -> int:
    """Alternate between all of them, print medians and ratios; 1 when one could not be run."""
    asked = _arguments()
    console = Console(width=max(Console().width, 140))
    console.print_json(json.dumps({**describe(), "pokemon-showdown": SIMULATOR, "format": asked.format}))
    samples: dict[str, list[Sample]] = {}
    benches = _benches(asked.format, asked.battles, 0 if asked.quick else WARM_UP)
    try:
        for repetition in range(asked.repetitions):
            for bench in benches:
                with console.status(f"{repetition + 1} of {asked.repetitions}: {bench.name}"):
                    sample = bench.run(0.0)
                samples.setdefault(bench.name, []).append(sample)
                told = ", ".join(f"{rate(sample):,.1f} {name}" for name, rate in RATES.items())
                console.print(f"{bench.name}: {told}", highlight=False)
    except BenchFailed as error:
        console.print(f"[bold red]failed[/]: {bench.name}: {error}", highlight=False)
        return 1
    console.print(_rates(samples, {bench.name: bench.about for bench in benches}))
    console.print(_ratios(samples))
    console.print(_costs(samples))
    peers = {name: dict(found[0].versions) for name, found in samples.items() if found[0].versions}
    console.print("peers:", json.dumps(peers), "psutil", version("psutil"), highlight=False)
    console.print(f"load average now: {[round(load, 2) for load in load_average()]}", highlight=False)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pokemon VGC against poke-env, in one run.")
    parser.add_argument("--quick", action="store_true", help="one short repetition, without a warm-up")
    parser.add_argument("--format", default=DEFAULT, choices=FORMATS)
    parser.add_argument("--repetitions", type=int, help="of each, alternating; by default 5")
    parser.add_argument("--battles", type=int, help="measured in each repetition; by default 300")
    asked = parser.parse_args()
    asked.repetitions = asked.repetitions or (1 if asked.quick else 5)
    asked.battles = asked.battles or (40 if asked.quick else 300)
    return asked


def _benches(format_id: str, battles: int, warm_up: int) -> Sequence[Bench]:
    game = f"pokemon_vgc/{format_id}"
    return (
        PokeEnv(name=PEER, format_id=format_id, battles=battles, warm_up=warm_up),
        Remote(
            name="grpc",
            about="remote agents over gRPC: two owners in two processes, rated, 2 workers",
            game=game,
            seats=64,
            workers=2,
            warm_up=max(warm_up, 1),
            games=battles,
        ),
        InWorker(
            name="in-worker",
            about="agents in the worker, rated, 2 workers",
            kind="Blind",
            game=game,
            workers=2,
            deals=5,
            warm_up=max(warm_up, 1),
            games=battles,
        ),
        BarePipe(format_id=format_id, battles=battles, warm_up=warm_up),
    )


def _rates(samples: Mapping[str, Sequence[Sample]], abouts: Mapping[str, str]) -> Table:
    table = numbers_table("Random against random (medians)", *RATES)
    for name, found in samples.items():
        table.add_row(f"{name}: {abouts[name]}", *(f"{median_of(found, rate):,.1f}" for rate in RATES.values()))
    return table


def _ratios(samples: Mapping[str, Sequence[Sample]]) -> Table:
    """Of pairs that ran one after the other, since what else the machine does changes from minute to minute."""
    table = numbers_table("In multiples of poke-env (medians of pairs, lowest to highest)", *RATES, "goal")
    peers = samples[PEER]
    for name, found in samples.items():
        if name != PEER:
            pairs = [sorted(rate(a) / rate(b) for a, b in zip(found, peers, strict=True)) for rate in RATES.values()]
            cells = [f"{statistics.median(pair):.2f} ({pair[0]:.2f} to {pair[-1]:.2f})" for pair in pairs]
            table.add_row(name, *cells, GOALS[name])
    return table


def _costs(samples: Mapping[str, Sequence[Sample]]) -> Table:
    table = numbers_table("Milliseconds of CPU a battle", "by kind of process", "turns a battle", "battles")
    for name, found in samples.items():
        kinds = {kind: median_of(found, lambda s, kind=kind: s.cpu[kind] / s.games * 1e3) for kind in found[0].cpu}
        cells = ", ".join(f"{kind} {cost:.1f}" for kind, cost in kinds.items())
        turns = median_of(found, lambda s: s.measured["turns"])
        table.add_row(name, cells, f"{turns:.1f}", f"{sum(sample.games for sample in found):,}")
    return table


if __name__ == "__main__":
    sys.exit(main())
