"""`make bench-volley`: how fast referee, server and batch are, and what the agents come to at full size.

BENCH_ARGS="--quick" make bench-volley    the throughput alone

A control step is one of a whole court, through the game's own contract: check, step, contacts, faults, events. Nothing
here fails for being slow.
"""

import argparse
from collections.abc import Callable
from importlib.metadata import version
from platform import python_version
from time import process_time

import numpy as np
import psutil

from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.physics.world import World
from arena_drone_volleyball.rules.drills import DRILLS
from plugins.drone_volleyball.tests import bench_batch
from plugins.drone_volleyball.tests.bench_server import served
from plugins.drone_volleyball.tests.courts import contest
from plugins.drone_volleyball.tests.playing import drill, play

FLOORS = {"1v1": 3_000, "3v3": 2_000, "6v6": 1_100}
"""Control steps a CPU second that the referee should reach at a time step of 0.001 s."""
STEPS = 2_000
MATCHES = 16
"""In flight through the server, where half of the floors should be reached."""


def main() -> None:
    """Print throughput, then the agents' figures unless told to be quick."""
    parser = argparse.ArgumentParser(description="Drone volleyball: throughput and agents.")
    parser.add_argument("--quick", action="store_true", help="the throughput alone")
    quick: bool = parser.parse_args().quick
    loads = ", ".join(f"{load:.1f}" for load in psutil.getloadavg())
    print(f"numpy {version('numpy')}, mujoco {version('mujoco')}, Python {python_version()}; load average {loads}")
    print("control steps a CPU second        wanted    referee    MuJoCo and forces alone")
    for step in (0.001, 0.002):
        for name, floor in FLOORS.items():
            wanted = f"{floor:>8,}" if step == 0.001 else "        "
            judged, alone = referee(name, step), bare(name, step)
            print(f"{name} at dt {step}                    {wanted}   {judged:8,.0f}   {alone:8,.0f}")
    through_the_server()
    bench_batch.main()
    if not quick:
        rally()
        bench_batch.rally()
        returns("3v3", 200)
        returns("6v6", 40)
        against_random()
        tasks()


def through_the_server() -> None:
    """Matches of one client that plays itself, decision by decision."""
    print(f"through the server, {MATCHES} matches   wanted       rate   CPU ms a step of server, worker, client")
    for name, floor in FLOORS.items():
        found = served(name, MATCHES)
        parts = ", ".join(f"{each:.2f}" for each in found[1:])
        print(f"{name}                            {floor // 2:>8,}   {found.rate:8,.0f}   {parts}")


def referee(name: str, step: float) -> float:
    """Control steps a CPU second of a court whose drones all hover, rally after rally."""
    state = contest(name, dt=step, points=25, rallies=200)
    row = np.full(4, HOVER_COMMAND, dtype=np.float32)

    def advance() -> None:
        state.step({seat: state.check(seat, row) for seat in state.to_move()})

    return _rate(advance)


def bare(name: str, step: float) -> float:
    """The same world without a referee."""
    made = contest(name)
    world = World(made.court.drones, step)
    world.place(made.world.poses, np.array((0.0, 0.0, 1e6)))
    rows = np.full((made.court.drones, 4), HOVER_COMMAND)
    return _rate(lambda: world.advance(rows))


def _rate(advance: Callable[[], object]) -> float:
    started = process_time()
    for _ in range(STEPS):
        advance()
    return STEPS / (process_time() - started)


def rally() -> None:
    """Mean hits of the scripted 1v1 over 32 seeds."""
    hits = [each.hits for seed in range(9_000, 9_032) for each in play("1v1", ("rally", "rally"), seed, rallies=1)]
    print(f"scripted 1v1, 32 rallies: {np.mean(hits):.2f} hits on average (wanted 20), {min(hits)} at least")


def returns(name: str, count: int) -> None:
    """How many legal serves the team returns against itself."""
    rallies = [each for seed in range(9_000, 9_000 + count // 20) for each in _twenty(name, seed)]
    legal, back = sum(each.legal_serve for each in rallies), sum(each.returned for each in rallies)
    hits = np.mean([each.hits for each in rallies])
    won = sum(each.winner is not None for each in rallies)
    told = f"{back} of {legal} legal serves returned (wanted 60 %), {won} rallies won"
    print(f"team {name}, {len(rallies)} rallies of {hits:.1f} hits: {told}")


def _twenty(name: str, seed: int) -> list:
    return play(name, ("team", "team"), seed, points=25, rallies=20)


def against_random() -> None:
    """Sets of the 3v3 team against random actions, the sides swapped in every other one."""
    won = 0
    for seed in range(9_000, 9_050):
        swapped = seed % 2
        rallies = play("3v3", ("random", "team") if swapped else ("team", "random"), seed)
        mine = sum(each.winner == ("far" if swapped else "near") for each in rallies)
        won += mine > sum(each.winner is not None for each in rallies) - mine
    print(f"team 3v3 against random: {won} of 50 sets won (wanted 50)")


def tasks() -> None:
    """Mean scores of the scripted agent, and the least."""
    for each in DRILLS:
        scores = [drill(each.name, "task", seed) for seed in range(9_000, 9_032)]
        print(f"{each.name}, 32 runs: {np.mean(scores):.2f} on average, {min(scores):.2f} at least")


if __name__ == "__main__":
    main()
