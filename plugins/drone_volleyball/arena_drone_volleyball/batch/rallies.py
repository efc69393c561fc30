"""The referee's book of many rallies: `rules.rally` in arrays. An episode is one rally; serve alternates on a court."""

from typing import Final

import numpy as np
from numpy.random import Generator

from arena_drone_volleyball.batch.arrays import Flags, Floats, Indices, Small, any_over
from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.faults import Moments, find
from arena_drone_volleyball.batch.judging import Judged, Start
from arena_drone_volleyball.batch.steering import Own
from arena_drone_volleyball.play.layout import court_layout
from arena_drone_volleyball.rules.court import SCATTER, Court
from arena_drone_volleyball.rules.faults import FAULTS
from arena_drone_volleyball.rules.rally import WIN_REWARD

_TURNED: Final = np.array((-1.0, -1.0, 1.0), np.float32)[:, None, None]
_NO_WINNER: Final = np.array([fault.no_winner for fault in FAULTS])


class Rallies:
    """`courts` rallies on `court`. `turn`, `last` and `server` (courts,) are sides, `spent` (drones, courts) who has
    hit in this possession, `hits` and `steps` (courts,) counts; `decide` (courts,) where something just happened."""

    def __init__(self, court: Court, courts: int, *, compat: bool = False) -> None:
        self.court, self.seats, self.drones, self.compat = court, court.drones, court.drones, compat
        self.layout = court_layout(court)
        self.sides = np.repeat((0, 1), court.team).astype(np.int8)
        self.numbers = np.tile(np.arange(court.team, dtype=np.int8), 2)
        self.spent = np.zeros((court.drones, courts), np.bool_)
        self.turn, self.last, self.half, self.server = (np.zeros(courts, np.int8) for _ in range(4))
        self.hits, self.steps = (np.zeros(courts, np.int32) for _ in range(2))
        self.anchors = np.tile(np.array(court.formation, np.float32).T, 2)[:, :, None]
        self.faults = np.zeros((len(FAULTS), 2, courts), np.bool_)
        self.deal()

    @property
    def whose(self) -> Small:
        """(drones,): what `turn` is when it is a drone's."""
        return self.sides

    def deal(self) -> None:
        """The first serves: the near side's on every other court."""
        self.server[:] = 1 - np.arange(len(self.server)) % 2

    def begin(self, courts: Indices, rng: Generator) -> Start:
        """The next rally on these courts."""
        team = self.court.team
        self.server[courts] = 1 - self.server[courts]
        self.turn[courts] = self.last[courts] = self.half[courts] = self.server[courts]
        self.hits[courts] = self.steps[courts] = 0
        self.spent[:, courts] = False
        near = rng.uniform(-SCATTER, SCATTER, (3, team, len(courts))).astype(np.float32)
        scatter = np.concatenate((near, near * _TURNED), axis=1)
        poses = self.court.poses(np.zeros((self.drones, 3))).T[:, :, None].astype(np.float32)
        poses = np.repeat(poses, len(courts), axis=2)
        poses[:3] += scatter
        ball = poses[:3, self.court.server + team * self.server[courts], np.arange(len(courts))]
        ball[2] += self.court.toss
        return Start(poses, ball)

    def judge(self, bodies: Bodies) -> Judged:
        """Note one control step: rewards, and what ended."""
        self.steps += 1
        touched = bodies.touched
        moments = Moments(self.court, bodies.position, bodies.ball, touched, bodies.racket, self.may_hit(), self.last)
        faults = find(moments)
        at_fault = any_over(faults, 0)
        ended = any_over(at_fault, 0)
        crossed = self._note(touched & ~ended, bodies.ball[0], ended)
        late = ~ended & (self.steps >= self.court.steps)
        rewards = (touched & ~ended & ~late) * np.float32(self.court.hit_reward)
        rewards += self._points(faults, at_fault)[self.sides]
        decide = any_over(touched, 0) | crossed | ended | late
        self.faults = faults
        return Judged(rewards, ended, late, decide)

    def scripted(self, own: Own) -> None:
        """Every drone has a seat."""

    def told(self) -> dict[str, Flags]:
        """`faults` (faults, sides, courts), of the last control step, in the order of the table."""
        return {"faults": self.faults}

    def may_hit(self) -> Flags:
        """(drones, courts): as `Rally.may_hit`."""
        serving = np.arange(self.drones)[:, None] == self.court.server + self.court.team * self.server
        playing = (self.sides[:, None] == self.turn) & ~self.spent
        allowed: Flags = np.where(self.hits == 0, serving, playing)
        return allowed

    def winners(self, faults: Flags) -> Small:
        """(courts,): the side that won by these faults, -1 where nobody did."""
        near, far = any_over(faults, 0)
        won = np.where(near ^ far, np.where(near, 1, 0), -1).astype(np.int8)
        if self.compat:
            won[any_over(faults[_NO_WINNER], (0, 1))] = -1
        return won

    def _points(self, faults: Flags, at_fault: Flags) -> Floats:
        """(sides, courts): what the rally's end pays."""
        won = self.winners(faults)
        near = WIN_REWARD * ((won == 0).astype(np.float32) - (won == 1))
        return np.stack((near, -near))

    def _note(self, hits: Flags, x: Floats, ended: Flags) -> Flags:
        """Enter legal hits and crossings in the book; which courts' balls crossed."""
        sides = any_over(hits.reshape(2, self.court.team, -1), 1)
        hit = any_over(sides, 0)
        self.hits += hits.sum(axis=0, dtype=np.int32)
        np.copyto(self.last, 0, where=sides[0])
        np.copyto(self.last, 1, where=sides[1])
        self.spent |= hits
        if self.court.team == 1:
            self._pass_to(1 - self.last, hit)
        half = (x <= 0.0).astype(np.int8)
        crossed: Flags = (half != self.half) & ~ended
        np.copyto(self.half, half, where=crossed)
        self._pass_to(half, crossed & (self.hits > 0) & (half != self.turn))
        return crossed

    def _pass_to(self, side: Small, courts: Flags) -> None:
        np.copyto(self.turn, side, where=courts)
        self.spent &= ~courts
