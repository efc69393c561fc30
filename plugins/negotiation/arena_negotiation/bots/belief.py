"""What a rival seems to be: a posterior over the ladder's tactics and guesses at its values, from all that it did."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from arena_negotiation.bots.rivals import HARD, RANDOM, SILENT, TACTICS, Floats, Minds, Rivals, Rows, newcomers

_SPREAD: Final = 0.06
"""How far an offer strays from what a hypothesis says, in parts of the most a rival could gain."""
_WHIM: Final = -2.0
"""Log-likelihood of any offer to one who offers at random: that of one two spreads off to all others."""
_SURPRISE: Final = -8.0
"""Of an act that a hypothesis rules out: never certain, since others may play what is no rung of the ladder."""


class Belief:
    """Of one other seat, in one deal: `log` (tactics, guesses) is the posterior's logarithm, up to a constant."""

    def __init__(self, minds: Minds, rng: np.random.Generator) -> None:
        self._minds, self._rng = minds, rng
        tactic, values = np.arange(TACTICS)[:, None], np.arange(len(self._minds.top))[None, :]
        self._rivals = newcomers(self._minds, tactic, values)
        self.log = np.broadcast_to(_PRIOR[:, None], (TACTICS, len(self._minds.top))).copy()

    def watch(self, act: str, offer: int, others: Sequence[int], time: float, is_last: bool) -> None:
        """Weigh what the rival did in its turn, with the rows `others` open to it.

        `offer` is the row that it proposed, where it did.
        """
        standing = self._best(np.array([-1, *others], dtype=np.int64))
        predicted, takes = self._rivals.react(standing, time, is_last, self._rng)
        if act == "propose":
            self.log += np.where(takes & (self._rivals.tactic != RANDOM), _SURPRISE, self._of_offer(offer, predicted))
        elif act == "accept":
            self.log += np.where(takes, 0.0, _SURPRISE)
        else:
            self.log += np.where(self._rivals.tactic == SILENT, 0.0, _SURPRISE)

    def _best(self, others: Rows) -> Rows:
        """Which of the rows each guess likes best: (1, guesses)."""
        gains = np.where(others >= 0, self._minds.gains[:, others], -np.inf)
        return np.asarray(others[gains.argmax(axis=1)][None, :])

    def hear(self, offer: int) -> None:
        """An offer that was not made in a turn: whoever would lose by it did not make it."""
        self.log += np.where(self._minds.gains[self._rivals.values, offer] > 0.0, 0.0, _SURPRISE)

    def _of_offer(self, offer: int, predicted: Rows) -> Floats:
        minds, values, tactic = self._minds, self._rivals.values, self._rivals.tactic
        gain = minds.gains[values, offer]
        error = (gain - minds.gains[values, np.maximum(predicted, 0)]) / (_SPREAD * minds.top[values])
        fit = np.maximum(-0.5 * error**2, _SURPRISE)
        fit = np.where(tactic == RANDOM, _WHIM, np.where(tactic == SILENT, _SURPRISE, fit))
        return np.asarray(np.where((gain > 0.0) | (tactic == HARD), fit, _SURPRISE), dtype=np.float64)

    def drawn(self, number: int) -> Rivals:
        """Rivals as they stand now, shaped (1, number), each hypothesis as often as it is likely."""
        weights = np.exp(self.log - self.log.max()).ravel()
        marks = (self._rng.random() + np.arange(number)) / number
        chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), marks).clip(max=len(weights) - 1)
        return self._rivals.picked(self._rng.permutation(chosen))

    @property
    def liked(self) -> Floats:
        """What the rival gains by each offer, as far as it is known: the posterior mean, (offers,)."""
        weights = np.exp(self.log - self.log.max()).sum(axis=0)
        return np.asarray(weights @ self._minds.gains / weights.sum(), dtype=np.float64)


_PRIOR: Final = np.log(np.array([1.0] * (TACTICS - 1) + [0.5]))
