"""Random but sensible: the floor for bots that mean to gain something."""

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Legal
from arena.core.values import VIEW, Action
from arena_negotiation.bots.outlook import Outlook


class RandomOffers(Agent):
    """Proposes anything that it gains by; accepts what beats another draw of the same kind. Never walks away."""

    wants = frozenset({VIEW})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """One draw to compare with, one to offer."""
        outlook = Outlook(observation)
        gains = [candidate for candidate in outlook.candidates if candidate.surplus > 0] or outlook.candidates
        wish, offer = self._rng.choice(gains), self._rng.choice(gains)
        return outlook.answer(offer, accepts_from=wish.surplus)
