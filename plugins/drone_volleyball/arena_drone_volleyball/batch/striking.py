"""The hits of `control.strike` for arrays of drones, constants and all."""

from typing import NamedTuple

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats, dot
from arena_drone_volleyball.batch.steering import Aims, Own, accelerate, track, upward
from arena_drone_volleyball.control.strike import DRIFT, LIFT, PUSH, READY, RESTITUTION, RUN, RUSH, SINK, SOON
from arena_drone_volleyball.physics.iris import GRAVITY, MASS
from arena_drone_volleyball.physics.scene import REACH


class Strikes(NamedTuple):
    """As `strike.Strike`, `speed` along the normal; where `possible` (drones, courts) is not set the rest means
    nothing."""

    possible: Flags
    seconds: Floats
    place: Floats
    normal: Floats
    speed: Floats


def plan(own: Own, height: Floats, target: Floats, flight: Floats) -> Strikes:
    """As `strike.plan`: heights and flights (drones, courts), targets (3, drones, courts)."""
    climb = own.ball_velocity[2]
    under = climb * climb - 2.0 * GRAVITY * (height - own.ball[2])
    seconds = (climb + np.sqrt(np.maximum(under, 0.0))) / GRAVITY
    met, incoming = _later(own, np.maximum(seconds, 0.0))
    flight = np.maximum(flight, 1e-3)
    change = (target - met) / flight - incoming
    change[2] += 0.5 * GRAVITY * flight
    size = np.sqrt(dot(change, change))
    normal = change / np.maximum(size, 1e-6)
    speed = dot(incoming, normal) + size / (1.0 + RESTITUTION)
    possible = (under >= 0.0) & (seconds > 0.0) & (size >= 1e-6)
    return Strikes(possible, seconds, met - REACH * normal, normal, speed)


def carry_out(own: Own, strikes: Strikes) -> Aims:
    """As `strike.carry_out`."""
    left, rise = strikes.seconds, _rise(own, strikes)
    wanted = track(own, _waiting_place(strikes), RUSH)
    wanted[2] = np.where(left > READY, wanted[2], rise)
    pushing = MASS * np.maximum(GRAVITY + rise, 0.0) / np.maximum(upward(own.quaternion)[2], 0.5)
    return Aims(strikes.normal, pushing).where(left <= PUSH, accelerate(own, wanted))


def _later(own: Own, seconds: Floats) -> tuple[Floats, Floats]:
    met, incoming = own.ball + own.ball_velocity * seconds, own.ball_velocity.copy()
    met[2] -= 0.5 * GRAVITY * seconds * seconds
    incoming[2] -= GRAVITY * seconds
    return met, incoming


def _waiting_place(strikes: Strikes) -> Floats:
    place, normal = strikes.place.copy(), strikes.normal
    place[:2] -= normal[:2] * (0.5 * GRAVITY * DRIFT * PUSH * PUSH / _upright(normal))
    place[2] -= np.maximum(strikes.speed * normal[2], 0.0) * RUN
    return place


def _rise(own: Own, strikes: Strikes) -> Floats:
    """As `strike._rise`."""
    normal, upright = strikes.normal, _upright(strikes.normal)
    left = np.maximum(strikes.seconds, SOON)
    tilted = np.minimum(strikes.seconds, PUSH) * GRAVITY / upright
    sideways = dot(normal[:2], own.velocity[:2] + normal[:2] * tilted * DRIFT)
    gap = strikes.place[2] - own.position[2]
    wanted = _meet(left, gap, own.velocity[2], (strikes.speed - sideways) / upright)
    return np.clip(wanted, -SINK, LIFT)


def _meet(left: Floats, gap: Floats, now: Floats, then: Floats) -> Floats:
    """As `strike._meet`."""
    cubic = 6.0 * gap / (left * left) - (4.0 * now + 2.0 * then) / left
    gain = then - now
    lifting = (2.0 * (gap - now * left) - gain * left) / np.minimum(gain - LIFT * left, -1e-6)
    until = np.maximum(lifting, 0.0)
    two = np.where(lifting >= left - 1e-3, LIFT, (gain - LIFT * until) / np.maximum(left - until, 1e-3))
    return np.where((4.0 * then + 2.0 * now) / left - 6.0 * gap / (left * left) <= LIFT, cubic, two)


def _upright(normal: Floats) -> Floats:
    """The normal's z, kept from zero where a strike is none."""
    z: Floats = normal[2]
    return np.where(np.abs(z) < 1e-3, 1e-3, z)
