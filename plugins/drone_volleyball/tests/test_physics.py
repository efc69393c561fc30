"""What the physics promises (RULES.md 2.1, 2.2, 2.3)."""

from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest

from arena.core.errors import GameFault
from arena_drone_volleyball.physics import iris
from arena_drone_volleyball.physics.downwash import downwash
from arena_drone_volleyball.physics.scene import REACH
from arena_drone_volleyball.physics.world import World
from plugins.drone_volleyball.tests.courts import LEVEL_POSE, same, world

HOVER = np.full((1, 4), iris.HOVER_COMMAND)
OFF = np.full((1, 4), -1.0)


def test_the_constants_are_those_of_the_iris():
    assert pytest.approx(0.62097, abs=1e-5) == iris.HOVER
    assert pytest.approx(0.24194, abs=1e-5) == iris.HOVER_COMMAND
    assert pytest.approx(6.0032, abs=1e-4) == iris.MAX_THRUST
    assert pytest.approx(1.6104, abs=1e-4) == 4 * iris.MAX_THRUST / (iris.MASS * iris.GRAVITY)


def test_the_inertia_is_the_published_one_though_it_breaks_the_triangle_inequality():
    model = World(1).model
    assert np.allclose(model.body("drone0").inertia, (0.0347563, 0.0458929, 0.0977))


def test_hover_holds():
    hovering = world()
    for _ in range(500):
        hovering.advance(HOVER)
    assert np.allclose(hovering.poses[0], (0.0, 0.0, 2.0, *LEVEL_POSE), atol=1e-9)


def test_equal_thrust_gives_no_torque():
    assert np.allclose(iris.WRENCH @ np.full(4, 3.0), (12.0, 0.0, 0.0, 0.0), atol=1e-12)
    rising = world()
    for _ in range(50):
        rising.advance(np.full((1, 4), 0.8))
    assert rising.poses[0, 2] > 3.0
    assert np.allclose(rising.twists[0, 3:], 0.0, atol=1e-9)


def test_rotors_lag_by_the_published_share():
    started = world()
    started.advance(np.ones((1, 4)))
    first = iris.HOVER_THROTTLE + 0.43 * (1.0 - iris.HOVER_THROTTLE)
    assert np.allclose(started.throttle, first)


def test_free_fall_from_5_m_takes_what_galilei_says():
    """Interpolated where the height passes zero of the fall, at dt 0.001, within 0.1 %."""
    falling = world(ball=(5.0, 5.0, 5.15))
    before, steps = 5.0, 0
    while (now := falling.ball[2] - 0.15) > 0.0 and falling.ball[2] > 0.11:
        before, steps = float(now), steps + 1
        falling.advance(HOVER)
    speed = sqrt(2.0 * iris.GRAVITY * 5.0)
    seconds = (steps - 1) * 0.02 + before / (0.5 * (speed + sqrt(2.0 * iris.GRAVITY * (5.0 - before))))
    assert seconds == pytest.approx(sqrt(2.0 * 5.0 / iris.GRAVITY), rel=1e-3)


def bounce(speed: float, step: float = 0.001) -> tuple[float, float]:
    """Restitution of a ball on a hovering drone, and the energy gained in the frame of their common centre in J."""
    made = world(ball=(0.0, 0.0, 2.0 + REACH + 0.001), step=step)
    made.ball_velocity[2] = -speed
    start = speed * speed / 2.0 * _reduced()
    touched = False
    for _ in range(40):
        touched = bool(made.advance(HOVER)) or touched
        if touched and made.ball[2] - made.poses[0, 2] > REACH + 0.01:
            break
    assert touched
    # Gravity slows the ball, but not the hovering drone, until it is above the racket again.
    height = made.ball[2] - made.poses[0, 2] - REACH
    apart = made.ball_velocity[2] - made.twists[0, 2]
    leaving = sqrt(apart * apart + 2.0 * iris.GRAVITY * height)
    return leaving / sqrt(speed * speed + 2.0 * iris.GRAVITY * 0.001), leaving * leaving / 2.0 * _reduced() - start


