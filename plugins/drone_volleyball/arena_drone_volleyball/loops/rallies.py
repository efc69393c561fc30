"""1v1 as a course: a strategy orders frozen skills on the near half, somebody else has the far one."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.agents import rally
from arena_drone_volleyball.agents.menu import CHOICES, MENUS, STILL_BALL
from arena_drone_volleyball.agents.network import Floats, Network
from arena_drone_volleyball.batch.arrays import Flags
from arena_drone_volleyball.batch.skills import SKILLS
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.control.skills import Order
from arena_drone_volleyball.loops.course import Course, Played, Tally
from arena_drone_volleyball.loops.heads import Choice
from arena_drone_volleyball.rules.rally import WIN_REWARD

Opponent = Network | None
"""Who has the far half: a strategy, or the scripted agent."""
_NEAR, _FAR = 0, 1


def _row(order: Order) -> list[float]:
    return [SKILLS.index(order.skill), *order.target, order.flight]


_MENUS: Final = np.array([[_row(order) for order in menu] for menu in MENUS], np.float32)
_SCRIPTED: Final = np.array([_row(order) for order in (rally.SERVE, rally.STRIKE, rally.WAIT)], np.float32)
"""By situation, as `agents.menu` counts them: (situations, choices, 5) and (situations, 5)."""
_VELOCITY, _TURN = 32, 35
"""Where these begin in a view of 1v1."""


class RallyCourse(Course):
    """`courts` rallies at a time; a rally won pays 1, a rally lost costs 1, and nothing else counts."""

    def __init__(self, courts: int) -> None:
        super().__init__(Volleyball("1v1", courts, level="skill"))
        self.head = Choice()
        self.lanes, self.seen = courts, self.volley.observation_shape[0]
        self._opponents: Sequence[Opponent] = (None,)

    def face(self, opponents: Sequence[Opponent]) -> None:
        """Share the courts among these opponents, from the next deal on."""
        self._opponents = opponents

    def _begin(self, seed: int) -> None:
        self._observations, infos = self.volley.reset(seed)
        self._decide = infos["decide"]
        self._anew = np.zeros(self.lanes, np.bool_)
        self._rules: Any = self.volley.rules
        self._shares = np.array_split(np.arange(self.lanes), len(self._opponents))

    def _views(self) -> Floats:
        return self._observations[:, _NEAR]

    def _hears(self) -> Flags:
        return self._decide & ~self._anew

    def _play(self, actions: Floats) -> Played:
        heard = np.flatnonzero(self._hears())
        orders = np.zeros((self.lanes, 2, 5), np.float32)
        orders[heard, _NEAR] = chosen(self._observations[heard, _NEAR], actions[heard, 0])
        for opponent, share in zip(self._opponents, self._shares, strict=True):
            rows = np.intersect1d(share, heard, assume_unique=True)
            orders[rows, _FAR] = self._answer(opponent, self._observations[rows, _FAR])
        self._observations, rewards, ended, late, infos = self.volley.step(orders)
        paid = np.trunc(rewards[:, _NEAR] / WIN_REWARD)
        self._decide, self._anew = infos["decide"], ended | late
        self._count(paid)
        return Played(paid, self._anew, self._anew)

    def _answer(self, opponent: Opponent, seen: Floats) -> Floats:
        if opponent is None:
            return _SCRIPTED[situations(seen)]
        drawn, _ = self.head.draw(opponent(seen), np.zeros(0, np.float32), self.rng)
        return chosen(seen, drawn[:, 0])

    def _count(self, paid: Floats) -> None:
        over = self._anew
        if over.any():
            steps = int(self._rules.steps[over].sum())
            self.tally += Tally(int(over.sum()), float((0.5 + 0.5 * paid[over]).sum()), steps)


def situations(seen: Floats) -> NDArray[np.intp]:
    """As `menu.situation`, for views (n, 37)."""
    mine = seen[:, _TURN] > 0.5
    moving = np.abs(seen[:, _VELOCITY : _VELOCITY + 2]).sum(axis=1) >= STILL_BALL
    return np.where(mine, moving.astype(np.intp), 2)


def chosen(seen: Floats, choices: Floats) -> Floats:
    """Orders (n, 5) for views (n, 37) and choices (n,), as the batch's level `skill` takes them."""
    orders: Floats = _MENUS[situations(seen), choices.astype(np.intp)]
    return orders


assert _MENUS.shape == (len(MENUS), CHOICES, 5)
