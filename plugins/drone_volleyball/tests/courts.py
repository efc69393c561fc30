"""Making courts and worlds for tests."""

import numpy as np

from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import Json
from arena_drone_volleyball.physics.iris import Array
from arena_drone_volleyball.physics.world import World
from arena_drone_volleyball.play.contest import Contest
from arena_drone_volleyball.play.game import OPTIONS, CourtGame
from arena_drone_volleyball.rules.court import COURTS

LEVEL_POSE = (1.0, 0.0, 0.0, 0.0)


def game(name: str = "1v1", **options: Json) -> CourtGame:
    return CourtGame(COURTS[name], resolve(OPTIONS, options))


def contest(name: str = "1v1", seed: int = 0, **options: Json) -> Contest:
    state = game(name, **options).new_state(Seed.of(seed), {})
    assert isinstance(state, Contest)
    return state


def world(height: float = 2.0, ball: tuple[float, float, float] = (5.0, 5.0, 9.0), step: float = 0.001) -> World:
    """One hovering drone at the origin."""
    made = World(1, step)
    made.place(np.array([(0.0, 0.0, height, *LEVEL_POSE)]), np.array(ball))
    return made


def same(one: Array, other: Array) -> bool:
    """Bit for bit."""
    return one.tobytes() == other.tobytes()
