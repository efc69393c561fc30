"""From a wanted acceleration or attitude to rotor commands: a geometric controller in a cascade of rates.

After Lee, Leok and McClamroch (CDC 2010), with body rates in between: the level `ctbr` uses the same last stage.
Plain floats throughout: for one drone they are several times faster than arrays of three.
"""

from math import acos, atan2, hypot, pi, sqrt
from typing import Final, NamedTuple, TypeAlias

from arena_drone_volleyball.physics.iris import ALLOCATION, GRAVITY, INERTIA, LAG, MASS, MAX_THRUST

Vector: TypeAlias = tuple[float, float, float]
Commands: TypeAlias = tuple[float, float, float, float]

MAX_RATE: Final = 144.0 * pi / 180.0
"""rad/s: the highest body rate of the level `ctbr`."""

_JX, _JY, _JZ = (float(j) for j in INERTIA)
RATE_GAIN: Final = (18.0, 18.0, 6.0)
"""1/s: angular acceleration for each rad/s of error."""
TILT_GAIN: Final = 9.0
"""1/s: body rate for each rad of tilt error."""
YAW_GAIN: Final = 2.0
"""1/s: body rate for each rad of heading error."""
YAW_TORQUE: Final = 0.08
"""N m: the most that is spent on the heading."""
RISE: Final = (-4.0, 5.0)
"""m/s2: the vertical accelerations that `track` asks for at most."""
SIDEWAYS: Final = 5.0
"""m/s2: the horizontal one that it asks for at most, unless told."""
PLACE_GAIN: Final = (6.0, 6.0, 12.0)
"""1/s2: acceleration for each m of error."""
SPEED_GAIN: Final = (4.0, 4.0, 6.0)
"""1/s: acceleration for each m/s of error."""
_MIX: Final = tuple(tuple(float(v) for v in row) for row in ALLOCATION)
STEEPEST: Final = 0.7
"""Tangent of the tilt beyond which a drone would lose height, however it steers."""
LOW: Final = 0.15
"""Share of the weight that is always kept as thrust, for without thrust there is no torque."""


class Body(NamedTuple):
    """A drone's state: position in m, quaternion w x y z, velocity in m/s (world axes), rates in rad/s (body axes), and
    the throttle of each rotor, 0 to 1."""

    position: Vector
    quaternion: tuple[float, float, float, float]
    velocity: Vector
    rates: Vector
    throttle: Commands


class Setpoint(NamedTuple):
    """What a drone is to do now: body rates in rad/s and a collective thrust in N."""

    rates: Vector
    thrust: float


def track(body: Body, place: Vector, velocity: Vector, acceleration: Vector, limit: float = SIDEWAYS) -> Vector:
    """The acceleration that brings a drone to a moving place; its horizontal part is cut at `limit` m/s2."""
    (a, b, c), (d, e, f) = PLACE_GAIN, SPEED_GAIN
    ax = a * (place[0] - body.position[0]) + d * (velocity[0] - body.velocity[0]) + acceleration[0]
    ay = b * (place[1] - body.position[1]) + e * (velocity[1] - body.velocity[1]) + acceleration[1]
    az = c * (place[2] - body.position[2]) + f * (velocity[2] - body.velocity[2]) + acceleration[2]
    az = min(max(az, RISE[0]), RISE[1])
    limit = min(limit, STEEPEST * (az + GRAVITY))
    size = hypot(ax, ay)
    if size > limit:
        ax, ay = ax * limit / size, ay * limit / size
    return ax, ay, az


def accelerate(body: Body, acceleration: Vector) -> Setpoint:
    """The setpoint for an acceleration in m/s2, gravity not counted."""
    ax, ay, az = acceleration[0], acceleration[1], acceleration[2] + GRAVITY
    size = sqrt(ax * ax + ay * ay + az * az)
    up = upward(body)
    thrust = MASS * max(ax * up[0] + ay * up[1] + az * up[2], 0.0)
    return point(body, (ax / size, ay / size, az / size), thrust)


def point(body: Body, normal: Vector, thrust: float) -> Setpoint:
    """The setpoint that turns the body's z axis to the unit vector `normal` and its heading to x."""
    x, y, z = to_body(body.quaternion, normal)
    angle = acos(min(max(z, -1.0), 1.0))
    sine = hypot(x, y)
    scale = TILT_GAIN * angle / sine if sine > 1e-9 else 0.0
    w, qx, qy, qz = body.quaternion
    yaw = atan2(2.0 * (w * qz + qx * qy), 1.0 - 2.0 * (qy * qy + qz * qz))
    return Setpoint((-y * scale, x * scale, -YAW_GAIN * yaw), thrust)


def steer(body: Body, wanted: Setpoint) -> Commands:
    """Rotor commands, in [-1, 1], for a setpoint. Roll and pitch come before yaw."""
    p, q, r = body.rates
    a, b, c = wanted.rates
    tx = _JX * RATE_GAIN[0] * (a - p) + (_JZ - _JY) * q * r
    ty = _JY * RATE_GAIN[1] * (b - q) + (_JX - _JZ) * p * r
    tz = _JZ * RATE_GAIN[2] * (c - r) + (_JY - _JX) * p * q
    tz = min(max(tz, -YAW_TORQUE), YAW_TORQUE)
    thrust = min(max(wanted.thrust, LOW * MASS * GRAVITY), 4.0 * MAX_THRUST)
    tilt = [row[1] * tx + row[2] * ty for row in _MIX]
    base = thrust / 4.0
    room = min(base, MAX_THRUST - base)
    most = max(map(abs, tilt))
    if most > room:  # an unreachable torque moves the collective first, then is scaled
        base = min(max(base, min(most, MAX_THRUST / 2.0)), MAX_THRUST - min(most, MAX_THRUST / 2.0))
        scale = min(1.0, min(base, MAX_THRUST - base) / most)
        tilt = [scale * each for each in tilt]
    forces = [base + each + row[3] * tz for each, row in zip(tilt, _MIX, strict=True)]
    first, second, third, fourth = map(_command, forces, body.throttle)
    return first, second, third, fourth


def _command(force: float, throttle: float) -> float:
    """The command after which a rotor gives `force` in N one step later, its lag undone, as far as it can."""
    wanted = sqrt(min(max(force / MAX_THRUST, 0.0), 1.0))
    reached = min(max(throttle + (wanted - throttle) / LAG, 0.0), 1.0)
    return 2.0 * reached * reached - 1.0


def upward(body: Body) -> Vector:
    """The body's z axis in the world."""
    w, x, y, z = body.quaternion
    return 2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)


def to_body(quaternion: tuple[float, float, float, float], v: Vector) -> Vector:
    """A vector of the world in body axes."""
    w, x, y, z = quaternion
    a, b, c = v
    return (
        (1 - 2 * (y * y + z * z)) * a + 2 * (x * y + w * z) * b + 2 * (x * z - w * y) * c,
        2 * (x * y - w * z) * a + (1 - 2 * (x * x + z * z)) * b + 2 * (y * z + w * x) * c,
        2 * (x * z + w * y) * a + 2 * (y * z - w * x) * b + (1 - 2 * (x * x + y * y)) * c,
    )
