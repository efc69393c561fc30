"""Playing plans in the head: every plan against every rival that was drawn, all at once.

Arrays end in (plans, rivals), short (p, r). The table is that of RULES.md 1-3 as far as a plan needs it: a seat's last
offer is open, an offer that enough seats back is a deal, and nobody walks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from arena_negotiation.bots.rivals import Flags, Floats, Rivals, Rows
from arena_negotiation.bots.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where the match stands in the bot's turn: for each seat the row of its open offer (-1: none) and who backs it;
    `mine` is what the bot gains by each row."""

    schedule: Schedule
    seat: int
    turn: int
    offers: Sequence[int]
    backers: Sequence[Sequence[int]]
    mine: Floats


def rehearse(stand: Stand, plans: Rows, rivals: Mapping[int, Rivals], rng: np.random.Generator) -> Floats:
    """The mean gain of each plan, of which `plans` (plans, turns of the bot) says the row it offers in each turn.

    In the first turn a plan offers; later it takes what is worth as much as its next offer, and anything at the end.
    """
    played = _Rehearsal(stand, (len(plans), next(iter(rivals.values())).values.shape[-1]))
    own = 0
    for turn in range(stand.turn, stand.schedule.turns):
        seat, last = turn % stand.schedule.seats, stand.schedule.is_last(turn)
        if seat == stand.seat:
            proposer, standing = played.best(seat, stand.mine[played.offers])
            offer = np.broadcast_to(plans[:, [min(own, plans.shape[1] - 1)]], standing.shape)
            gain = np.where(standing >= 0, stand.mine[standing], -np.inf)
            takes = (gain > 0.0) & ((gain >= stand.mine[offer]) | last) & (own > 0)
            own += 1
        else:
            proposer, standing = played.best(seat, rivals[seat].gain(played.offers))
            offer, takes = rivals[seat].react(standing, stand.schedule.time(turn), last, rng)
        played.take(turn, proposer, takes)
        played.put(turn, offer, ~takes)
        if not played.going.any():
            break
    return np.asarray(played.paid.mean(axis=1), dtype=np.float64)


class _Rehearsal:
    """All tables at once: `offers` (seats, p, r), `backed` (proposer, seat, p, r), `paid` and `going` (p, r)."""

    def __init__(self, stand: Stand, shape: tuple[int, int]) -> None:
        self._stand, seats = stand, stand.schedule.seats
        self.offers = np.stack([np.full(shape, row) for row in stand.offers])
        backed = [[seat in backers for seat in range(seats)] for backers in stand.backers]
        self._backed = np.broadcast_to(np.array(backed)[:, :, None, None], (seats, seats, *shape)).copy()
        self.paid, self.going = np.zeros(shape), np.ones(shape, dtype=bool)

    def best(self, seat: int, gains: Floats) -> tuple[Rows, Rows]:
        """Whose offer `seat` likes best of those it does not back, and its row (-1: there is none)."""
        open_to = (self.offers >= 0) & ~self._backed[:, seat]
        proposer = np.where(open_to, gains, -np.inf).argmax(axis=0)[None]
        row = np.take_along_axis(np.where(open_to, self.offers, -1), proposer, axis=0)
        return proposer, row[0]

    def take(self, turn: int, proposer: Rows, takes: Flags) -> None:
        """Back the offers of `proposer` where `takes`; with enough backers it is a deal."""
        schedule, seat = self._stand.schedule, turn % self._stand.schedule.seats
        mine = self._backed[:, seat]
        np.put_along_axis(mine, proposer, takes | np.take_along_axis(mine, proposer, axis=0), axis=0)
        votes = np.take_along_axis(self._backed.sum(axis=1), proposer, axis=0)[0]
        done = self.going & takes & (votes >= schedule.quota)
        row = np.take_along_axis(self.offers, proposer, axis=0)[0]
        self.paid = np.where(done, schedule.worth(turn) * self._stand.mine[row], self.paid)
        self.going &= ~done

    def put(self, turn: int, offer: Rows, free: Flags) -> None:
        """Make the offers where there are any and the seat is `free` to; who says nothing rejects."""
        schedule, seat = self._stand.schedule, turn % self._stand.schedule.seats
        speaks = free & (offer >= 0) & schedule.may_propose(turn)
        self.offers[seat] = np.where(speaks, offer, self.offers[seat])
        self._backed[seat] = np.where(speaks, (np.arange(schedule.seats) == seat)[:, None, None], self._backed[seat])
        if schedule.final:
            self.going &= speaks | ~free
