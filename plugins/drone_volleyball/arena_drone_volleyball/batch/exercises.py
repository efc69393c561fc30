"""The tasks of `rules.drills` for many courts at once: each watches arrays as its `Drill` watches one court."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np
from numpy.random import Generator

from arena_drone_volleyball.batch.arrays import Flags, Floats, Indices, Small, any_over
from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.judging import Judged, Start
from arena_drone_volleyball.batch.skills import SKILLS, Orders
from arena_drone_volleyball.batch.steering import Own
from arena_drone_volleyball.control.skills import HEIGHTS, Skill
from arena_drone_volleyball.physics.iris import GRAVITY
from arena_drone_volleyball.play.exercise import AWAY, BEYOND, BLOCK
from arena_drone_volleyball.play.layout import drill_layout
from arena_drone_volleyball.rules import drills
from arena_drone_volleyball.rules.court import FAR, HEADINGS, NEAR, NET_DEPTH, NET_HEIGHT, SCATTER, TRIO
from arena_drone_volleyball.rules.faults import BALL_DOWN


class Exercise:
    """`courts` runs of `drill`: `score`, `turn` and `passed` (courts,) as its attributes of these names."""

    def __init__(self, drill: type[drills.Drill], courts: int) -> None:
        self.drill, self.layout = drill, drill_layout(drill)
        self.seats = len(drill.starts)
        self.drones = self.seats + (drill.defender is not None)
        self.sides = np.array([NEAR] * self.seats + [FAR] * (self.drones - self.seats), np.int8)
        self.numbers = np.arange(self.seats, dtype=np.int8)
        self.turn = np.zeros(courts, np.int8)
        self.score = np.zeros(courts, np.float32)
        self.passed = np.zeros(courts, np.int32)
        self.spent = np.zeros((self.seats, courts), np.bool_)
        self._starts = np.array(drill.starts, np.float32).T[:, :, None]

    @property
    def whose(self) -> Small:
        """(seats,): what `turn` is when it is a seat's."""
        return self.numbers

    @property
    def anchors(self) -> Floats:
        """The places that observations are relative to, (3, seats, courts or 1)."""
        return self._starts

    def deal(self) -> None:
        """Nothing outlasts a run."""

    def begin(self, courts: Indices, rng: Generator) -> Start:
        """The next run on these courts."""
        self.turn[courts], self.score[courts], self.passed[courts] = 0, 0.0, 0
        poses = np.zeros((7, self.drones, len(courts)), np.float32)
        scatter = rng.uniform(-SCATTER, SCATTER, (3, self.seats, len(courts))).astype(np.float32)
        poses[:3, : self.seats] = self._starts + scatter
        if self.drill.defender is not None:
            poses[:3, self.seats] = np.array(self.drill.defender, np.float32)[:, None]
        poses[3:] = HEADINGS[self.sides].T[:, :, None]
        if self.drill.toss is None:
            ball = np.repeat(AWAY.astype(np.float32)[:, None], len(courts), axis=1)
        else:
            ball = poses[:3, 0] + np.array((0.0, 0.0, self.drill.toss), np.float32)[:, None]
        return Start(poses, ball)

    def judge(self, bodies: Bodies) -> Judged:
        """As `Drill.note`."""
        self.passed += 1
        before = self.score.copy()
        drones = bodies.position
        over = any_over(drones[2] < drills.LOWEST, 0) | any_over(drones[0, : self.seats] < 0.0, 0)
        changed = self._watch(bodies, over)
        late = ~over & (self.passed >= self.drill.steps)
        rewards = np.repeat((self.score - before)[None], self.seats, axis=0)
        return Judged(rewards, over, late, changed | over | late)

    def scripted(self, own: Own) -> Orders | None:
        """Where there is no defender, nothing."""
        return None

    def told(self) -> dict[str, Floats]:
        """`score` (courts,)."""
        return {"score": self.score}

    @abstractmethod
    def _watch(self, bodies: Bodies, over: Flags) -> Flags:
        """As `Drill._watch`: adds to `over` in place; where something happened."""


class BackAndForth(Exercise):
    """As `drills.BackAndForth`."""

    def __init__(self, drill: type[drills.BackAndForth], courts: int) -> None:
        super().__init__(drill, courts)
        self._places = np.array(drill.places, np.float32).T
        self._held = np.zeros(courts, np.int32)

    @property
    def anchors(self) -> Floats:
        """Where to go now."""
        return self._places[:, self.score.astype(np.int32) % 2][:, None]

    def begin(self, courts: Indices, rng: Generator) -> Start:
        self._held[courts] = 0
        return super().begin(courts, rng)

    def _watch(self, bodies: Bodies, over: Flags) -> Flags:
        place = bodies.position[:, 0]
        apart = np.sqrt(np.square(place - self.anchors[:, 0]).sum(axis=0))
        over |= (place[2] > drills.HIGHEST) | (apart > drills.FARTHEST)
        self._held = np.where(apart < drills.REACHED, self._held + 1, 0)
        reached = self._held >= drills.HELD
        self._held[reached] = 0
        self.score += reached
        return reached


