"""The batch engine: court-steps a CPU second, everything included, and how long scripted rallies are in it."""

from statistics import median
from time import process_time
from typing import Final

import numpy as np

from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from plugins.drone_volleyball.tests.batched import scripted_rallies

FLOORS: Final = {"1v1": 250_000, "3v3": 110_000, "6v6": 35_000}
"""Court-steps a CPU second that 1,024 courts at 4 substeps should reach."""
COURTS: Final = 1_024
_STEPS: Final = 60
_REPETITIONS: Final = 5


def stepped(name: str, level: str) -> float:
    """Court-steps a CPU second, median of several: physics, faults, rewards, resets and observations."""
    volley = Volleyball(name, COURTS, level=level)
    volley.reset()
    shape = (8, COURTS, volley.seats, 4)
    actions = (HOVER_COMMAND + np.random.default_rng(0).uniform(-0.1, 0.1, shape)).astype(np.float32)
    if level == "ctbr":
        actions[..., :3] -= HOVER_COMMAND
    return median(_once(volley, actions) for _ in range(_REPETITIONS))


def _once(volley: Volleyball, actions: np.ndarray) -> float:
    started = process_time()
    for step in range(_STEPS):
        volley.step(actions[step % len(actions)])
    return COURTS * _STEPS / (process_time() - started)


def main() -> None:
    """Print it."""
    print("court-steps a CPU second            wanted        prt       ctbr")
    for name, floor in FLOORS.items():
        rotors, rates = (stepped(name, level) for level in ("prt", "ctbr"))
        print(f"{name}, {COURTS:,} courts, 4 substeps      {floor:>8,}   {rotors:8,.0f}   {rates:8,.0f}")


def rally() -> None:
    """Hits of the scripted 1v1 in one rally on each of 32 courts."""
    hits = scripted_rallies(32, seed=9_000)
    print(f"scripted 1v1 in the batch, 32 rallies: {np.mean(hits):.2f} hits on average, {min(hits)} at least")
