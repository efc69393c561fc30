"""The controllers of `control.attitude` for arrays of drones, constants and all."""

from typing import Final, NamedTuple

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats, column, dot
from arena_drone_volleyball.control import attitude
from arena_drone_volleyball.physics.iris import ALLOCATION, GRAVITY, INERTIA, LAG, MASS, MAX_THRUST

_JX, _JY, _JZ = (float(j) for j in INERTIA)
_MIX: Final = ALLOCATION.astype(np.float32)[:, :, None, None]


class Own(NamedTuple):
    """What `attitude.Body` and `ballistics.Ball` say of one drone, for all, each in the frame of its own half."""

    position: Floats
    quaternion: Floats
    velocity: Floats
    rates: Floats
    throttle: Floats
    ball: Floats
    ball_velocity: Floats


class Aims(NamedTuple):
    """Where to turn the z axis, unit vectors (3, drones, courts), and collective thrust in N (drones, courts)."""

    normal: Floats
    thrust: Floats

    def where(self, chosen: Flags, other: "Aims") -> "Aims":
        """These for the chosen drones (drones, courts), the other ones for the rest."""
        return Aims(np.where(chosen, self.normal, other.normal), np.where(chosen, self.thrust, other.thrust))


class Setpoints(NamedTuple):
    """Body rates in rad/s (3, drones, courts) and collective thrust in N (drones, courts)."""

    rates: Floats
    thrust: Floats


def track(own: Own, place: Floats, limit: float = attitude.SIDEWAYS) -> Floats:
    """As `attitude.track`, to places that rest."""
    error, slowing = place - own.position, -own.velocity
    wanted = np.stack([attitude.PLACE_GAIN[i] * error[i] + attitude.SPEED_GAIN[i] * slowing[i] for i in range(3)])
    np.clip(wanted[2], *attitude.RISE, out=wanted[2])
    most = np.minimum(limit, attitude.STEEPEST * (wanted[2] + GRAVITY))
    wanted[:2] *= np.minimum(most / np.maximum(np.hypot(wanted[0], wanted[1]), 1e-6), 1.0)
    return wanted


def accelerate(own: Own, acceleration: Floats) -> Aims:
    """As `attitude.accelerate`, to be carried out by `point`."""
    force = acceleration + column((0.0, 0.0, GRAVITY))
    thrust = MASS * np.maximum(dot(force, upward(own.quaternion)), 0.0)
    return Aims(force / np.sqrt(dot(force, force)), thrust)


def point(own: Own, aims: Aims) -> Setpoints:
    """As `attitude.point`."""
    w, qx, qy, qz = own.quaternion
    a, b, c = aims.normal
    x, y, z = attitude.to_body((w, qx, qy, qz), (a, b, c))
    sine = np.hypot(x, y)
    scale = attitude.TILT_GAIN * np.arccos(np.clip(z, -1.0, 1.0)) / np.maximum(sine, 1e-9)
    yaw = np.arctan2(2.0 * (w * qz + qx * qy), 1.0 - 2.0 * (qy * qy + qz * qz))
    return Setpoints(np.stack((-y * scale, x * scale, -attitude.YAW_GAIN * yaw)), aims.thrust)


def steer(rates: Floats, throttle: Floats, wanted: Setpoints) -> Floats:
    """As `attitude.steer`: rotor commands (4, drones, courts)."""
    base = np.clip(wanted.thrust, attitude.LOW * MASS * GRAVITY, 4.0 * MAX_THRUST) * 0.25
    tx, ty, tz = _torques(rates, wanted.rates)
    tilt = _MIX[:, 1] * tx + _MIX[:, 2] * ty
    most = np.maximum(np.abs(tilt).max(axis=0), 1e-9)
    half = np.minimum(most, MAX_THRUST / 2.0)
    base = np.where(
        most > np.minimum(base, MAX_THRUST - base), np.minimum(np.maximum(base, half), MAX_THRUST - half), base
    )
    tilt *= np.minimum(np.minimum(base, MAX_THRUST - base) / most, 1.0)
    return _commands(base + tilt + _MIX[:, 3] * tz, throttle)


def upward(quaternion: Floats) -> Floats:
    """The body z axes in the world, (3, ...)."""
    w, x, y, z = quaternion
    return np.stack((2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)))


def _torques(rates: Floats, wanted: Floats) -> tuple[Floats, Floats, Floats]:
    p, q, r = rates
    a, b, c = wanted
    gain_x, gain_y, gain_z = attitude.RATE_GAIN
    tx = _JX * gain_x * (a - p) + (_JZ - _JY) * q * r
    ty = _JY * gain_y * (b - q) + (_JX - _JZ) * p * r
    tz = _JZ * gain_z * (c - r) + (_JY - _JX) * p * q
    return tx, ty, np.clip(tz, -attitude.YAW_TORQUE, attitude.YAW_TORQUE)


def _commands(forces: Floats, throttle: Floats) -> Floats:
    wanted = np.sqrt(np.clip(forces / MAX_THRUST, 0.0, 1.0))
    reached: Floats = np.clip(throttle + (wanted - throttle) / LAG, 0.0, 1.0)
    return 2.0 * reached * reached - 1.0
