"""An agent that stays in the air and does nothing else."""

from typing import Final

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Legal
from arena.core.values import TENSOR, Action
from arena_drone_volleyball.agents.sight import answer, sees
from arena_drone_volleyball.control.attitude import Vector
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import STILL, Order, Skill

_NO_BALL: Final = Ball(STILL, STILL)


class Hover(Agent):
    """Holds the place where it began; for every court, exercise and action level."""

    wants = frozenset({TENSOR})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._home: Vector | None = None

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Go back to the starting place."""
        seen = sees(observation)
        self._home = self._home or seen.body.position
        return answer(legal, self.seat, Order(Skill.HOVER, self._home, 0.0), seen.body, _NO_BALL)
