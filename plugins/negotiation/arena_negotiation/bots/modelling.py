"""Negotiators that model the other side: late concession along what seems to be the Pareto frontier.

Of the offers that meet its aspiration a modeller makes the one that the others seem to like best. It concedes late,
and no further than to the point where the product of all estimated gains is largest (Nash, Econometrica 18, 1950),
nor below the best that it was ever offered. Where there is one issue, a model learns nothing of how little the others
would take; there it meets them half-way between that point and their best offer.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from arena.core.agent import SeatInfo
from arena.core.values import Action
from arena_negotiation.bots.concession import conceded
from arena_negotiation.bots.models import OpponentModel
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook, Space


class Modeller(Negotiator):
    """One model for each other seat, made by `model(issues, own_frame)`."""

    def __init__(self, seat: SeatInfo, model: Callable[[int, bool], OpponentModel], beta: float) -> None:
        super().__init__(seat)
        self._model, self._beta = model, beta
        self._models: dict[int, OpponentModel] = {}
        self._seen = 0
        self._offered = 0.0
        self._secured = 0.0

    def decide(self, outlook: Outlook) -> Action:
        """Accept what is as good as the next offer, or make it."""
        space = outlook.space
        self._learn(outlook, space)
        liked = self._liked(outlook, space)
        target = self._aspiration(outlook, space, liked)
        offer = _kindest(space, liked, target)
        return outlook.answer(offer, accepts_from=min(target, float(space.gains[offer])))

    def _learn(self, outlook: Outlook, space: Space) -> None:
        if not self._models:
            others = (seat for seat in range(outlook.seats) if seat != outlook.seat)
            self._models = {seat: self._model(len(outlook.bounds), outlook.own_frame) for seat in others}
        if outlook.secured != self._secured:  # what was offered before a deal says nothing of the next
            self._offered, self._secured = 0.0, outlook.secured
            self._seen = outlook.happenings
        for by, offer in outlook.heard(self._seen):
            self._models[by].hear(offer, outlook.time)
            self._offered = max(self._offered, float(space.slopes @ np.array(offer)) + space.base)
        self._seen = outlook.happenings

    def _liked(self, outlook: Outlook, space: Space) -> NDArray[np.float64]:
        """What each offer seems to be worth to the least willing of the others that a deal needs."""
        each = np.stack([_gained(model, space, outlook.now) for model in self._models.values()])
        needed = outlook.quota - 1
        return np.asarray(np.sort(each, axis=0)[-needed], dtype=np.float64)

    def _aspiration(self, outlook: Outlook, space: Space, liked: NDArray[np.float64]) -> float:
        most = float(space.gains[0])
        nash = float(space.gains[int(np.argmax(space.gains * np.maximum(liked, 0.0)))])
        floor = nash if len(outlook.bounds) > 1 else (nash + min(nash, self._offered)) / 2
        return max(self._offered, most - (most - floor) * conceded(outlook.time, self._beta))


def _gained(model: OpponentModel, space: Space, now: tuple[float, ...]) -> NDArray[np.float64]:
    """What the other side seems to gain by each offer, beside what it owns."""
    worth = model.utility(space.scaled)
    return worth - model.utility(np.array([now])) if now else worth


def _kindest(space: Space, liked: NDArray[np.float64], target: float) -> int:
    enough = max(1, int(np.searchsorted(-space.gains, -target, side="right")))
    return int(np.argmax(liked[:enough]))
