"""The batch engine beside the referee: the same start in both, and states of one as the other has them."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from arena.core.agent import Clock, Observation
from arena.core.values import TENSOR, Seat
from arena_drone_volleyball.agents.rally import RallyAgent
from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.steering import Own
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.control.attitude import Body
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.physics.world import World
from arena_drone_volleyball.play.contest import Contest
from plugins.drone_volleyball.tests.courts import contest, game
from plugins.drone_volleyball.tests.playing import seat_of


def both(name: str, courts: int, **options) -> tuple[Volleyball, list[Contest]]:
    """As many courts in the batch as contests, and everything at the same places; the near side serves."""
    level = options.get("level", "prt")
    volley = Volleyball(name, courts, level=level)
    volley.rules.server[:] = 1
    volley.reset()
    volley.rules.server[:] = volley.rules.turn[:] = volley.rules.last[:] = volley.rules.half[:] = 0
    contests = [contest(name, seed, **options) for seed in range(courts)]
    copy(volley.bodies, [made.world for made in contests])
    volley._see()
    return volley, contests


def copy(bodies: Bodies, worlds: Sequence[World]) -> None:
    """Bring the batch to where the worlds are, contacts aside."""
    poses, twists = (np.array([getattr(world, name) for world in worlds]) for name in ("poses", "twists"))
    bodies.position[:], bodies.quaternion[:] = poses[:, :, :3].T, poses[:, :, 3:].T
    bodies.velocity[:], bodies.rates[:] = twists[:, :, :3].T, twists[:, :, 3:].T
    bodies.throttle[:] = np.array([world.throttle for world in worlds]).T
    bodies.ball[:] = np.array([world.ball for world in worlds]).T
    bodies.ball_velocity[:] = np.array([world.ball_velocity for world in worlds]).T
    bodies.touching[:] = False


def observed(contests: Sequence[Contest]) -> np.ndarray:
    """What the referee shows all seats: (courts, seats, size)."""
    want = frozenset({TENSOR})
    return np.array([[made.observe(Seat(seat), want)[TENSOR] for seat in range(made.seats)] for made in contests])


def seats_first(actions: np.ndarray) -> np.ndarray:
    """(courts, drones, 4) as the batch's bodies take them."""
    return np.ascontiguousarray(actions.transpose(2, 1, 0), dtype=np.float32)


def apart(bodies: Bodies, worlds: Sequence[World]) -> SimpleNamespace:
    """The greatest differences between batch and worlds, in m, degrees, m/s and rad/s, each (courts,)."""
    poses, twists = (np.array([getattr(world, name) for world in worlds]).T for name in ("poses", "twists"))
    turned = np.abs((poses[3:] * bodies.quaternion).sum(axis=0))
    ball = np.array([world.ball for world in worlds]).T
    rolling = np.array([world.ball_velocity for world in worlds]).T
    return SimpleNamespace(
        position=_most(poses[:3] - bodies.position),
        angle=np.degrees(2.0 * np.arccos(np.minimum(turned, 1.0))).max(axis=0),
        velocity=_most(twists[:3] - bodies.velocity),
        rates=_most(twists[3:] - bodies.rates),
        ball=np.linalg.norm(ball - bodies.ball, axis=0),
        ball_velocity=np.linalg.norm(rolling - bodies.ball_velocity, axis=0),
    )


def scripted_rallies(courts: int, seed: int) -> list[int]:
    """How many hits one rally of the scripted 1v1 agent has on each court of the batch."""
    volley = Volleyball("1v1", courts, seed=seed)
    agents = [[RallyAgent(seat_of(game(), seat)) for seat in range(2)] for _ in range(courts)]
    seen, _ = volley.reset()
    legal, clock, hits = game().levels[0].legal(), Clock(1.0, 1.0), {}
    while len(hits) < courts:
        shown = [[Observation(0, {TENSOR: each}, ()) for each in row] for row in seen]
        rows = zip(agents, shown, strict=True)
        actions = [[agent.act(each, legal, clock) for agent, each in zip(*row, strict=True)] for row in rows]
        seen, _, ended, late, _ = volley.step(np.array(actions))
        for court in np.flatnonzero(ended | late):
            hits.setdefault(int(court), int(volley.rules.hits[court]))
    return list(hits.values())


def _most(difference: np.ndarray) -> np.ndarray:
    return np.linalg.norm(difference, axis=0).max(axis=0)


def one_of(own: Own, drone: int, court: int) -> tuple[Body, Ball]:
    """One drone of a batch as the referee's controllers take it."""
    rows = [tuple(map(float, each[:, drone, court])) for each in own]
    return Body(*rows[:5]), Ball(*rows[5:])