def _reduced() -> float:
    return 1.0 / (1.0 / 0.005 + 1.0 / iris.MASS)


@pytest.mark.parametrize("step", [0.001, 0.002])
@pytest.mark.parametrize("speed", [1.0, 2.0, 3.5, 5.0, 7.0, 8.5, 10.0])
def test_a_bounce_gives_back_what_it_should_and_no_energy_is_gained(speed: float, step: float):
    restitution, gained = bounce(speed, step)
    assert 0.79 <= restitution <= 0.82
    assert gained < 0.0


@pytest.mark.parametrize("offset", [0.0, 0.1, 0.18])
@pytest.mark.parametrize("speed", [12.0, 9.3, 11.1])
def test_no_ball_goes_through_a_racket_at_12_m_s(speed: float, offset: float):
    for fraction in np.linspace(0.0, speed * 0.001, 5):
        made = world(ball=(offset, 0.0, 2.3 + float(fraction)))
        made.ball_velocity[2] = -speed
        touches = [touch for _ in range(10) for touch in made.advance(HOVER)]
        assert touches == [(0, True)]
        assert made.ball[2] > made.poses[0, 2]
        assert made.ball_velocity[2] > 0.0


def test_a_slow_ball_is_one_touch_each_time_it_comes_down():
    made = world(ball=(0.0, 0.0, 2.0 + REACH + 0.3))
    touches = [step for step in range(40) if made.advance(HOVER)]
    assert len(touches) == 2
    assert touches[1] - touches[0] > 15


def test_a_ball_from_below_or_beside_is_no_racket_hit():
    made = world(ball=(0.0, 0.0, 1.7))
    made.ball_velocity[2] = 6.0
    assert next(touch for _ in range(10) for touch in made.advance(HOVER)) == (0, False)
    aside = world(ball=(0.5, 0.0, 1.97))
    aside.ball_velocity[:] = (-6.0, 0.0, 0.0)
    assert next(touch for _ in range(10) for touch in aside.advance(HOVER)) == (0, False)


def test_downwash_pushes_only_those_below_by_the_published_law():
    positions = np.array([(0.0, 0.0, 3.0), (0.3, 0.0, 1.5), (4.0, 0.0, 3.0)])
    ups = np.tile((0.0, 0.0, 1.0), (3, 1))
    force = downwash(positions, ups, np.array([15.0, 14.0, 13.0]))
    share = exp(-0.5 * (2.0 * 0.3 / 1.5) ** 2) / (1.0 + 0.3 * 1.5) ** 2
    assert np.allclose(force[1], (0.0, 0.0, -15.0 * share), atol=1e-3)
    assert np.allclose(force[[0, 2]], 0.0, atol=1e-9)


def test_a_run_is_bit_identical_and_goes_on_from_a_snapshot():
    rng = np.random.default_rng(3)
    commands = rng.uniform(0.0, 0.5, (120, 2, 4))
    poses = np.array([(1.5, 0.0, 2.0, *LEVEL_POSE), (-1.5, 0.0, 2.0, *LEVEL_POSE)])

    def start() -> World:
        made = World(2)
        made.place(poses, np.array((1.5, 0.0, 2.6)))
        return made

    one, other = start(), start()
    for row in commands[:60]:
        assert one.advance(row) == other.advance(row)
    saved = one.save()
    for row in commands[60:]:
        one.advance(row)
        other.advance(row)
    assert same(one.data.qpos, other.data.qpos)
    end = one.data.qpos.copy()
    for fresh in (one, World(2)):
        fresh.restore(saved)
        for row in commands[60:]:
            fresh.advance(row)
        assert same(fresh.data.qpos, end)


def test_physics_that_breaks_down_voids_the_match_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    broken = world()
    broken.twists[0, 0] = np.nan
    with pytest.raises(GameFault, match="not finite"):
        broken.advance(HOVER)
    assert not list(tmp_path.iterdir())
