"""The skills of `control.skills` and the hits of `control.strike` for arrays of drones, constants and all."""

from typing import Final, NamedTuple

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats, Small
from arena_drone_volleyball.batch.steering import Own, Setpoints, aim, point, track, upward
from arena_drone_volleyball.control.skills import BELOW_APEX, HEIGHTS, HITTING, LOW_TOSS, RUN_UP, Skill
from arena_drone_volleyball.control.strike import DRIFT, LIFT, PUSH, READY, RESTITUTION, RUN, RUSH, SINK, SOON
from arena_drone_volleyball.physics.iris import GRAVITY, MASS
from arena_drone_volleyball.physics.scene import REACH

SKILLS: Final = tuple(Skill)
"""Orders name a skill by its index here."""
_HITS: Final = np.array([skill in HITTING for skill in SKILLS])
_HEIGHTS: Final = np.array([HEIGHTS.get(skill, 0.0) for skill in SKILLS], np.float32)
_SERVE: Final = SKILLS.index(Skill.SERVE)


class Orders(NamedTuple):
    """For each drone a skill's index (drones, courts), its target in m (3, drones, courts) in the own frame, and the
    ball's flight in s (drones, courts)."""

    skill: Small
    target: Floats
    flight: Floats


class Strikes(NamedTuple):
    """As `strike.Strike`; where `possible` (drones, courts) is not set the rest means nothing."""

    possible: Flags
    seconds: Floats
    place: Floats
    normal: Floats
    speed: Floats


def fly(orders: Orders, own: Own) -> Setpoints:
    """As `skills.fly`."""
    strikes = plan(orders, own)
    hits = _HITS[orders.skill]
    hitting = hits & strikes.possible
    left, normal = strikes.seconds, strikes.normal
    wait = _waiting_place(strikes)
    place = np.where(hitting, wait, np.where(hits, own.position, orders.target))
    wanted = track(own, place, RUSH)
    rise = _rise(own, strikes)
    wanted[2] = np.where(hitting & (left > PUSH) & (left <= READY), rise, wanted[2])
    pushes = hitting & (left <= PUSH)
    facing, thrust = aim(own, wanted)
    pushing = MASS * np.maximum(GRAVITY + rise, 0.0) / np.maximum(upward(own.quaternion)[2], 0.5)
    return point(own, np.where(pushes, normal, facing), np.where(pushes, pushing, thrust))


def plan(orders: Orders, own: Own) -> Strikes:
    """As `strike.plan`, at the height of each skill."""
    climb = own.ball_velocity[2]
    room = np.square(np.maximum(climb, 0.0)) / (2.0 * GRAVITY)
    top = own.ball[2] + np.square(climb) / (2.0 * GRAVITY)
    run_up = np.where(orders.skill == _SERVE, RUN_UP * np.maximum(top - LOW_TOSS, 0.0), 0.0)
    height = np.minimum(_HEIGHTS[orders.skill] + run_up, own.ball[2] + room - BELOW_APEX)
    under = climb * climb - 2.0 * GRAVITY * (height - own.ball[2])
    seconds = (climb + np.sqrt(np.maximum(under, 0.0))) / GRAVITY
    met, incoming = _later(own, np.maximum(seconds, 0.0))
    flight = np.maximum(orders.flight, 1e-3)
    change = (orders.target - met) / flight - incoming
    change[2] += 0.5 * GRAVITY * flight
    size = np.sqrt((change * change).sum(axis=0))
    normal = change / np.maximum(size, 1e-6)
    speed = (incoming * normal).sum(axis=0) + size / (1.0 + RESTITUTION)
    possible = (under >= 0.0) & (seconds > 0.0) & (size >= 1e-6)
    return Strikes(possible, seconds, met - REACH * normal, normal, speed)


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
    sideways = (normal[:2] * (own.velocity[:2] + normal[:2] * tilted * DRIFT)).sum(axis=0)
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
