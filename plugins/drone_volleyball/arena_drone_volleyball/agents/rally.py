"""A scripted 1v1 agent: it waits under the ball and returns it to the middle of the other half."""

from typing import Final

from arena.core.agent import Agent, Clock, Observation
from arena.core.legal import Legal
from arena.core.values import TENSOR, Action
from arena_drone_volleyball.agents.menu import ball_of, situation
from arena_drone_volleyball.agents.sight import answer, sees
from arena_drone_volleyball.control.attitude import Vector
from arena_drone_volleyball.control.skills import Order, Skill

_TARGET: Final[Vector] = (-1.5, 0.0, 1.9)
_READY: Final[Vector] = (1.5, 0.0, 1.6)
_SERVE: Final = 1.05
_FLIGHT: Final = 1.06
"""s: short, so that a rally holds many hits, and high enough for the net."""
ORDERS: Final = (
    Order(Skill.SERVE, _TARGET, _SERVE),
    Order(Skill.RECEIVE, _TARGET, _FLIGHT),
    Order(Skill.GOTO, _READY, 0.0),
)
"""By situation, as `menu` counts them."""


class RallyAgent(Agent):
    """Keeps the ball in play; scores when the other side does not."""

    wants = frozenset({TENSOR})

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Strike when it is the own turn, else be ready in the middle of the own half."""
        seen = sees(observation)
        ball = ball_of(seen)
        return answer(legal, self.seat, ORDERS[situation(seen)], seen.body, ball)
