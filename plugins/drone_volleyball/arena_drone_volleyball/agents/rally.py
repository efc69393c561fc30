"""A scripted 1v1 agent: it waits under the ball and returns it to the middle of the other half."""

from typing import Final

from arena.core.agent import Agent, Clock, Observation
from arena.core.legal import Legal
from arena.core.values import TENSOR, Action
from arena_drone_volleyball.agents.sight import Sight, answer, sees
from arena_drone_volleyball.control.attitude import Vector
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import Order, Skill

_TARGET: Final[Vector] = (-1.5, 0.0, 1.9)
_READY: Final[Vector] = (1.5, 0.0, 1.6)
_SERVE: Final = 1.05
_FLIGHT: Final = 1.06
"""s: short, so that a rally holds many hits, and high enough for the net."""


class RallyAgent(Agent):
    """Keeps the ball in play; scores when the other side does not."""

    wants = frozenset({TENSOR})

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Strike when it is the own turn, else be ready in the middle of the own half."""
        seen = sees(observation)
        ball = _ball(seen)
        return answer(legal, self.seat, _order(seen, ball), seen.body, ball)


def _order(seen: Sight, ball: Ball) -> Order:
    mine = seen.rest[9] > 0.5
    if not mine:
        return Order(Skill.GOTO, _READY, 0.0)
    tossed = abs(ball.velocity[0]) + abs(ball.velocity[1]) < 1e-3  # a ball in play never falls plumb
    return Order(Skill.SERVE, _TARGET, _SERVE) if tossed else Order(Skill.RECEIVE, _TARGET, _FLIGHT)


def _ball(seen: Sight) -> Ball:
    x, y, z = (a - b for a, b in zip(seen.body.position, seen.rest[3:6], strict=True))
    u, v, w = seen.rest[6:9]
    return Ball((x, y, z), (u, v, w))
