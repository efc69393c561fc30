"""How closely the batch engine follows the referee's physics: the tolerances of README.md, from the same states."""

import numpy as np
import pytest

from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.wash import Wash
from arena_drone_volleyball.physics.downwash import downwash
from arena_drone_volleyball.physics.iris import GRAVITY, HOVER_COMMAND
from arena_drone_volleyball.physics.scene import REACH
from arena_drone_volleyball.physics.world import World, ups
from arena_drone_volleyball.rules.court import COURTS
from plugins.drone_volleyball.tests.batched import apart, both, copy, seats_first


@pytest.mark.parametrize("name", COURTS)
def test_free_flight_is_the_same_for_a_second(name: str):
    """RULES.md 2.1, 2.2"""
    volley, contests = both(name, 8)
    worlds = [made.world for made in contests]
    for world in worlds:
        world.ball[:] = (0.5, 0.5, 40.0)
    copy(volley.bodies, worlds)
    rng = np.random.default_rng(1)
    for _ in range(50):
        commands = HOVER_COMMAND + rng.uniform(-0.4, 0.4, (8, volley.seats, 4))
        for world, row in zip(worlds, commands, strict=True):
            world.advance(row)
        volley.bodies.advance(seats_first(commands))
    found = apart(volley.bodies, worlds)
    assert found.position.max() < 0.005
    assert found.angle.max() < 0.2
    assert found.velocity.max() < 0.01
    assert found.rates.max() < 0.005
    assert found.ball.max() < 0.006


def incoming(rng: np.random.Generator) -> World:
    """A tilted, turning, moving drone, and a ball that comes onto its racket in 13 ms at 2 to 10 m/s."""
    world = World(1)
    about, tilt = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.0, 0.5)
    axis = np.array((np.cos(about), np.sin(about), 0.0))
    pose = np.array((0.0, 0.0, 3.0, np.cos(tilt / 2.0), *(np.sin(tilt / 2.0) * axis)))
    up = ups(pose[None])[0]
    world.place(pose[None], np.zeros(3))
    world.twists[0] = rng.uniform(-2.0, 2.0, 6)
    heading = rng.uniform(-0.5, 0.5, 3) - up
    relative = heading / np.linalg.norm(heading) * rng.uniform(2.0, 10.0)
    aside = np.cross(up, rng.normal(size=3))
    spot = aside / np.linalg.norm(aside) * 0.16 * np.sqrt(rng.uniform())
    world.ball[:] = world.poses[0, :3] + spot + up * REACH - relative * 0.013
    world.ball_velocity[:] = world.twists[0, :3] + relative
    return world


def test_hits_send_the_ball_where_the_referee_does():
    """RULES.md 2.3"""
    rng = np.random.default_rng(3)
    worlds = [incoming(rng) for _ in range(200)]
    batch = Bodies(200, 1)
    copy(batch, worlds)
    commands = np.repeat(rng.uniform(-0.3, 0.7, (200, 1, 1)), 4, axis=2)
    for _ in range(3):
        touches = [world.advance(row) for world, row in zip(worlds, commands, strict=True)]
        batch.advance(seats_first(commands))
        assert [touch == [(0, True)] for touch in touches] == batch.racket[0].tolist()
    found = apart(batch, worlds)
    relative = found.ball_velocity / np.linalg.norm(batch.ball_velocity, axis=0)
    assert np.median(relative) < 0.02
    assert np.quantile(relative, 0.95) < 0.05  # the rest slide over the racket's rim while they are in contact
    assert found.ball.max() < 0.02
    assert found.rates.max() < 0.1
    assert found.velocity.max() < 0.01


@pytest.mark.parametrize("height", [0.5, 2.0, 4.0])
def test_bounces_rise_as_high_as_the_referees(height: float):
    """RULES.md 2.3"""
    world, batch = World(1), Bodies(1, 1)
    world.place(np.array([(0.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0)]), np.array((0.0, 0.0, 2.0 + REACH + height)))
    copy(batch, [world])
    hover = np.full((1, 1, 4), HOVER_COMMAND)
    tops = np.zeros(2)
    touched = False
    for _ in range(int(2.2 * np.sqrt(2.0 * height / GRAVITY) / 0.02)):
        touched = bool(world.advance(hover[0])) or touched
        batch.advance(seats_first(hover))
        tops = np.maximum(tops, (world.ball[2], batch.ball[2, 0])) if touched else tops
    rises = tops - 2.0 - REACH
    assert touched
    assert rises[1] == pytest.approx(rises[0], rel=0.04)
    assert rises[1] < height


