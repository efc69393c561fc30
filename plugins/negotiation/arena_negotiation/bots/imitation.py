"""A behaviour-dependent tactic: tit-for-tat.

Faratin, Sierra and Jennings (1998): absolute tit-for-tat with delta = 1 and M = 0, in the bot's own
surplus rather than in one issue's value, so that it carries over to several issues.
"""

from arena.core.agent import SeatInfo
from arena.core.values import Action
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook


class TitForTat(Negotiator):
    """Begins with the most it could gain, then gives up as much as the others' last offer added for it."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._offered: float | None = None
        self._aspiration: float | None = None

    def decide(self, outlook: Outlook) -> Action:
        """Accept what meets the aspiration, or offer that much."""
        space = outlook.space
        offer = space.cheapest(self._aspire(outlook, float(space.gains[0])))
        return outlook.answer(offer, accepts_from=float(space.gains[offer]))

    def _aspire(self, outlook: Outlook, most: float) -> float:
        before = most if self._aspiration is None else self._aspiration
        self._aspiration = min(most, max(0.0, before - self._gained(outlook)))
        return self._aspiration

    def _gained(self, outlook: Outlook) -> float:
        if outlook.standing is None:
            return 0.0
        before, self._offered = self._offered, outlook.standing.gain
        return 0.0 if before is None else self._offered - before
