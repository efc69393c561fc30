"""Random but sensible: the floor for bots that mean to gain something."""

from arena.core.agent import SeatInfo
from arena.core.values import Action
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook


class RandomOffers(Negotiator):
    """Proposes anything that it gains by; accepts what beats another draw of the same kind. Never walks away."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()

    def decide(self, outlook: Outlook) -> Action:
        """One draw to compare with, one to offer."""
        gains = outlook.space.gains
        useful = int((gains > 0).sum()) or len(gains)
        wish, offer = self._rng.randrange(useful), self._rng.randrange(useful)
        return outlook.answer(offer, accepts_from=float(gains[wish]))
