"""The negotiator that plans: it plays its plans in its head against what the others seem to be, and follows the best.

It knows the rungs of its own ladder. From all that happened it infers which of them each rival resembles and what that
rival values (`Belief`), draws rivals from that, and plays each of some plans against all of them to the end of the
match, with its deadline, discount and quota (`rehearse`). It accepts an offer when no plan promises more, and otherwise
takes the first step of the plan that promises most; in its next turn it plans anew.

Rollouts of a policy under a posterior: Bertsekas, Tesauro and Wu, Rollout algorithms for combinatorial optimization,
Journal of Heuristics 3 (1997).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np

from arena.core.agent import SeatInfo
from arena.core.values import Action
from arena_negotiation.bots.belief import Belief
from arena_negotiation.bots.concession import conceded
from arena_negotiation.bots.field import Field, field_of
from arena_negotiation.bots.limits import limits
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook
from arena_negotiation.bots.rehearsal import Stand, rehearse
from arena_negotiation.bots.rivals import Rows, minds_of

_RIVALS: Final = 32
_LEVELS: Final = 9
_BENDS: Final = (0.05, 1.0)
"""Shapes of a concession, as betas: at the very end, late, evenly."""


class Planner(Negotiator):
    """One belief for each other seat."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._config = seat.config
        self._rng = np.random.default_rng(seat.rng().getrandbits(64))
        self._deal: tuple[Field, int] | None = None
        self._beliefs: dict[int, Belief] = {}
        self._open: list[int] = []
        self._seen = 0

    def decide(self, outlook: Outlook) -> Action:
        """Accept when nothing promises more, else the first step of the best plan."""
        field = self._learn(outlook)
        standing = outlook.standing
        sure = outlook.schedule.worth(outlook.turn) * standing.gain if standing else 0.0
        if not outlook.can_propose:
            return outlook.answer(0, accepts_from=0.0)
        offer, hope = self._best_plan(outlook, field)
        if standing is not None and standing.gain > 0.0 and (sure >= hope):
            return {"act": "accept", "offer_id": standing.id}
        return {"act": "propose", "offer": field.offer(offer)}

    def _best_plan(self, outlook: Outlook, field: Field) -> tuple[int, float]:
        frontier = self._frontier(outlook, field)
        plans = frontier[_plans(len(frontier), _turns_to_speak(outlook))]
        rivals = {seat: belief.drawn(_RIVALS) for seat, belief in self._beliefs.items()}
        stand = Stand(schedule=outlook.schedule, seat=outlook.seat, turn=outlook.turn, open=self._open, mine=field.mine)
        hopes = rehearse(stand, plans, rivals, self._rng)
        best = int(hopes.argmax())
        return int(plans[best, 0]), float(hopes[best])

    def _frontier(self, outlook: Outlook, field: Field) -> Rows:
        """Offers that no other seems to better for both: the bot's own best first."""
        each = np.stack([belief.liked for belief in self._beliefs.values()])
        liked = np.sort(each, axis=0)[-(outlook.quota - 1)]
        useful = np.flatnonzero(field.mine > 0.0)
        order = useful[np.lexsort((-liked[useful], -field.mine[useful]))]
        if not len(order):
            return np.array([int(field.mine.argmax())])
        highest = np.maximum.accumulate(liked[order])
        return np.asarray(order[np.concatenate([[True], highest[1:] > highest[:-1]])])

    def _learn(self, outlook: Outlook) -> Field:
        """Take in what happened since the last turn; a deal opens another negotiation, with a field of its own."""
        field = field_of(outlook)
        if (field, outlook.deals) != self._deal:
            self._deal, self._seen = (field, outlook.deals), outlook.deal_since
            others = (seat for seat in range(outlook.seats) if seat != outlook.seat)
            minds = minds_of(field, limits(self._config, outlook.seat, outlook.bounds))
            self._beliefs = {seat: Belief(minds, self._rng) for seat in others}
            self._open = [-1] * outlook.seats
        for turn, said in outlook.turns_taken()[self._seen :]:
            self._take(turn, said, outlook, field)
        self._seen = outlook.happenings
        return field

    def _take(self, turn: int, said: Mapping[str, Any], outlook: Outlook, field: Field) -> None:
        by, row = said["by"], -1
        if "offer" in said:
            row = field.row(outlook.in_own_words(said))
        if by in self._beliefs:
            belief = self._beliefs[by]
            if said["kind"] == "opening":
                belief.hear(row)
            else:
                others = [offer for seat, offer in enumerate(self._open) if seat != by]
                schedule = outlook.schedule
                belief.watch(said["kind"], row, others, schedule.time(turn), schedule.is_last(turn))
        if row >= 0:
            self._open[by] = row
        elif said["kind"] == "reject" and outlook.quota == outlook.seats:
            self._open = [offer if seat == by else -1 for seat, offer in enumerate(self._open)]


def _turns_to_speak(outlook: Outlook) -> int:
    """In how many turns from this one on the bot may make an offer, at least one."""
    coming = range(outlook.turn, outlook.schedule.turns, outlook.seats)
    return max(1, sum(map(outlook.schedule.may_propose, coming)))


@lru_cache(maxsize=512)
def _plans(offers: int, turns: int) -> Rows:
    """(plans, turns): places on a frontier of so many offers, each from a start to an end no better for the bot."""
    if turns == 1:
        return np.arange(offers)[:, None]
    levels = np.unique(np.linspace(0, offers - 1, _LEVELS).round().astype(np.int64))
    parts = {tuple(conceded(turn / (turns - 1), beta) for turn in range(turns)) for beta in _BENDS}
    plans = [start + (end - start) * np.array(part) for start in levels for end in levels if end >= start for part in parts]
    return np.unique(np.stack(plans).round().astype(np.int64), axis=0)
