"""Time-dependent tactics: Boulware concedes late, Conceder early.

Faratin, Sierra and Jennings, Negotiation decision functions for autonomous agents, Robotics and Autonomous Systems 24
(1998): polynomial concession alpha(t) = k + (1 - k) (t / t_max)^(1 / beta), with k = 0.
"""

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Legal
from arena.core.values import VIEW, Action
from arena_negotiation.bots.outlook import Outlook


class TimeDependent(Agent):
    """Wants (1 - alpha(t)) of the most it could gain; accepts what is worth as much as the offer it would make."""

    wants = frozenset({VIEW})

    def __init__(self, seat: SeatInfo, beta: float) -> None:
        super().__init__(seat)
        self._beta = beta

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Accept, or the cheapest offer that meets the aspiration."""
        outlook = Outlook(observation)
        aspiration = (1.0 - conceded(outlook.time, self._beta)) * outlook.candidates[0].surplus
        offer = outlook.cheapest(aspiration)
        return outlook.answer(offer, accepts_from=offer.surplus)


def conceded(time: float, beta: float) -> float:
    """alpha(t), the part of the range given up at `time` from 0 to 1."""
    return float(time ** (1.0 / beta))
