"""How far drones come by training for some seconds, where there are many cores and perhaps a GPU.

python -m plugins.drone_volleyball.tests.bench_train --seconds 60 --out runs solo_bump hit_the_ball

NumPy and torch are all it takes: what is measured is the batch and the learner, not the referee. It prints a line of
JSON now and then and one for each task at its end; the weights of the last and
of the best policy are left for `drone_volleyball:policy?weights=DIR`.
"""

import argparse
import json
import os
from pathlib import Path
from time import perf_counter

import numpy as np

from arena_drone_volleyball.loops.course import Pilot, Tally
from arena_drone_volleyball.loops.fleet import CoursePlan, Fleet
from arena_drone_volleyball.loops.learner import Learner
from arena_drone_volleyball.loops.settings import SETTINGS, Settings
from arena_drone_volleyball.loops.trainer import learner_of

SURE = np.float32(-20.0)
"""The logarithm of a deviation that draws the mean."""
TELL = 5.0
"""s between two lines."""
MEASURED = 1_000
"""Control steps that no run exceeds. Twice as many are played without noise at last: each court ends a whole run."""


def main() -> None:
    """Train one task after another."""
    parser = argparse.ArgumentParser(description="Drone volleyball: training for some seconds.")
    parser.add_argument("games", nargs="+", metavar="TASK", help="tasks, or 1v1: a strategy against the scripted agent")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each task")
    parser.add_argument("--level", default="prt", choices=("prt", "ctbr"))
    parser.add_argument("--out", type=Path, default=Path("runs"))
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="as of `arena train skills`")
    given = parser.parse_args()
    for game in given.games:
        level = "skill" if game == "1v1" else given.level
        settings = settings_of(given.set, rallies=game == "1v1")
        _train(game, level, given.seconds, settings, given.out / f"{game}-{level}")


def settings_of(texts: list[str], *, rallies: bool) -> Settings:
    """Those of a loop, with one process a core but one, and as many courts in each as the loop has by default."""
    from arena.core.options import parse_assignments, resolve

    processes = max(len(os.sched_getaffinity(0)) - 1, 1)
    courts = 512 if rallies else 1_024
    many = {"processes": processes, "environments": courts * processes, "width": 128}
    named = parse_assignments(SETTINGS, texts)
    return Settings.of(resolve(SETTINGS, {**many, **named}), rallies=rallies)


def _train(game: str, level: str, seconds: float, settings: Settings, out: Path) -> None:
    plan = CoursePlan(game, level, settings.environments // settings.processes)
    with Fleet(plan, settings.processes, settings.steps) as fleet:
        learner = learner_of(fleet, settings, seed=0)
        about = {"game": game, "level": level, "head": fleet.head.name}
        fleet.deal((0, 0))
        told, best = _learn(fleet, learner, about, seconds)
        last = learner.pilot(about)
        scores = {name: _measured(fleet, pilot, settings.steps) for name, pilot in (("last", last), ("best", best))}
    _save(last, out / "last")
    _save(best, out / "best")
    figures = {
        "scores": {name: round(score.mean, 3) for name, score in scores.items()},
        "runs": scores["best"].episodes,
    }
    told |= {"task": game, "level": level, "weights": str(out), "device": learner.device, **figures}
    print(json.dumps(told), flush=True)


def _save(pilot: Pilot, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pilot.network.save(folder)


def _learn(
    fleet: Fleet, learner: Learner, about: dict[str, str], seconds: float
) -> tuple[dict[str, float | str | dict[str, float]], Pilot]:
    """Its figures, and the pilot whose noisy scores were best between two lines."""
    began, told, tally = perf_counter(), 0.0, Tally()
    best, most = learner.pilot(about), -1.0
    updates, collecting = 0, 0.0
    while (now := perf_counter() - began) < seconds:
        if now - told > TELL:
            told, mean = now, round(tally.mean, 3)
            print(json.dumps({"seconds": round(now, 1), "updates": updates, "noisy score": mean}), flush=True)
            best, most = (learner.pilot(about), mean) if mean > most else (best, most)
            tally = Tally()
        started = perf_counter()
        fleet.start(learner.pilot(about))
        tally += fleet.finish()
        collecting += perf_counter() - started
        learner.learn(fleet.blocks, (0, updates))
        updates += 1
    steps = updates * fleet.shape.steps * fleet.shape.lanes * len(fleet.blocks)
    figures = {"seconds": now, "updates": updates, "steps": steps, "steps/s": steps / now, "flying": collecting / now}
    return {name: round(value, 2) for name, value in figures.items()}, best


def _measured(fleet: Fleet, pilot: Pilot, steps: int) -> Tally:
    fleet.deal((0, 1))
    tally = Tally()
    for _ in range(-(-2 * MEASURED // steps)):
        fleet.start(pilot._replace(spread=np.full_like(pilot.spread, SURE)))
        tally += fleet.finish()
    return tally


if __name__ == "__main__":
    main()
