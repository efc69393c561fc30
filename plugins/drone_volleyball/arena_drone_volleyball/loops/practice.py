"""Practice of one hitting skill of 1v1: a network carries out drawn orders, one hit an episode; who else flies is
scripted."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.agents.goals import GOAL_SIZE, goals
from arena_drone_volleyball.agents.network import Floats
from arena_drone_volleyball.batch.arrays import Flags
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.control.skills import Skill
from arena_drone_volleyball.loops.course import Course, Played, Tally
from arena_drone_volleyball.loops.heads import Normal
from arena_drone_volleyball.loops.orders import MENU_ROWS, ROW, carried_out
from arena_drone_volleyball.loops.shaping import Approach
from arena_drone_volleyball.physics.iris import GRAVITY
from arena_drone_volleyball.rules.rally import WIN_REWARD

_SERVE, _STRIKE, _WAIT = range(3)
_EXACT: Final = 2.0
"""What a hit pays by which the ball is at its target in time; half of it where it is 1 m off."""


class PracticeCourse(Course):
    """`courts` courts, on each of which one drone learns to `serve`, or to `receive` what scripted ones served."""

    def __init__(self, skill: str, level: str, courts: int) -> None:
        super().__init__(Volleyball("1v1", courts, level=level))
        self.head = Normal(4)
        self.lanes, self.seen = courts, GOAL_SIZE
        self._level, self._serves = level, skill == Skill.SERVE
        self._rules: Any = self.volley.rules
        self._shaping = Approach(self.volley)
        self._lane = np.arange(courts)

    def _begin(self, seed: int) -> None:
        self._observations, _ = self.volley.reset(seed)
        self._anew = np.zeros(self.lanes, np.bool_)
        self._orders = np.zeros((self.lanes, 2, ROW), np.float32)
        self._own = np.zeros(self.lanes, np.intp)
        self._give(self._lane)

    def _give(self, courts: NDArray[np.intp]) -> None:
        """Draw the orders of these courts' next rallies."""
        server = self._rules.server[courts].astype(np.intp)
        drawn = self.rng.integers(MENU_ROWS.shape[1], size=(3, len(courts)))
        self._orders[courts, server] = MENU_ROWS[_SERVE, drawn[0]]
        self._orders[courts, 1 - server] = MENU_ROWS[_WAIT, drawn[1]]
        self._own[courts] = server if self._serves else 1 - server

    def _views(self) -> Floats:
        order = self._orders[self._lane, self._own]
        return goals(self._observations[self._lane, self._own], order[:, 1:4], order[:, 4])

    def _hears(self) -> Flags:
        heard: Flags = (self._rules.turn == self._own) & ~self._anew
        return heard

    def _play(self, actions: Floats) -> Played:
        heard, began = self._hears(), self._anew
        self._shaping.before()
        flown = carried_out(self._orders, self.volley.own, self._level)
        flown[heard, self._own[heard]] = np.clip(actions[heard], -1.0, 1.0)
        self._observations, rewards, ended, late, _ = self.volley.step(flown)
        hit = self._hits() & ~(ended | late | began)
        self.volley.end(hit)
        self._anew = ended | late | hit
        paid = np.trunc(rewards[self._lane, self._own] / WIN_REWARD)
        paid += np.where(heard, self._shaping.after(self._anew)[self._own, self._lane], 0.0)
        paid[hit] += _EXACT * self._exactness(hit)
        self._turn_over(began)
        return Played(np.where(began, 0.0, paid), self._anew, self._anew)

    def _hits(self) -> Flags:
        """Where the own hit has been made, and the ball has left the racket."""
        made: Flags = (self._rules.hits >= (1 if self._serves else 2)) & ~self.volley.bodies.touching.any(axis=0)
        return made

    def _exactness(self, hit: Flags) -> Floats:
        """1 / (1 + m) of the distance by which the ball will miss its target at the end of the ordered flight."""
        own, courts, seats = self.volley.own, np.flatnonzero(hit), self._own[hit]
        order = self._orders[courts, seats].T
        target, flight = order[1:4], order[4]
        there = own.ball[:, seats, courts] + own.ball_velocity[:, seats, courts] * flight
        there[2] -= 0.5 * GRAVITY * flight * flight
        exactness: Floats = 1.0 / (1.0 + np.linalg.norm(there - target, axis=0))
        self._count(exactness)
        return exactness

    def _count(self, exactness: Floats) -> None:
        failed = int(self._anew.sum()) - len(exactness)
        if failed or len(exactness):
            steps = int(self._rules.steps[self._anew].sum())
            self.tally += Tally(failed + len(exactness), float(exactness.sum()), steps)

    def _turn_over(self, began: Flags) -> None:
        """New orders where a rally began, and to the receiver where it is to strike."""
        self._give(np.flatnonzero(began))
        if self._serves:
            return
        received = self._orders[self._lane, self._own, 0] != MENU_ROWS[_STRIKE, 0, 0]
        due = np.flatnonzero(received & (self._rules.turn == self._own))
        drawn = self.rng.integers(MENU_ROWS.shape[1], size=(2, len(due)))
        self._orders[due, self._own[due]] = MENU_ROWS[_STRIKE, drawn[0]]
        self._orders[due, 1 - self._own[due]] = MENU_ROWS[_WAIT, drawn[1]]
