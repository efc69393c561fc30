"""What a rival would do: the ladder's tactics, each with each of many guesses at what the rival values.

All arrays broadcast over hypotheses, so that the same code replays a rival's past under every hypothesis and plays its
future in every rehearsal. Offers are rows of a `Field`'s grid; -1 is no offer. A rival's gains are on its own scale, 1
from its worst outcome to its best.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena_negotiation.bots.concession import conceded
from arena_negotiation.bots.field import Field
from arena_negotiation.bots.models import guesses

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

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
    """Rivals of some tactics and values, in the middle of a match: arrays that broadcast against each other."""

    minds: Minds
    tactic: Rows
    values: Rows
    aspiration: Floats
    heard: Floats
    last: Rows
    made: Rows
    seen: Rows

    def react(self, standing: Rows, time: float, is_last: bool, rng: np.random.Generator) -> tuple[Rows, NDArray[np.bool_]]:
        """The offer that each would make in its turn (-1: none), and whether it accepts `standing` instead."""
        minds, values = self.minds, self.values
        gain = np.where(standing >= 0, minds.gains[values, standing], -np.inf)
        self._hear(standing, gain)
        offer = self._offer(time, rng)
        least = minds.gains[values, np.where(self.tactic == RANDOM, self._whim(rng), offer)]
        takes = (gain >= least - 1e-9) | (is_last & (self.tactic != HARD))
        self.made = self.made + 1
        return np.where(self.tactic == SILENT, -1, offer), takes & (gain > 0.0) & (self.tactic != SILENT)

    def picked(self, chosen: Rows) -> "Rivals":
        """Some of them, by their place among all: arrays of (1, chosen)."""
        shape = np.broadcast_shapes(self.tactic.shape, self.values.shape)
        state = (self.tactic, self.values, self.aspiration, self.heard, self.last, self.made, self.seen)
        return Rivals(self.minds, *(np.broadcast_to(part, shape).ravel()[None, chosen] for part in state))

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


@lru_cache(maxsize=64)
def minds_of(field: Field, limits: tuple[float, ...]) -> Minds:
    """Guesses at the values of whoever sits across this field; `limits` are those it may have in a single issue."""
    worth = _worth(field, len(limits))
    gains = worth - _limits(field, worth, limits)
    keen = gains.max(axis=1) > 0.0
    gains = gains[keen] if keen.any() else gains - gains.max() + 1.0
    top = gains.max(axis=1)
    order = np.argsort(-gains + 1e-9 * field.asked_by_others, axis=1, kind="stable")
    useful = np.maximum(1, (gains > 0.0).sum(axis=1))
    falling = -np.take_along_axis(gains, order, axis=1)
    wanted = np.linspace(0.0, 1.0, _STEPS + 1)
    enough = np.stack([np.searchsorted(row, -best * wanted + 1e-9, side="right") for row, best in zip(falling, top, strict=True)])
    ranks = np.clip(enough - 1, 0, useful[:, None] - 1)
    return Minds(gains, order, useful, top, np.take_along_axis(order, ranks, axis=1))


def _worth(field: Field, limits: int) -> Floats:
    """(guesses, offers) within [0, 1]; with a single issue others want the opposite, and only their limit is open."""
    if field.scaled.shape[1] == 1:
        upwards = field.space.slopes[0] > 0
        return np.tile(1.0 - field.scaled.T if upwards else field.scaled.T, (limits, 1))
    slopes, constants = (part[:_GUESSES] for part in guesses(field.scaled.shape[1], field.own_frame))
    return np.asarray(slopes @ field.scaled.T + constants[:, None], dtype=np.float64)


def _limits(field: Field, worth: Floats, limits: tuple[float, ...]) -> Floats:
    """(guesses, 1): what each would have without a deal. Who divides something has what it owns, or nothing."""
    if field.now:
        return worth[:, [field.row(field.now)]]
    if field.own_frame:
        return np.zeros((len(worth), 1))
    if field.scaled.shape[1] == 1:
        return np.array(limits)[:, None]
    return np.random.default_rng(1).uniform(0.0, _PATIENCE, size=(len(worth), 1))


_GUESSES: Final = 200
_PATIENCE: Final = 0.6
