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
    """A proposal on the table, the seats that are for it (its proposer included), and those that declined it."""

    id: int
    by: Seat
    outcome: Outcome
    backers: set[Seat]
    refusers: set[Seat] = field(default_factory=set)


@dataclass(slots=True)
class Table:
    """What everybody sees: the turn, the offers still open (the last of each seat), who left, and how it ended.

    `turns` is when the table closes, which alone may be hidden.
    """

    turns: int
    turn: int = 0
    """Of those to come the next one's number; turns of seats that left are skipped."""
    acts: int = 0
    """Turns that were taken."""
    proposed: int = 0
    """Offers made so far; the next offer's id."""
    open: dict[Seat, Offer] = field(default_factory=dict)
    proposals: dict[Seat, int] = field(default_factory=dict)
    """How many offers each seat made in its turns."""
    gone: set[Seat] = field(default_factory=set)
    deals: int = 0
    deal: Offer | None = None
    """The last deal; it says what holds."""
    dealt_in: int = 0
    """The turn of that deal, counted from 0."""
    ended: str = ""
    """`agreement`, `rejection`, `walk` or `deadline`; empty while it goes on."""

    def put(self, by: Seat, outcome: Outcome) -> Offer:
        """A new offer of `by`, which takes the place of its last."""
        self.open.pop(by, None)
        offer = self.open[by] = Offer(self.proposed, by, outcome, {by})
        self.proposed += 1
        return offer

    def binds(self, seat: Seat) -> bool:
        """Whether the last deal is this seat's too: not when it had left a table at which others agreed."""
        return self.deal is not None and not (self.ended == "agreement" and seat in self.gone)

    def addressed_to(self, seat: Seat) -> list[Offer]:
        """Open offers of others that `seat` has neither accepted nor declined yet, oldest first."""
        return [o for o in self.open.values() if seat not in o.backers and seat not in o.refusers]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternatingOffers:
    """Seats take turns in seat order, at most `rounds` turns each. `quota` seats for one offer make the deal.

    `proposals` is how many offers a seat may make, 0 for any number. With `final`, a rejection ends the match. With
    `repeat`, deal follows deal until the deadline. What is won shrinks by `discount` with each round. With
    `hidden_deadline`, nobody is told whether the table closes before all turns are taken.
    """

    seats: int = 2
    rounds: int = 10
    quota: int = 2
    proposals: int = 0
    final: bool = False
    repeat: bool = False
    discount: float = 1.0
    hidden_deadline: bool = False

    @property
    def turns(self) -> int:
        """Turns of all seats together, as far as everybody knows."""
        return self.seats * self.rounds

    def lay(self, turns: int | None = None) -> Table:
        """An empty table that closes after `turns`, or when all turns are taken."""
        return Table(self.turns if turns is None else turns)

    def mover(self, table: Table) -> Seat | None:
        """Whose turn it is; None when the match is over."""
        return None if table.ended else Seat(table.turn % self.seats)

    def may(self, table: Table, seat: Seat, act: Act) -> bool:
        """Whether `seat` may do this in its turn."""
        match act:
            case Act.PROPOSE:
                return self.proposals_left(table, seat) != 0 and self._can_be_answered(table)
            case Act.ACCEPT:
                return bool(table.addressed_to(seat))
            case _:
                return True

    def proposals_left(self, table: Table, seat: Seat) -> int | None:
        """Offers that `seat` may still make; None for any number."""
        return self.proposals - table.proposals.get(seat, 0) if self.proposals else None

    def worth(self, turn: int) -> float:
        """The part of its worth that a deal in this turn still has."""
        return self.discount ** (turn // self.seats)

    def reject(self, table: Table, seat: Seat) -> None:
        """Decline what is on the table: an offer lapses when too few seats for the quota are left to it."""
        if self.final:
            table.ended = "rejection"
        for offer in table.addressed_to(seat):
            offer.refusers.add(seat)
        self._clear(table)
        self._advance(table)

    def propose(self, table: Table, seat: Seat, outcome: Outcome) -> Offer:
        """Put an offer on the table."""
        table.proposals[seat] = table.proposals.get(seat, 0) + 1
        offer = table.put(seat, outcome)
        self._advance(table)
        return offer

    def accept(self, table: Table, seat: Seat, offer: Offer) -> None:
        """Be for an open offer; with the quota reached it is a deal."""
        offer.backers.add(seat)
        if len(offer.backers) >= self.quota:
            table.deal, table.dealt_in, table.deals = offer, table.turn, table.deals + 1
            table.open.clear()
            table.ended = "" if self.repeat else "agreement"
        self._advance(table)

    def walk(self, table: Table, seat: Seat) -> None:
        """Leave the table; it ends when those who stay cannot make a deal."""
        table.gone.add(seat)
        table.open.pop(seat, None)
        for offer in table.open.values():
            offer.backers.discard(seat)
            offer.refusers.add(seat)
        self._clear(table)
        if self.seats - len(table.gone) < self.quota:
            table.ended = "walk"
        self._advance(table)

    def _can_be_answered(self, table: Table) -> bool:
        """Whether enough seats for the quota have a turn after this one."""
        if table.turn + self.quota > self.turns:
            return False
        coming = range(table.turn + 1, min(table.turn + self.seats, self.turns))
        return sum(turn % self.seats not in table.gone for turn in coming) >= self.quota - 1

    def _clear(self, table: Table) -> None:
        for offer in [o for o in table.open.values() if self.seats - len(o.refusers) < self.quota]:
            del table.open[offer.by]

    def _advance(self, table: Table) -> None:
        table.turn, table.acts = table.turn + 1, table.acts + 1
        while not table.ended and table.turn < table.turns and table.turn % self.seats in table.gone:
            table.turn += 1
        if table.turn >= table.turns and not table.ended:
            table.ended = "deadline"