@pytest.mark.parametrize("speed", [6.0, 12.0])
def test_no_ball_goes_through_a_racket(speed: float):
    """RULES.md 2.3"""
    batch = Bodies(64, 1)
    batch.position[2] = 2.0
    batch.ball[:] = np.stack((np.linspace(0.0, 0.19, 64), np.zeros(64), 2.3 + np.linspace(0.0, speed * 0.02, 64)))
    batch.ball_velocity[2] = -speed
    hit = np.zeros(64, int)
    for _ in range(10):
        batch.advance(np.full((4, 1, 64), HOVER_COMMAND, np.float32))
        hit += batch.racket[0]
    assert (hit == 1).all()
    assert (batch.ball_velocity[2] > 0.0).all()
    assert (batch.ball_velocity[2] < speed).all()


def test_a_ball_from_below_or_beside_is_no_racket_hit():
    """RULES.md 4.2"""
    batch = Bodies(2, 1)
    batch.position[2] = 2.0
    batch.ball[:] = np.array([(0.0, 0.0, 1.7), (0.5, 0.0, 1.97)]).T
    batch.ball_velocity[:] = np.array([(0.0, 0.0, 6.0), (-6.0, 0.0, 0.0)]).T
    touched = np.zeros(2, bool)
    for _ in range(5):
        batch.advance(np.full((4, 1, 2), HOVER_COMMAND, np.float32))
        touched |= batch.touched[0]
        assert not batch.racket.any()
    assert touched.all()


def test_the_floor_gives_nothing_back():
    """RULES.md 2.3"""
    batch = Bodies(1, 1)
    batch.position[2], batch.ball[:] = 3.0, np.array([(2.0, 0.0, 1.0)]).T
    for _ in range(50):
        batch.advance(np.full((4, 1, 1), HOVER_COMMAND, np.float32))
    assert batch.ball[2, 0] == pytest.approx(0.1)


def test_downwash_of_drones_on_one_axis_is_finite():
    """RULES.md 2.2: rounding must not find the upper drone nearer to the axis than on it."""
    rng, courts = np.random.default_rng(5), 2_000
    up = rng.normal(0.0, 0.5, (3, courts)) + np.array([(0.0, 0.0, 1.0)]).T
    up /= np.linalg.norm(up, axis=0)
    lower = rng.uniform(-5.0, 5.0, (3, courts))
    position = np.stack((lower, lower + rng.uniform(0.5, 3.0, courts) * up), axis=1).astype(np.float32)
    axes, push = np.stack((up, up), axis=1).astype(np.float32), np.zeros((3, 2, courts), np.float32)
    Wash(courts, 2).add(push, position, axes, np.full((2, courts), 15.0, np.float32))
    assert np.isfinite(push).all()
    assert (push[:, 1] == 0.0).all()
    assert (np.linalg.norm(push[:, 0], axis=0) > 1.0).all()


@pytest.mark.parametrize("name", ["1v1", "6v6"])
def test_downwash_is_the_same_law(name: str):
    """RULES.md 2.2"""
    rng, drones = np.random.default_rng(4), COURTS[name].drones
    positions, tilts = rng.uniform(-2.0, 2.0, (5, drones, 3)), rng.normal(0.0, 0.3, (5, drones, 3))
    up = tilts + np.array((0.0, 0.0, 1.0))
    up /= np.linalg.norm(up, axis=2, keepdims=True)
    thrust = rng.uniform(5.0, 20.0, (5, drones))
    push = np.zeros((3, drones, 5), np.float32)
    Wash(5, drones).add(push, *(each.T.astype(np.float32) for each in (positions, up)), thrust.T.astype(np.float32))
    wanted = np.array([downwash(*each) for each in zip(positions, up, thrust, strict=True)]).T
    assert np.abs(wanted).max() > 0.1
    assert np.allclose(push, wanted, atol=2e-4)
