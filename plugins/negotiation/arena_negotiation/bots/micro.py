"""MiCRO: minimal concession in reply to new offers.

De Jonge, An Analysis of the Linear Bilateral ANAC Domains Using the MiCRO Benchmark Strategy, IJCAI 2022: with all
offers sorted by its own utility, it makes its next best as long as it has made no more different offers than it was
made, and repeats an earlier one otherwise. It accepts what is worth as much as the least that it is ready to offer.
With more than two seats the other side's count is that of the seat that made the fewest (Aguilera-Luzon, de Jonge and
Larrosa, arXiv 2510.17401).
"""

from arena.core.agent import SeatInfo
from arena.core.values import Action
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook


class Micro(Negotiator):
    """Knows the order of its own offers and counts those of others: no model, no clock, no parameter."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()
        self._made = self._seen = 0
        self._secured = 0.0
        self._others: dict[int, set[tuple[float, ...]]] = {n: set() for n in range(seat.seats) if n != seat.seat}

    def decide(self, outlook: Outlook) -> Action:
        """A new offer in reply to a new one, else an old one."""
        self._count(outlook)
        space = outlook.space
        concedes = self._made <= min(map(len, self._others.values())) and self._made < len(space.gains)
        lowest = self._made if concedes else max(0, self._made - 1)
        offer = lowest if concedes or not self._made else self._rng.randrange(self._made)
        action = outlook.answer(offer, accepts_from=float(space.gains[lowest]))
        self._made += concedes and outlook.can_propose
        return action

    def _count(self, outlook: Outlook) -> None:
        if outlook.secured != self._secured:  # a deal opens another negotiation
            self._made, self._secured = 0, outlook.secured
            for offers in self._others.values():
                offers.clear()
        for by, offer in outlook.heard(self._seen):
            self._others[by].add(offer)
        self._seen = outlook.happenings
