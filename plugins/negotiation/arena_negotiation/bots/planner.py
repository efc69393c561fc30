"""The negotiator that plans: it plays its plans in its head against what the others seem to be, and follows the best.

It knows the rules and the rungs of the ladder. From all that happened it infers what each rival values and which rung
it resembles (`Insight`), draws rivals from that, and plays each of some plans against all of them to the end of the
match, with its deadline, discount and quota (`rehearse`). It accepts an offer when no plan promises more, and otherwise
takes the first step of the plan that promises most; in its next turn it plans anew.

Rollouts of a policy: Bertsekas, Tsitsiklis and Wu, Rollout algorithms for combinatorial optimization, Journal of
Heuristics 3 (1997).
"""

from functools import lru_cache
from typing import Final

import numpy as np

from arena.core.agent import SeatInfo
from arena.core.values import Action
from arena_negotiation.bots.concession import conceded
from arena_negotiation.bots.field import Field
from arena_negotiation.bots.insight import Insight
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook
from arena_negotiation.bots.rehearsal import Stand, rehearse
from arena_negotiation.bots.rivals import Rows

_RIVALS: Final = 32
"""Rivals that are drawn to play against."""
_LEVELS: Final = 9
"""Places on the frontier where a plan may begin and end, while there is more than one turn to speak in."""
_BENDS: Final = (0.05, 1.0)
"""How a plan gets from its beginning to its end, as betas of a concession: at the very end, or evenly."""


class Planner(Negotiator):
    """Best response to what the others seem to be."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._insight = Insight(seat)

    def decide(self, outlook: Outlook) -> Action:
        """Accept when nothing promises more, else the first step of the best plan."""
        field = self._insight.learn(outlook)
        if not outlook.can_propose:
            return outlook.answer(0, accepts_from=0.0)
        offer, hope = self._best_plan(outlook, field)
        standing = outlook.standing
        if (
            standing is not None
            and standing.gain > 0.0
            and outlook.schedule.worth(outlook.turn) * standing.gain >= hope
        ):
            return {"act": "accept", "offer_id": standing.id}
        return {"act": "propose", "offer": field.offer(offer)}

    def _best_plan(self, outlook: Outlook, field: Field) -> tuple[int, float]:
        frontier = self._frontier(outlook, field)
        plans = frontier[_plans(len(frontier), _turns_to_speak(outlook))]
        rivals = {seat: belief.drawn(_RIVALS) for seat, belief in self._insight.beliefs.items()}
        hopes = rehearse(_stand(outlook, field), plans, rivals, self._insight.rng)
        best = int(hopes.argmax())
        return int(plans[best, 0]), float(hopes[best])

    def _frontier(self, outlook: Outlook, field: Field) -> Rows:
        """Offers beside which there seems to be none that is better for all: the bot's own best first."""
        each = np.stack([belief.liked for belief in self._insight.beliefs.values()])
        liked = np.sort(each, axis=0)[-(outlook.quota - 1)]
        useful = np.flatnonzero(field.mine > 0.0)
        if not len(useful):
            return np.array([int(field.mine.argmax())])
        order = useful[np.lexsort((-liked[useful], -field.mine[useful]))]
        highest = np.maximum.accumulate(liked[order])
        return np.asarray(order[np.concatenate([[True], highest[1:] > highest[:-1]])])


def _stand(outlook: Outlook, field: Field) -> Stand:
    offered, seats = outlook.open_offers, range(outlook.seats)
    return Stand(
        schedule=outlook.schedule,
        seat=outlook.seat,
        turn=outlook.turn,
        offers=[field.row(outlook.in_own_words(offered[seat])) if seat in offered else -1 for seat in seats],
        backers=[offered[seat]["backers"] if seat in offered else () for seat in seats],
        mine=field.mine,
    )


def _turns_to_speak(outlook: Outlook) -> int:
    """In how many turns from this one on the bot may make an offer, at least one."""
    coming = range(outlook.turn, outlook.schedule.turns, outlook.seats)
    return max(1, sum(map(outlook.schedule.may_propose, coming)))


@lru_cache(maxsize=512)
def _plans(offers: int, turns: int) -> Rows:
    """(plans, turns): places on a frontier of so many offers, each from a start to an end no better for the bot."""
    if turns == 1:
        return np.arange(offers)[:, None]
    places = np.unique(np.linspace(0, offers - 1, _LEVELS).round().astype(np.int64))
    bends = [np.array([conceded(turn / (turns - 1), beta) for turn in range(turns)]) for beta in _BENDS]
    ends = [(start, end) for start in places for end in places if end >= start]
    plans = [start + (end - start) * bend for start, end in ends for bend in bends]
    return np.unique(np.stack(plans).round().astype(np.int64), axis=0)
