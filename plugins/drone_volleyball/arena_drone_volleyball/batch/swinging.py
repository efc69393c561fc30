"""The attack of `control.swing` for arrays of drones, constants and all."""

import numpy as np

from arena_drone_volleyball.batch.arrays import Floats, column, dot
from arena_drone_volleyball.batch.steering import Aims, Own, accelerate, track, upward
from arena_drone_volleyball.batch.striking import Strikes
from arena_drone_volleyball.control.swing import HARDEST, LAST, LEAD, LIFT, RUN_UP, SINK, STRONGEST
from arena_drone_volleyball.physics.iris import GRAVITY, MASS, MAX_THRUST

_FALL = column((0.0, 0.0, -GRAVITY))


def swing(own: Own, strikes: Strikes) -> Aims:
    """As `swing.swing`."""
    left, normal = strikes.seconds, strikes.normal
    thrust = GRAVITY * np.minimum(1.0 / np.maximum(normal[2], 0.1), STRONGEST)
    then = thrust * normal + _FALL
    waiting = track(own, _behind(strikes, then))
    way = accelerate(own, np.where(left > RUN_UP, waiting, _running(own, strikes, then)))
    return Aims(normal, MASS * thrust).where(left < LAST, way)


def _behind(strikes: Strikes, then: Floats) -> Floats:
    """As `swing._behind`."""
    behind: Floats = strikes.place - strikes.speed * strikes.normal * (RUN_UP / 2.0) + then * (RUN_UP * RUN_UP / 12.0)
    return behind


def _running(own: Own, strikes: Strikes, then: Floats) -> Floats:
    """As `swing._on_the_way`, cut to what flies."""
    lift = dot(own.throttle, own.throttle) * (MAX_THRUST / MASS)
    now = lift * upward(own.quaternion) + _FALL
    speeds = own.velocity, strikes.speed * strikes.normal
    wanted = _quintic(np.maximum(strikes.seconds, LAST), strikes.place - own.position, speeds, (now, then))
    wanted[:2] /= np.maximum(np.hypot(wanted[0], wanted[1]) / HARDEST, 1.0)
    np.clip(wanted[2], SINK, LIFT, out=wanted[2])
    return wanted


def _quintic(t: Floats, way: Floats, speeds: tuple[Floats, Floats], pushes: tuple[Floats, Floats]) -> Floats:
    """As `swing._quintic`."""
    (v, w), (a, b) = speeds, pushes
    way, gain, rise = way - v * t - 0.5 * a * t * t, w - v - a * t, b - a
    c3 = (10.0 * way - 4.0 * gain * t + 0.5 * rise * t * t) / t**3
    c4 = (-15.0 * way + 7.0 * gain * t - rise * t * t) / t**4
    c5 = (6.0 * way - 3.0 * gain * t + 0.5 * rise * t * t) / t**5
    ahead = np.minimum(LEAD, t)
    pushed: Floats = a + 6.0 * c3 * ahead + 12.0 * c4 * ahead**2 + 20.0 * c5 * ahead**3
    return pushed
