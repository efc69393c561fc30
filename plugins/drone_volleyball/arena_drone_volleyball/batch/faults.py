"""The rows of the fault table for many courts at once. Names, order and bounds are the referee's; every row is here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats, Small, any_over
from arena_drone_volleyball.rules.court import NET_DEPTH, NET_HEIGHT, Court
from arena_drone_volleyball.rules.faults import BALL_DOWN, DRONE_DOWN, FAULTS, TOO_CLOSE


@dataclass(frozen=True, slots=True)
class Moments:
    """What `rules.faults.Moment` says of one court, for all: drones (3, drones, courts), ball (3, courts); `touched`,
    `racket` and `may_hit` (drones, courts); `hitter` (courts,), a side."""

    court: Court
    drones: Floats
    ball: Floats
    touched: Flags
    racket: Flags
    may_hit: Flags
    hitter: Small

    def any_of(self, drones: Flags) -> Flags:
        """Whether it is so of any drone of a side: (drones, courts) to (sides, courts)."""
        found: Flags = any_over(drones.reshape(2, self.court.team, -1), 1)
        return found

    def hit_by(self, courts: Flags) -> Flags:
        """The side that hit last, of these courts (courts,): (sides, courts)."""
        return np.stack((courts & (self.hitter == 0), courts & (self.hitter == 1)))

    @property
    def inside(self) -> Flags:
        """Whether the ball is above the court, (courts,)."""
        x, y, _ = np.abs(self.ball)
        found: Flags = (x <= self.court.length / 2.0) & (y <= self.court.width / 2.0)
        return found


SidesAtFault: TypeAlias = Callable[[Moments], Flags]
"""Which sides are at fault, (sides, courts)."""


def _out_of_turn(moments: Moments) -> Flags:
    return moments.any_of(moments.touched & ~moments.may_hit)


def _without_racket(moments: Moments) -> Flags:
    return moments.any_of(moments.touched & ~moments.racket)


def _across_the_net(moments: Moments) -> Flags:
    x, team = moments.drones[0], moments.court.team
    return np.stack((any_over(x[:team] < 0.0, 0), any_over(x[team:] > 0.0, 0)))


def _ball_down(moments: Moments) -> Flags:
    x, _, z = moments.ball
    down = (z < BALL_DOWN) & moments.inside
    return np.stack((down & (x > 0.0), down & (x <= 0.0)))


def _ball_out(moments: Moments) -> Flags:
    out = ~moments.inside
    return moments.hit_by(out if moments.court.team == 1 else out & (moments.ball[2] < BALL_DOWN))


def _ball_in_net(moments: Moments) -> Flags:
    x, y, z = moments.ball
    return moments.hit_by((np.abs(x) < NET_DEPTH) & (np.abs(y) < moments.court.width / 2.0) & (z < NET_HEIGHT))


def _drone_down(moments: Moments) -> Flags:
    return moments.any_of(moments.drones[2] < DRONE_DOWN)


def _teammates_collide(moments: Moments) -> Flags:
    team = moments.court.team
    places = moments.drones.reshape(3, 2, team, -1)
    crowded = np.zeros((2, places.shape[-1]), np.bool_)
    for one in range(team):
        apart = places[:, :, :one] - places[:, :, one : one + 1]
        crowded |= any_over(np.einsum("ijkl,ijkl->jkl", apart, apart) < TOO_CLOSE * TOO_CLOSE, 1)
    return crowded


_BY_NAME: Final[Mapping[str, SidesAtFault]] = {
    "hit out of turn": _out_of_turn,
    "hit without the racket": _without_racket,
    "drone across the net": _across_the_net,
    "ball down": _ball_down,
    "ball out": _ball_out,
    "ball in the net": _ball_in_net,
    "drone down": _drone_down,
    "teammates collide": _teammates_collide,
}
ROWS: Final = tuple(_BY_NAME[fault.name] for fault in FAULTS)
"""In the order of the table."""


def find(moments: Moments) -> Flags:
    """Who is at fault in what: (faults, sides, courts), in the order of the table."""
    return np.stack([row(moments) for row in ROWS])
