"""Hitting a ball so that it flies to a target: where to wait, how to tilt, how fast to meet it.

The racket's normal n lies along the change of velocity dv, and its speed along n is v_in . n + |dv| / (1 + e): the law
of a bounce with restitution e off a body much heavier than the ball.
"""

from math import sqrt
from typing import Final, NamedTuple

from arena_drone_volleyball.control.attitude import Body, Setpoint, Vector, accelerate, point, track, upward
from arena_drone_volleyball.control.ballistics import Ball, launch
from arena_drone_volleyball.physics.iris import GRAVITY, MASS
from arena_drone_volleyball.physics.scene import REACH

RESTITUTION: Final = 0.77
"""Less than the scene gives (0.80), since a pushing drone is a little slower at the touch than it is told to be."""
PUSH: Final = 0.24
"""s before the touch at which a drone leaves its waiting place, tilts and pushes."""


class Strike(NamedTuple):
    """A planned hit: in `seconds` the drone's centre is to be at `place` with normal `normal` and `velocity`."""

    seconds: float
    place: Vector
    normal: Vector
    velocity: Vector


def plan(ball: Ball, height: float, target: Vector, flight: float) -> Strike | None:
    """How to hit a ball when it comes down to `height`, to reach `target` after `flight` s; None when it never does."""
    seconds = ball.falls_to(height)
    if seconds is None:
        return None
    met = ball.at(seconds)
    out = launch(met.position, target, flight)
    dv = tuple(b - a for a, b in zip(met.velocity, out, strict=True))
    size = sqrt(sum(d * d for d in dv))
    if size < 1e-6:
        return None
    n = (dv[0] / size, dv[1] / size, dv[2] / size)
    speed = sum(a * b for a, b in zip(met.velocity, n, strict=True)) + size / (1.0 + RESTITUTION)
    p = met.position
    place = (p[0] - REACH * n[0], p[1] - REACH * n[1], p[2] - REACH * n[2])
    return Strike(seconds, place, n, (speed * n[0], speed * n[1], speed * n[2]))


def carry_out(body: Body, strike: Strike) -> Setpoint:
    """The setpoint on the way to a strike: wait, and in the last moments tilt and push."""
    left = strike.seconds
    n, place = strike.normal, strike.place
    if left > PUSH:
        drift = 0.5 * GRAVITY * DRIFT * PUSH * PUSH / n[2]
        wait = (place[0] - n[0] * drift, place[1] - n[1] * drift, place[2] - max(strike.velocity[2], 0.0) * RUN)
        ax, ay, az = track(body, wait, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), RUSH)
        return accelerate(body, (ax, ay, az if left > READY else _rise(body, strike)))
    up = upward(body)
    return point(body, n, MASS * max(GRAVITY + _rise(body, strike), 0.0) / max(up[2], 0.5))


RUSH: Final = 5.0
"""m/s2: how hard a drone hurries to a ball."""
READY: Final = 0.7
"""s before the touch from which on height follows the plan."""
DRIFT: Final = 0.4
"""Share of the run-up of an instant tilt that is flown within PUSH: the tilt takes time."""
RUN: Final = 0.25
"""s: a drone rises for so long, at the mean of its speeds, before the touch."""
LIFT: Final = 4.6
"""m/s2: what a tilted drone can climb with."""
SINK: Final = 7.0
"""m/s2: what is left of thrust then still turns the drone."""
SOON: Final = 0.06
"""s: closer to the touch corrections come too late for the rotors."""


def _rise(body: Body, strike: Strike) -> float:
    """The vertical acceleration that meets height and speed at once, from a cubic in time; cut to what flies.

    What the drone has of sideways speed by then counts towards its speed along the normal.
    """
    left = max(strike.seconds, SOON)
    n = strike.normal
    tilted = min(strike.seconds, PUSH) * GRAVITY / n[2]
    sideways = sum(n[i] * (body.velocity[i] + n[i] * tilted * DRIFT) for i in (0, 1))
    speed = sum(a * b for a, b in zip(strike.velocity, n, strict=True))
    gap = strike.place[2] - body.position[2]
    return min(max(_meet(left, gap, body.velocity[2], (speed - sideways) / n[2]), -SINK), LIFT)


def _meet(left: float, gap: float, now: float, then: float) -> float:
    """The acceleration to apply now to be `gap` m higher and as fast as `then` in `left` s.

    That of a cubic in time; where the cubic ends with more than LIFT, that of two constant accelerations of which the
    second is LIFT.
    """
    if (4.0 * then + 2.0 * now) / left - 6.0 * gap / (left * left) <= LIFT:
        return 6.0 * gap / (left * left) - (4.0 * now + 2.0 * then) / left
    gain = then - now
    lifting = (2.0 * (gap - now * left) - gain * left) / min(gain - LIFT * left, -1e-6)
    if lifting >= left - 1e-3:
        return LIFT
    return (gain - LIFT * max(lifting, 0.0)) / (left - max(lifting, 0.0))
