"""A behaviour-dependent tactic: tit-for-tat.

Faratin, Sierra and Jennings (1998): absolute tit-for-tat with delta = 1 and M = 0, in the bot's own
surplus rather than in one issue's value, so that it carries over to several issues.
"""

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Legal
from arena.core.values import VIEW, Action
from arena_negotiation.bots.outlook import Outlook


class TitForTat(Agent):
    """Begins with the most it could gain, then gives up as much as the other side's last offer added for it."""

    wants = frozenset({VIEW})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._offered: float | None = None
        self._aspiration: float | None = None

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Accept what meets the aspiration, or offer that much."""
        outlook = Outlook(observation)
        offer = outlook.cheapest(self._aspire(outlook))
        return outlook.answer(offer, accepts_from=offer.surplus)

    def _aspire(self, outlook: Outlook) -> float:
        most = outlook.candidates[0].surplus
        before = most if self._aspiration is None else self._aspiration
        self._aspiration = min(most, max(0.0, before - self._gained(outlook)))
        return self._aspiration

    def _gained(self, outlook: Outlook) -> float:
        if outlook.standing is None:
            return 0.0
        before, self._offered = self._offered, outlook.standing.surplus
        return 0.0 if before is None else self._offered - before
