"""From samples to the printed tables: medians, ratios of medians within one run, and the goals beside them."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from sample import Sample

Samples = Mapping[str, Sequence[Sample]]
"""Every repetition of every benchmark that worked, by name."""

REMOTE: Final = "grpc"
IN_WORKER: Final = "in-worker"
_RATIO_GOALS: Final[Mapping[tuple[str, str], str]] = {
    (REMOTE, "textarena"): ">= 10",
    (REMOTE, "kaggle"): ">= 100",
    (REMOTE, "pettingzoo"): ">= 1",
    (IN_WORKER, "rl_environment"): "towards 1",
}
_COST_GOAL: Final = "server + workers <= 45, ambition 25"
_FIGURE_GOALS: Final[Mapping[str, str]] = {
    "round trip p99, ms": "<= 10",
    "arena --help, s": "< 0.5",
    "idle server, % of a core": "< 1",
    "engine moves / s of a core": ">= 5,000 in a language game",
}
_IN_WORKER_GOAL: Final = ">= 10,000 a core and s, ambition 25,000"


def median_of(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """The median of one figure over the repetitions."""
    return statistics.median(map(of, samples))


def show(console: Console, samples: Samples, abouts: Mapping[str, str]) -> None:
    """Print every table that there are samples for."""
    played = {name: found for name, found in samples.items() if found[0].games}
    for table in (_rates(played, abouts), _ratios(played), _costs(played), _figures(samples)):
        if table.row_count:
            console.print(table)


def as_json(samples: Samples) -> dict[str, Any]:
    """Every sample, and the medians of rates."""
    return {
        name: {
            "samples": [asdict(sample) for sample in found],
            "games per second": median_of(found, _wall_rate) if found[0].games else None,
            "games per CPU second": median_of(found, _cpu_rate) if found[0].games else None,
        }
        for name, found in samples.items()
    }


def _wall_rate(sample: Sample) -> float:
    return sample.games_per_second


def _cpu_rate(sample: Sample) -> float:
    return sample.games_per_cpu_second


def _rates(samples: Samples, abouts: Mapping[str, str]) -> Table:
    table = numbers_table(
        "Tic-tac-toe games, random play (median, lowest to highest)", "per second", "per CPU second", "goal"
    )
    for name, found in samples.items():
        goal = _IN_WORKER_GOAL if name == IN_WORKER else ""
        table.add_row(f"{name}: {abouts[name]}", _spread(found, _wall_rate), _spread(found, _cpu_rate), goal)
    return table


def _ratios(samples: Samples) -> Table:
    table = numbers_table("The arena in multiples of its peers", "per second", "per CPU second", "goal")
    ours = [name for name in (REMOTE, IN_WORKER) if name in samples]
    peers = [name for name, found in samples.items() if "loop" in found[0].cpu]
    for own in ours:
        for peer in peers:
            ratios = [
                f"{median_of(samples[own], of) / median_of(samples[peer], of):.3g}" for of in (_wall_rate, _cpu_rate)
            ]
            table.add_row(f"{own} / {peer}", *ratios, _RATIO_GOALS.get((own, peer), ""))
    return table


def _costs(samples: Samples) -> Table:
    processes = ("server", "main", "workers", "clients")
    table = numbers_table("Microseconds of CPU a decision", "server + workers", *processes, "goal")
    for name, found in samples.items():
        kinds = [kind for kind in processes if kind in found[0].cpu]
        if not kinds:
            continue
        own = [kind for kind in kinds if kind != "clients"]
        cells = {kind: f"{median_of(found, lambda s, kind=kind: s.cpu_per_decision(kind)):.1f}" for kind in kinds}
        total = f"{median_of(found, lambda s, own=own: s.cpu_per_decision(*own)):.1f}"
        table.add_row(name, total, *(cells.get(kind, "") for kind in processes), _COST_GOAL if name == REMOTE else "")
    return table


def _figures(samples: Samples) -> Table:
    table = numbers_table("Other figures", "median", "goal")
    for name, found in samples.items():
        for figure in found[0].figures:
            values = [sample.figures[figure] for sample in found if figure in sample.figures]
            table.add_row(f"{name}: {figure}", f"{statistics.median(values):.3g}", _FIGURE_GOALS.get(figure, ""))
    return table


def _spread(found: Sequence[Sample], of: Callable[[Sample], float]) -> str:
    values = sorted(map(of, found))
    return f"{statistics.median(values):,.0f} ({values[0]:,.0f} to {values[-1]:,.0f})"


def numbers_table(title: str, *columns: str) -> Table:
    """An empty table of a name and, to the right, numbers."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="left" if column == "goal" else "right")
    return table
