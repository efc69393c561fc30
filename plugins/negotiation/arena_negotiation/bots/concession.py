"""Time-dependent tactics: Boulware concedes late, Conceder early, and linear in between.

Faratin, Sierra and Jennings, Negotiation decision functions for autonomous agents, Robotics and Autonomous Systems 24
(1998): polynomial concession alpha(t) = k + (1 - k) (t / t_max)^(1 / beta), with k = 0.
"""

from arena.core.agent import SeatInfo
from arena.core.values import Action
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook


class TimeDependent(Negotiator):
    """Wants (1 - alpha(t)) of the most it could gain; accepts what is worth as much as the offer it would make."""

    def __init__(self, seat: SeatInfo, beta: float) -> None:
        super().__init__(seat)
        self._beta = beta

    def decide(self, outlook: Outlook) -> Action:
        """Accept, or the cheapest offer that meets the aspiration."""
        space = outlook.space
        offer = space.cheapest((1.0 - conceded(outlook.time, self._beta)) * float(space.gains[0]))
        return outlook.answer(offer, accepts_from=float(space.gains[offer]))


def conceded(time: float, beta: float) -> float:
    """alpha(t), the part of the range given up at `time` from 0 to 1."""
    return float(time ** (1.0 / beta))
