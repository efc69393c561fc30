"""Who may do what when: alternating offers on a table that every seat sees.

After Rubinstein (Econometrica 50, 1982); with more than two seats the stacked alternating offers of Aydogan et al.
(2017), where a quota of seats must be for one offer.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from arena.core.values import Seat
from arena_negotiation.domain import Outcome


class Act(StrEnum):
    """What a seat can do in its turn."""

    REJECT = "reject"
    PROPOSE = "propose"
    ACCEPT = "accept"
    WALK = "walk"


@dataclass(slots=True)
class Offer:
    """A proposal on the table and the seats that are for it, its proposer included."""

    id: int
    by: Seat
    outcome: Outcome
    backers: set[Seat]


@dataclass(slots=True)
class Table:
    """What everybody sees: the turn, the offers still open (the last of each seat), and how it ended."""

    turn: int = 0
    proposed: int = 0
    """Offers made so far; the next offer's id."""
    open: dict[Seat, Offer] = field(default_factory=dict)
    deal: Offer | None = None
    ended: str = ""
    """`agreement`, `walk` or `deadline`; empty while it goes on."""

    def put(self, by: Seat, outcome: Outcome) -> Offer:
        """A new offer of `by`, which takes the place of its last."""
        self.open.pop(by, None)
        offer = self.open[by] = Offer(self.proposed, by, outcome, {by})
        self.proposed += 1
        return offer

    def addressed_to(self, seat: Seat) -> list[Offer]:
        """Open offers of others that `seat` has not accepted yet, oldest first."""
        return [offer for offer in self.open.values() if seat not in offer.backers]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternatingOffers:
    """Seats take turns in seat order, `rounds` turns each. `quota` seats for one offer make the deal."""

    seats: int = 2
    rounds: int = 10
    quota: int = 2

    @property
    def turns(self) -> int:
        """Turns of all seats together."""
        return self.seats * self.rounds

    def mover(self, table: Table) -> Seat | None:
        """Whose turn it is; None when the match is over."""
        return None if table.ended else Seat(table.turn % self.seats)

    def may(self, table: Table, seat: Seat, act: Act) -> bool:
        """Whether `seat` may do this in its turn."""
        match act:
            case Act.PROPOSE:
                return table.turn + self.quota <= self.turns
            case Act.ACCEPT:
                return bool(table.addressed_to(seat))
            case _:
                return True

    def reject(self, table: Table, seat: Seat) -> None:
        """Decline what is on the table: one seat fewer than the quota left for an offer, and it lapses."""
        if self.quota == self.seats:
            for offer in table.addressed_to(seat):
                del table.open[offer.by]
        self._advance(table)

    def propose(self, table: Table, seat: Seat, outcome: Outcome) -> Offer:
        """Put an offer on the table."""
        offer = table.put(seat, outcome)
        self._advance(table)
        return offer

    def accept(self, table: Table, seat: Seat, offer: Offer) -> None:
        """Be for an open offer; with the quota reached it is the deal."""
        offer.backers.add(seat)
        if len(offer.backers) >= self.quota:
            table.deal, table.ended = offer, "agreement"
        self._advance(table)

    def walk(self, table: Table) -> None:
        """End the match without a deal."""
        table.ended = "walk"
        self._advance(table)

    def _advance(self, table: Table) -> None:
        table.turn += 1
        if table.turn >= self.turns and not table.ended:
            table.ended = "deadline"
