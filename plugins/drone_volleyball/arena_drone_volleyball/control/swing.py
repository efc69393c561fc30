"""The attack: a run-up towards the net that ends tilted, at the ball, and as fast as the strike wants it.

Place, velocity and acceleration at the touch are known, the last one since thrust lies along the racket's normal. The
way there is a polynomial of fifth degree in time, drawn anew in each control step from where the drone is.
"""

from collections.abc import Sequence
from math import hypot
from typing import Final

from arena_drone_volleyball.control.attitude import Body, Setpoint, Vector, accelerate, point, track, upward
from arena_drone_volleyball.control.strike import Strike
from arena_drone_volleyball.physics.iris import GRAVITY, MASS, MAX_THRUST

RUN_UP: Final = 0.7
"""s before the touch at which a drone leaves its waiting place."""
LEAD: Final = 0.1
"""s: how far ahead on its way a drone steers, for tilting takes about so long."""
LAST: Final = 0.05
"""s before the touch from which on only the tilt counts."""
STRONGEST: Final = 1.45
"""Thrust at the touch as a multiple of the weight, at most."""
HARDEST: Final = 12.0
"""m/s2, sideways."""
SINK, LIFT = -7.0, 6.0
"""m/s2, downwards and upwards."""


def swing(body: Body, strike: Strike) -> Setpoint:
    """The setpoint on the way to an attack: wait behind the ball, then run up to it."""
    left, n = strike.seconds, strike.normal
    thrust = GRAVITY * min(1.0 / max(n[2], 0.1), STRONGEST)
    then = (thrust * n[0], thrust * n[1], thrust * n[2] - GRAVITY)
    if left > RUN_UP:
        return accelerate(body, track(body, _behind(strike, then), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)))
    if left < LAST:
        return point(body, n, MASS * thrust)
    ax, ay, az = _on_the_way(body, strike, then)
    size = max(hypot(ax, ay) / HARDEST, 1.0)
    return accelerate(body, (ax / size, ay / size, min(max(az, SINK), LIFT)))


def _behind(strike: Strike, then: Vector) -> Vector:
    """Where a run-up from rest begins whose velocity is a cubic in time."""
    ways = (v * RUN_UP / 2.0 - a * RUN_UP * RUN_UP / 12.0 for v, a in zip(strike.velocity, then, strict=True))
    x, y, z = (place - way for place, way in zip(strike.place, ways, strict=True))
    return x, y, z


def _on_the_way(body: Body, strike: Strike, then: Vector) -> Vector:
    lift = sum(each * each for each in body.throttle) * MAX_THRUST / MASS
    up = upward(body)
    now = (lift * up[0], lift * up[1], lift * up[2] - GRAVITY)
    x, y, z = (
        _quintic(strike.seconds, to - at, speeds, pushes)
        for at, to, *speeds, pushes in zip(
            body.position, strike.place, body.velocity, strike.velocity, zip(now, then, strict=True), strict=True
        )
    )
    return x, y, z


def _quintic(seconds: float, way: float, speeds: Sequence[float], pushes: Sequence[float]) -> float:
    """The acceleration, LEAD s from now, of the quintic over `way` m in `seconds` with speed and push at its ends."""
    t, v, a = seconds, speeds[0], pushes[0]
    way, gain, rise = way - v * t - 0.5 * a * t * t, speeds[1] - v - a * t, pushes[1] - a
    c3 = (10.0 * way - 4.0 * gain * t + 0.5 * rise * t * t) / t**3
    c4 = (-15.0 * way + 7.0 * gain * t - rise * t * t) / t**4
    c5 = (6.0 * way - 3.0 * gain * t + 0.5 * rise * t * t) / t**5
    ahead = min(LEAD, t)
    return a + 6.0 * c3 * ahead + 12.0 * c4 * ahead**2 + 20.0 * c5 * ahead**3
