"""Skills: what one drone is told to do between two events, and the setpoint that does it; all in its own frame."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from arena_drone_volleyball.control.attitude import Body, Setpoint, Vector, accelerate, track
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.strike import carry_out, plan
from arena_drone_volleyball.control.swing import swing

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
"""m: where a hitting skill meets the ball's centre, or a little higher."""
HIGHEST_ATTACK: Final = 3.6
"""m: where the highest sets are met."""
FALL: Final = 2.5
"""m: how far a ball falls before it is attacked from above the least height: its speed becomes that of the attack."""
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
    if order.skill not in HITTING:
        return hold(body, order.target)
    strike = plan(ball, min(_height(order.skill, ball), ball.apex - BELOW_APEX), order.target, order.flight)
    if strike is None:
        return hold(body, body.position)
    return swing(body, strike) if order.skill == Skill.ATTACK else carry_out(body, strike)


def hold(body: Body, place: Sequence[float]) -> Setpoint:
    """The setpoint that keeps a drone at `place`, or brings it there."""
    return accelerate(body, track(body, (place[0], place[1], place[2]), STILL, STILL))


def _height(skill: Skill, ball: Ball) -> float:
    """m: where to meet the ball. A longer fall leaves a server time to rise, and gives an attack speed."""
    if skill == Skill.SERVE:
        return HEIGHTS[skill] + RUN_UP * max(ball.top - LOW_TOSS, 0.0)
    if skill == Skill.ATTACK:
        return min(max(HEIGHTS[skill], ball.top - FALL), HIGHEST_ATTACK)
    return HEIGHTS[skill]
