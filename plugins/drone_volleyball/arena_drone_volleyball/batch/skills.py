"""The skills of `control.skills` for arrays of drones, constants and all."""

from typing import Final, NamedTuple

import numpy as np

from arena_drone_volleyball.batch.arrays import Floats, Small
from arena_drone_volleyball.batch.steering import Own, Setpoints, accelerate, point, track
from arena_drone_volleyball.batch.striking import carry_out, plan
from arena_drone_volleyball.batch.swinging import swing
from arena_drone_volleyball.control.skills import (
    BELOW_APEX,
    FALL,
    HEIGHTS,
    HIGHEST_ATTACK,
    HITTING,
    LOW_TOSS,
    RUN_UP,
    Skill,
)
from arena_drone_volleyball.physics.iris import GRAVITY

SKILLS: Final = tuple(Skill)
"""Orders name a skill by its index here."""
HITS: Final = np.array([skill in HITTING for skill in SKILLS])
"""By index, whether a skill hits the ball."""
_HEIGHTS: Final = np.array([HEIGHTS.get(skill, 0.0) for skill in SKILLS], np.float32)
_SERVE, _ATTACK = SKILLS.index(Skill.SERVE), SKILLS.index(Skill.ATTACK)


class Orders(NamedTuple):
    """For each drone a skill's index (drones, courts), its target in m (3, drones, courts) in the own frame, and the
    ball's flight in s (drones, courts)."""

    skill: Small
    target: Floats
    flight: Floats


def fly(orders: Orders, own: Own) -> Setpoints:
    """As `skills.fly`."""
    strikes = plan(own, _heights(orders.skill, own), orders.target, orders.flight)
    hits = HITS[orders.skill]
    aims = accelerate(own, track(own, np.where(hits, own.position, orders.target)))
    hits &= strikes.possible
    if hits.any():
        aims = carry_out(own, strikes).where(hits, aims)
    attacks = hits & (orders.skill == _ATTACK)
    if attacks.any():
        aims = swing(own, strikes).where(attacks, aims)
    return point(own, aims)


def _heights(skill: Small, own: Own) -> Floats:
    """As `skills._height`, below the ball's apex."""
    climb = own.ball_velocity[2]
    top = own.ball[2] + climb * climb / (2.0 * GRAVITY)
    apex = np.where(climb > 0.0, top, own.ball[2])
    least = _HEIGHTS[skill]
    height = np.where(skill == _SERVE, least + RUN_UP * np.maximum(top - LOW_TOSS, 0.0), least)
    height = np.where(skill == _ATTACK, np.clip(top - FALL, least, HIGHEST_ATTACK), height)
    met: Floats = np.minimum(height, apex - BELOW_APEX)
    return met
