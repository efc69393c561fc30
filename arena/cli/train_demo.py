"""`make train-demo`: two loops train on Kuhn poker, and the ladder and the distance from an equilibrium are compared.

Bradley-Terry rates sets of 200 hands, each deal played from both sides, by what was earned: over single hands, won or
lost, "always bet" would be on top of any ladder.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from arena.cli.fresh import fresh, ledger_url
from arena.cli.output import print_table
from arena.core.errors import ArenaError, Fault
from arena.ledger import Ledger
from arena.ledger.selection import Selection, selected_sets, set_entrants
from arena.report.history import Checkpoint, find_lineage

FOLDER: Final = Path("train-demo")
"""The ledger, runs and report of the last demo."""
GAME: Final = "openspiel/kuhn_poker"
FIGURE: Final = "nash_conv"
_RATED: Final = {"sets": 10, "deals": 100}
_REPORT: Final = "report"


@dataclass(frozen=True, slots=True)
class Training:
    """One run: its loop with what `--set` says, and what the NashConv of its last checkpoint must not exceed."""

    loop: str
    settings: Mapping[str, int]
    most: float


TRAININGS: Final = (
    Training("psro", {"every": 3, **_RATED}, most=0.05),
    Training("selfplay-pg", _RATED, most=0.15),
)


def main() -> None:
    """Run the demo in the current folder; exit with 0 when everything it promises holds, else with 1."""
    try:
        broken = run(FOLDER, TRAININGS)
    except ArenaError as error:
        sys.exit(f"arena: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit("\n".join(f"arena: {sentence}" for sentence in broken) or 0)


def run(folder: Path, trainings: Sequence[Training]) -> list[str]:
    """Train afresh in `folder`, print what came of it and where the report is; a sentence for each broken promise.

    Raises:
        BadRequest: another demo uses the folder.
        Fault: a command fails.
    """
    with fresh(folder, *(one.loop for one in trainings), _REPORT):
        return _run(folder, trainings)


def _run(folder: Path, trainings: Sequence[Training]) -> list[str]:
    began, url, report = time.monotonic(), ledger_url(folder), folder / _REPORT
    for one in trainings:
        chosen = [f"--set={name}={value}" for name, value in one.settings.items()]
        _arena("train", one.loop, GAME, "--run", str(folder / one.loop), "--db", url, *chosen)
    lines = lineages(url)
    _show(lines)
    _arena("report", GAME, "--out", str(report), "--db", url)
    print(f"ratings and {FIGURE} along both lineages, drawn: {report / 'index.html'}")
    print(f"all of it took {time.monotonic() - began:.0f} s")
    return [sentence for one in trainings for sentence in broken_promises(one, lines.get(one.loop, ()))]


def lineages(url: str) -> dict[str, list[Checkpoint]]:
    """The rated checkpoints of each run, by its name, in the order in which they were frozen."""
    chosen = Selection(game=GAME)
    with Ledger.open(url, create=False) as ledger:
        found = find_lineage(ledger, [*selected_sets(ledger, chosen)], set_entrants(ledger, chosen))
    by_run: dict[str, list[Checkpoint]] = {}
    for one in found:
        by_run.setdefault(one.agent.removesuffix(f"-{one.version}"), []).append(one)
    return by_run


def broken_promises(training: Training, lineage: Sequence[Checkpoint]) -> Iterator[str]:
    """What does not hold of a lineage: an end near enough to an equilibrium, and surely above its beginning."""
    if len(lineage) < 2 or any(FIGURE not in one.figures for one in lineage):
        yield f"{training.loop} left no two checkpoints with a {FIGURE}"
        return
    first, last = lineage[0], lineage[-1]
    if last.figures[FIGURE] > training.most:
        yield f"{training.loop} ends at a {FIGURE} of {last.figures[FIGURE]:.3f}, above {training.most}"
    if first.figures[FIGURE] <= last.figures[FIGURE]:
        yield f"{training.loop} ends at no lower {FIGURE} than it began with"
    if last.low <= first.high:
        yield f"{last.agent} is not rated above {first.agent} by more than their 95 % intervals"


def _show(lines: Mapping[str, Sequence[Checkpoint]]) -> None:
    rows = [
        (
            one.agent,
            f"{one.figures[FIGURE]:.3f}" if FIGURE in one.figures else None,
            f"{one.rating:.0f}",
            f"{one.low:.0f} to {one.high:.0f}",
            f"{one.sets:.0f}",
        )
        for lineage in lines.values()
        for one in lineage
    ]
    print_table(f"{GAME} by Bradley-Terry", ("checkpoint", FIGURE, "rating", "95 %", "sets"), rows)


def _arena(*args: str) -> None:
    """Run a command of arena, shown as it can be given again.

    Raises:
        Fault: it fails.
    """
    print("$ arena", *args, flush=True)
    # Networks as small as these are slower with threads.
    done = subprocess.run(
        [sys.executable, "-m", "arena.cli.main", *args], env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, check=False
    )
    if done.returncode:
        raise Fault(f"arena {args[0]} ended with {done.returncode}; above it says why")


if __name__ == "__main__":
    main()