class HitTheBall(Exercise):
    """As `drills.HitTheBall`."""

    def _watch(self, bodies: Bodies, over: Flags) -> Flags:
        hit: Flags = bodies.touched[0].copy()
        wrong = hit & ((self.turn == 1) | ~bodies.racket[0])
        down = ~hit & (bodies.ball[2] < BALL_DOWN)
        far = np.hypot(bodies.ball[0] - self._starts[0, 0], bodies.ball[1] - self._starts[1, 0])
        np.copyto(self.score, np.where(self.turn == 1, far, 0.0), where=down)
        self.turn[hit & ~wrong] = 1
        over |= wrong | down
        return hit


class Juggle(Exercise):
    """As `drills.Juggle`: solo_bump and bump_and_pass."""

    def __init__(self, drill: type[drills.Juggle], courts: int) -> None:
        super().__init__(drill, courts)
        self._height = drill.height
        self._top = np.zeros(courts, np.float32)
        self._rising = np.zeros(courts, np.bool_)

    def begin(self, courts: Indices, rng: Generator) -> Start:
        self._top[courts], self._rising[courts] = 0.0, False
        return super().begin(courts, rng)

    def _watch(self, bodies: Bodies, over: Flags) -> Flags:
        hit, right = _hits(bodies, self.turn, self.seats)
        over |= (hit & ~right) | (~hit & (bodies.ball[2] < BALL_DOWN))
        self.turn = np.where(right, (self.turn + 1) % self.seats, self.turn).astype(np.int8)
        self._rising |= right
        self._top[right] = 0.0
        np.maximum(self._top, bodies.ball[2], out=self._top)
        counts = self._rising & (self._top > self._height)
        self._rising &= ~counts
        self.score += counts
        return hit


class SetAndSpike(Exercise):
    """As `drills.SetAndSpike`, with the defender where there is one."""

    def __init__(self, drill: type[drills.SetAndSpike], courts: int) -> None:
        super().__init__(drill, courts)
        self._before = np.ones(courts, np.float32)
        self._spiked = np.zeros(courts, np.int32)

    def begin(self, courts: Indices, rng: Generator) -> Start:
        self._before[courts], self._spiked[courts] = 1.0, 0
        return super().begin(courts, rng)

    def scripted(self, own: Own) -> Orders | None:
        """The defender waits, and receives what comes over: as `Exercise._scripted` of the referee."""
        if self.drill.defender is None:
            return None
        (x, _, z), (u, _, w) = own.ball[:, -1], own.ball_velocity[:, -1]
        under = w * w - 2.0 * GRAVITY * (HEIGHTS[Skill.RECEIVE] - z)
        seconds = (w + np.sqrt(np.maximum(under, 0.0))) / GRAVITY
        coming = (under >= 0.0) & (seconds > 0.0) & (self.turn == 2) & (x + u * seconds > BEYOND)
        a, b, c = self.drill.defender
        home = np.array((-a, -b, c), np.float32)[:, None, None]
        target = np.where(coming, np.array(BLOCK.target, np.float32)[:, None, None], home)
        skill = np.where(coming, SKILLS.index(BLOCK.skill), SKILLS.index(Skill.GOTO)).astype(np.int8)
        return Orders(skill[None], target, np.full((1, len(coming)), BLOCK.flight, np.float32))

    def _watch(self, bodies: Bodies, over: Flags) -> Flags:
        hit, right = _hits(bodies, self.turn, self.seats)
        down = ~hit & (self._spiked > 0) & (self.passed == self._spiked + drills.SPIKED)
        self.score += 0.25 * (down & (bodies.ball_velocity[2] < 0.0))
        self.score += 0.25 * (right & (self.turn == 0))
        np.copyto(self._spiked, self.passed, where=right & (self.turn == 1))
        self.turn += right
        over |= hit & ~right
        x = bodies.ball[0]
        crossed: Flags = (self._before > 0.0) & (x <= 0.0) & (self.turn == 2)
        self.score += 0.25 * crossed
        self._before[:] = x
        self._watch_ball(bodies.ball, over)
        crossed |= hit
        return crossed

    def _watch_ball(self, ball: Floats, over: Flags) -> None:
        x, y, z = ball
        netted = (np.abs(x) < NET_DEPTH) & (np.abs(y) < TRIO.width / 2.0) & (z < NET_HEIGHT)
        down = ~netted & (z < BALL_DOWN)
        near = np.hypot(x - drills.TARGET[0], y - drills.TARGET[1]) < drills.TARGET_RADIUS
        self.score += 0.25 * (down & ~over & (self.turn == 2) & near)
        over |= netted | down


def _hits(bodies: Bodies, turn: Small, seats: int) -> tuple[Flags, Flags]:
    """Where the ball was hit, and where by the racket of whose turn it was; of two at once the lower number counts."""
    hit = any_over(bodies.touched, 0)
    first = bodies.touched.argmax(axis=0)
    racket = bodies.racket[first, np.arange(len(first))]
    return hit, hit & racket & (first == turn) & (first < seats)


EXERCISES: Final[Mapping[str, Callable[[int], Exercise]]] = {
    drills.BackAndForth.name: partial(BackAndForth, drills.BackAndForth),
    drills.HitTheBall.name: partial(HitTheBall, drills.HitTheBall),
    drills.SoloBump.name: partial(Juggle, drills.SoloBump),
    drills.BumpAndPass.name: partial(Juggle, drills.BumpAndPass),
    drills.SetAndSpike.name: partial(SetAndSpike, drills.SetAndSpike),
    drills.HardSetAndSpike.name: partial(SetAndSpike, drills.HardSetAndSpike),
}
"""By the name of the task, given a number of courts."""
