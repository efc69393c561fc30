"""What a rival would do: the ladder's tactics, each with each of many guesses at what the rival values.

All arrays broadcast over hypotheses, so that the same code replays a rival's past under every hypothesis and plays its
future in every rehearsal. Offers are rows of a `Field`'s grid; -1 is no offer. A rival's gains are in points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from arena_negotiation.bots.concession import conceded
from arena_negotiation.bots.field import Field
from arena_negotiation.utility import Utility

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
_Number = TypeVar("_Number", np.float64, np.int64)

CONCESSIONS: Final = ((5.0, 0.0), (1.0, 0.0), (0.2, 0.0), (0.5, 0.5))
"""Beta, and what is never given up, of the tactics that go by the clock; the last is that of those who model."""
TIT_FOR_TAT, MICRO, HARD, RANDOM, SILENT = range(len(CONCESSIONS), len(CONCESSIONS) + 5)
TACTICS: Final = SILENT + 1
_STEPS: Final = 64
"""Levels of aspiration that are told apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Minds:
    """Guesses at a rival's values: `gains` and `order` are (guesses, offers), the latter best first; `useful` says how
    many offers a rival gains by, `top` what the best gains, `cheapest[v, n]` the offer that still gains n steps of it.
    """

    gains: Floats
    order: Rows
    useful: Rows
    top: Floats
    cheapest: Rows


@dataclass(slots=True)
class Rivals:
    """Rivals of some tactics and values, in the middle of a match: arrays that broadcast against each other.

    `aspiration` is what tit-for-tat wants, `heard` the gain by the last offer that it heard, and `last` that offer;
    `made` and `seen` count offers of one's own, and different ones of others.
    """

    minds: Minds
    tactic: Rows
    values: Rows
    aspiration: Floats
    heard: Floats
    last: Rows
    made: Rows
    seen: Rows

    def gain(self, offers: Rows) -> Floats:
        """What each gains by these rows."""
        return self.minds.gains[self.values, offers]

    def react(self, standing: Rows, time: float, is_last: bool, rng: np.random.Generator) -> tuple[Rows, Flags]:
        """The offer that each would make in its turn (-1: none), and whether it accepts `standing` (-1) instead."""
        gain = np.where(standing >= 0, self.gain(standing), -np.inf)
        self._hear(standing, gain)
        offer = self._offer(time, rng)
        least = self.gain(np.where(self.tactic == RANDOM, self._whim(rng), offer))
        takes = (gain >= least - 1e-9) | (is_last & (self.tactic != HARD))
        self.made = self.made + 1
        return np.where(self.tactic == SILENT, -1, offer), takes & (gain > 0.0) & (self.tactic != SILENT)

    def picked(self, chosen: Rows) -> "Rivals":
        """Some of them, by their place among all: arrays of (1, chosen)."""
        shape = np.broadcast_shapes(self.tactic.shape, self.values.shape)

        def pick(part: NDArray[_Number]) -> NDArray[_Number]:
            return np.broadcast_to(part, shape).ravel()[None, chosen]

        return Rivals(
            self.minds,
            pick(self.tactic),
            pick(self.values),
            pick(self.aspiration),
            pick(self.heard),
            pick(self.last),
            pick(self.made),
            pick(self.seen),
        )

    def _hear(self, standing: Rows, gain: Floats) -> None:
        known = (standing >= 0) & np.isfinite(self.heard)
        given = np.where(known, gain - np.where(known, self.heard, 0.0), 0.0)
        self.aspiration = np.clip(self.aspiration - given, 0.0, self.minds.top[self.values])
        self.heard = np.where(standing >= 0, gain, self.heard)
        self.seen = self.seen + ((standing != self.last) & (standing >= 0))
        self.last = np.where(standing >= 0, standing, self.last)

    def _offer(self, time: float, rng: np.random.Generator) -> Rows:
        minds, values, tactic = self.minds, self.values, self.tactic
        by_clock = _FIRM + (1.0 - _FIRM) * (1.0 - np.array([conceded(time, beta) for beta, _ in CONCESSIONS]))
        top = minds.top[values]
        part = np.where(tactic == TIT_FOR_TAT, self.aspiration / top, by_clock[np.minimum(tactic, len(by_clock) - 1)])
        offer = minds.cheapest[values, np.ceil(part * _STEPS - 1e-6).astype(np.int64)]
        rank = np.minimum(np.where(self.made <= self.seen, self.made, self.seen), minds.useful[values] - 1)
        offer = np.where(tactic == MICRO, minds.order[values, rank], offer)
        offer = np.where(tactic == HARD, minds.order[values, 0], offer)
        return np.where(tactic == RANDOM, self._whim(rng), offer)

    def _whim(self, rng: np.random.Generator) -> Rows:
        useful = self.minds.useful[self.values]
        draws = rng.random(np.broadcast_shapes(self.tactic.shape, useful.shape))
        return self.minds.order[self.values, (draws * useful).astype(np.int64)]


_FIRM: Final = np.array([kept for _, kept in CONCESSIONS])


def newcomers(minds: Minds, tactic: Rows, values: Rows) -> Rivals:
    """Rivals who have heard nothing yet."""
    shape = np.broadcast_shapes(tactic.shape, values.shape)
    return Rivals(
        minds=minds,
        tactic=tactic,
        values=values,
        aspiration=np.broadcast_to(minds.top[values], shape),
        heard=np.full(shape, -np.inf),
        last=np.full(shape, -1),
        made=np.zeros(shape, dtype=np.int64),
        seen=np.zeros(shape, dtype=np.int64),
    )


def minds_of(field: Field, drawn: Sequence[Utility]) -> Minds:
    """The minds of rivals that gain so much by each outcome; of those who gain by none nothing need be thought."""
    gains = np.stack([gain.over(field.outcomes) for gain in drawn])
    keen = gains.max(axis=1) > 0.0
    gains = gains[keen] if keen.any() else gains - gains.max() + 1.0
    top = gains.max(axis=1)
    order = np.lexsort((np.broadcast_to(field.asked_by_others, gains.shape), -gains), axis=1)
    useful = np.maximum(1, (gains > 0.0).sum(axis=1))
    falling = -np.take_along_axis(gains, order, axis=1)
    steps = np.linspace(0.0, 1.0, _STEPS + 1)
    rows = zip(falling, top, useful, strict=True)
    ranks = np.stack([_cheapest(row[:many], best * steps) for row, best, many in rows])
    return Minds(gains, order, useful, top, np.take_along_axis(order, ranks, axis=1))


def _cheapest(falling: Floats, wanted: Floats) -> Rows:
    """The first of the offers that gain least among those that gain as much as wanted."""
    enough = np.searchsorted(falling, -wanted + 1e-9, side="right")
    least = falling[np.maximum(0, enough - 1)]
    return np.searchsorted(falling, least, side="left").astype(np.int64)
