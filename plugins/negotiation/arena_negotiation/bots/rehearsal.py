"""Playing plans in the head: every plan against every rival that was drawn, all at once.

Arrays are (plans, rivals). The table is that of RULES.md 1-3 as far as a plan needs it: a seat's last offer is open,
an offer that enough seats take is a deal, and nobody walks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arena_negotiation.bots.rivals import Floats, Rivals, Rows
from arena_negotiation.bots.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where the match stands in the bot's turn: the row each seat has on the table (-1: none), and what it gains by
    each row."""

    schedule: Schedule
    seat: int
    turn: int
    open: Sequence[int]
    mine: Floats


def rehearse(stand: Stand, plans: Rows, rivals: dict[int, Rivals], rng: np.random.Generator) -> Floats:
    """The mean gain of each plan, of which `plans` (plans, turns of the bot) says the row it offers in each turn.

    In the first turn a plan offers; later it takes what is worth as much as its next offer, and anything at the end.
    """
    schedule, mine = stand.schedule, stand.mine
    shape = (len(plans), next(iter(rivals.values())).values.shape[1])
    table = np.stack([np.full(shape, row) for row in stand.open])
    backers = np.ones((schedule.seats, *shape), dtype=np.int64)
    paid, going = np.zeros(shape), np.ones(shape, dtype=bool)
    own = 0
    for turn in range(stand.turn, schedule.turns):
        seat = turn % schedule.seats
        best, standing = _best(table, seat, mine if seat == stand.seat else rivals[seat])
        if seat == stand.seat:
            offer = np.broadcast_to(plans[:, [min(own, plans.shape[1] - 1)]], shape)
            gain = np.where(standing >= 0, mine[standing], -np.inf)
            takes = (gain > 0.0) & ((gain >= mine[offer]) | schedule.is_last(turn)) & (own > 0)
            own += 1
        else:
            offer, takes = rivals[seat].react(standing, schedule.time(turn), schedule.is_last(turn), rng)
            takes = np.broadcast_to(takes, shape)
            offer = np.broadcast_to(offer, shape)
        np.put_along_axis(backers, best[None], np.take_along_axis(backers, best[None], 0) + takes, 0)
        done = going & takes & (np.take_along_axis(backers, best[None], 0)[0] >= schedule.quota)
        paid = np.where(done, schedule.worth(turn) * mine[standing], paid)
        going &= ~done
        if schedule.may_propose(turn):
            speaks = ~takes & (offer >= 0)
            table[seat] = np.where(speaks, offer, table[seat])
            backers[seat] = np.where(speaks, 1, backers[seat])
        elif schedule.final:
            break
        if not going.any():
            break
    return np.asarray(paid.mean(axis=1), dtype=np.float64)


def _best(table: Rows, seat: int, eyes: Floats | Rivals) -> tuple[Rows, Rows]:
    """Who made the open offer of others that `seat` likes best, and the offer's row."""
    gains = eyes[table] if isinstance(eyes, np.ndarray) else eyes.minds.gains[eyes.values, table]
    gains = np.where(table >= 0, gains, -np.inf)
    gains[seat] = -np.inf
    best = gains.argmax(axis=0)
    rows = np.take_along_axis(table, best[None], 0)[0]
    return best, np.where(np.take_along_axis(gains, best[None], 0)[0] > -np.inf, rows, -1)
