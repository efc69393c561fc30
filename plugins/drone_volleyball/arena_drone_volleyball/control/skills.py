"""Skills: what one drone is told to do between two events, and the setpoint that does it; all in its own frame."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from arena_drone_volleyball.control.attitude import Body, Setpoint, Vector, accelerate, track
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.strike import carry_out, plan
from arena_drone_volleyball.physics.iris import GRAVITY

STILL: Final[Vector] = (0.0, 0.0, 0.0)


class Skill(StrEnum):
    """What can be ordered; the last five hit the ball and then hover where they are."""

    HOVER = "hover"
    GOTO = "goto"
    SERVE = "serve"
    RECEIVE = "receive"
    PASS = "pass"
    SET = "set"
    ATTACK = "attack"


HEIGHTS: Final = {Skill.SERVE: 2.4, Skill.RECEIVE: 1.9, Skill.PASS: 1.9, Skill.SET: 1.9, Skill.ATTACK: 2.6}
"""m: where a hitting skill meets the ball's centre."""
FLIGHTS: Final = {Skill.SERVE: 1.3, Skill.RECEIVE: 1.3, Skill.PASS: 1.3, Skill.SET: 1.4, Skill.ATTACK: 1.0}
"""s: how long the ball flies to its target when the order does not say."""
HITTING: Final = frozenset(HEIGHTS)
BELOW_APEX: Final = 0.05
"""m: a ball is met at least so much below the highest it will be."""
LOW_TOSS: Final = 3.5
"""m: the lowest toss there is."""
RUN_UP: Final = 0.13
"""Share of what a toss is above the lowest by which it is met higher: a longer fall leaves time to rise."""


class Order(NamedTuple):
    """A skill, its target in m (where to be, or where the ball is to be after `flight` s) and that flight."""

    skill: Skill
    target: Vector
    flight: float


def fly(order: Order, body: Body, ball: Ball) -> Setpoint:
    """The setpoint for the next control step. A hit that is no longer possible leaves the drone hovering below it."""
    if order.skill in HITTING:
        height = HEIGHTS[order.skill] + (_run_up(ball) if order.skill == Skill.SERVE else 0.0)
        strike = plan(ball, min(height, ball.apex - BELOW_APEX), order.target, order.flight)
        if strike is not None:
            return carry_out(body, strike)
        return hold(body, body.position)
    return hold(body, order.target)


def hold(body: Body, place: Sequence[float]) -> Setpoint:
    """The setpoint that keeps a drone at `place`, or brings it there."""
    return accelerate(body, track(body, (place[0], place[1], place[2]), STILL, STILL))


def _run_up(ball: Ball) -> float:
    """m: how much higher a serve is met."""
    top = ball.position[2] + ball.velocity[2] ** 2 / (2.0 * GRAVITY)
    return RUN_UP * max(top - LOW_TOSS, 0.0)
