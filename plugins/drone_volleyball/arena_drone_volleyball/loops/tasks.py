"""A task as a course: every drone of every court is flown by the same network, rotor thrusts or rates at each step."""

from typing import Any

import numpy as np

from arena_drone_volleyball.agents.network import Floats
from arena_drone_volleyball.batch.arrays import Flags
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.loops.course import Course, Played, Tally
from arena_drone_volleyball.loops.heads import Normal
from arena_drone_volleyball.loops.shaping import SHAPINGS


class TaskCourse(Course):
    """`courts` runs of a task at a time; the reward is what the score gains, and what `shaping` adds."""

    def __init__(self, game: str, level: str, courts: int) -> None:
        super().__init__(Volleyball(game, courts, level=level))
        self._shaping = SHAPINGS[game](self.volley)
        self.head = Normal(4)
        self.lanes = courts * self.volley.seats
        self.seen = self.volley.observation_shape[0]

    def _begin(self, seed: int) -> None:
        """The clocks of the first runs are spread, that not all of them end together; their scores do not count."""
        self._observations, _ = self.volley.reset(seed)
        rules: Any = self.volley.rules
        rules.passed[:] = self.rng.integers(rules.drill.steps, size=self.volley.num_envs)
        self._anew, self._whole = (np.zeros(self.volley.num_envs, np.bool_) for _ in range(2))

    def _views(self) -> Floats:
        return self._observations.reshape(self.lanes, self.seen)

    def _hears(self) -> Flags:
        return np.repeat(~self._anew, self.volley.seats)

    def _play(self, actions: Floats) -> Played:
        volley, live = self.volley, ~self._anew
        self._shaping.before()
        flown = np.clip(actions, -1.0, 1.0).reshape(volley.num_envs, volley.seats, -1)
        self._observations, rewards, ended, late, infos = volley.step(flown)
        self._anew = ended | late
        paid = np.where(live[:, None], self._shaping.scale * rewards + self._shaping.after(self._anew).T, 0.0)
        self._count(infos["score"])
        return Played(paid.reshape(-1), np.repeat(ended, volley.seats), np.repeat(self._anew, volley.seats))

    def _count(self, scores: Floats) -> None:
        rules: Any = self.volley.rules
        over = self._anew & self._whole
        self._whole |= self._anew
        if over.any():
            self.tally += Tally(int(over.sum()), float(scores[over].sum()), int(rules.passed[over].sum()))
