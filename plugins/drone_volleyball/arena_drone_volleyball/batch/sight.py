"""What all drones see: every part of the published layouts (`play.layout`) for many courts at once."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats, Small
from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.steering import Own
from arena_drone_volleyball.play.layout import Layout, size

Axis: TypeAlias = tuple[Floats, Floats, Floats]


class Seen(Protocol):
    """What a sight needs to know of the rules: `sides` of all drones (drones,); of seats (seats,) their `numbers` in
    the team and `whose` number `turn` (courts,) is theirs; `anchors` (3, seats, courts or 1) in the own frame and
    `spent` (seats, courts)."""

    layout: Layout
    seats: int
    sides: Small
    numbers: Small
    turn: Small
    spent: Flags

    @property
    def anchors(self) -> Floats: ...

    @property
    def whose(self) -> Small: ...


class Sight:
    """The view of `bodies` under `rules`, in float32; owns the buffers."""

    def __init__(self, bodies: Bodies, rules: Seen) -> None:
        self._bodies, self._rules = bodies, rules
        _, drones, courts = bodies.position.shape
        flip = 1.0 - 2.0 * rules.sides.astype(np.float32)
        self._turned = np.stack((flip, flip, np.ones_like(flip)))[:, :, None]
        self._far = np.flatnonzero(rules.sides)
        self._fields = _columns(size(rules.layout), rules.seats, courts)
        shape = (drones, courts)
        position, velocity, ball, ball_velocity = (np.empty((3, *shape), np.float32) for _ in range(4))
        quaternion = np.empty((4, *shape), np.float32)
        self.own = Own(position, quaternion, velocity, bodies.rates, bodies.throttle, ball, ball_velocity)
        self._axes: tuple[Axis, Axis, Axis]
        self.look()

    def look(self) -> Own:
        """Everything as it is now, each drone's in the frame of its own half."""
        own, bodies, turned = self.own, self._bodies, self._turned
        np.multiply(bodies.position, turned, out=own.position)
        np.multiply(bodies.velocity, turned, out=own.velocity)
        np.multiply(bodies.ball[:, None], turned, out=own.ball)
        np.multiply(bodies.ball_velocity[:, None], turned, out=own.ball_velocity)
        own.quaternion[:] = bodies.quaternion
        w, x, y, z = bodies.quaternion[:, self._far]
        for axis, values in enumerate((-z, -y, x, w)):
            own.quaternion[axis, self._far] = values
        np.multiply(own.quaternion, np.copysign(1.0, own.quaternion[0]), out=own.quaternion)
        self._axes = _axes(own.quaternion[:, : self._rules.seats])
        return own

    def write(self, out: Floats) -> None:
        """Fill `out` (courts, seats, size) with the observations of what was last looked at."""
        at = 0
        for part in self._rules.layout:
            _PARTS[part.name](self, self._fields[at : at + part.size])
            at += part.size
        np.copyto(out, self._fields.transpose(2, 1, 0))

    def _position(self, out: Floats) -> None:
        out[:] = self.own.position[:, : self._rules.seats]

    def _quaternion(self, out: Floats) -> None:
        out[:] = self.own.quaternion[:, : self._rules.seats]

    def _velocity(self, out: Floats) -> None:
        out[:] = self.own.velocity[:, : self._rules.seats]

    def _angular_velocity(self, out: Floats) -> None:
        """Body rates about the own frame's axes."""
        p, q, r = self.own.rates[:, : self._rules.seats]
        for axis, (ahead, left, up) in enumerate(zip(*self._axes, strict=True)):
            np.multiply(ahead, p, out=out[axis])
            out[axis] += left * q
            out[axis] += up * r

    def _heading_of(self, out: Floats) -> None:
        for axis, values in enumerate(self._axes[0]):
            out[axis] = values

    def _up_of(self, out: Floats) -> None:
        for axis, values in enumerate(self._axes[2]):
            out[axis] = values

    def _throttle(self, out: Floats) -> None:
        np.multiply(self.own.throttle[:, : self._rules.seats], 2.0, out=out)
        out -= 1.0

    def _to_anchor(self, out: Floats) -> None:
        np.subtract(self.own.position[:, : self._rules.seats], self._rules.anchors, out=out)

    def _to_ball(self, out: Floats) -> None:
        seats = self._rules.seats
        np.subtract(self.own.position[:, :seats], self.own.ball[:, :seats], out=out)

    def _ball_velocity(self, out: Floats) -> None:
        out[:] = self.own.ball_velocity[:, : self._rules.seats]

    def _to_other(self, out: Floats) -> None:
        position, turned = self._bodies.position[:, :2], self._turned[:, :2]
        np.subtract(position[:, ::-1], position, out=out)
        out *= turned

    def _turn(self, out: Floats) -> None:
        """One-hot: mine, the other's and, where there is room, nobody's."""
        whose, turn = self._rules.whose[:, None], self._rules.turn
        out[0], out[1] = turn == whose, turn == 1 - whose
        out[2:] = turn > 1

    def _number(self, out: Floats) -> None:
        out[:] = (np.arange(len(out))[:, None] == self._rules.numbers)[:, :, None]

    def _already_hit(self, out: Floats) -> None:
        mine = self._rules.turn == self._rules.whose[:, None]
        np.logical_and(self._rules.spent, mine, out=out[1])
        np.subtract(1.0, out[1], out=out[0])

    def _to_others(self, out: Floats) -> None:
        """Own side first, each by number."""
        position, seats = self._bodies.position, self._rules.seats
        team = seats // 2
        places = out.reshape(seats, 3, seats, -1)
        for mine in (slice(0, team), slice(team, seats)):
            order = np.roll(position, -mine.start, axis=1).transpose(1, 0, 2)[:, :, None]
            np.subtract(order, position[None, :, mine], out=places[:, :, mine])
        places[:, :2, team:] *= -1.0


def _axes(quaternion: Floats) -> tuple[Axis, Axis, Axis]:
    """The body axes: the columns of the rotation that quaternions (4, ...) stand for."""
    w, x, y, z = quaternion
    ahead = 1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y)
    left = 2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)
    up = 2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)
    return ahead, left, up


def _columns(fields: int, seats: int, courts: int) -> Floats:
    """Zeros (fields, seats, courts) whose rows are an odd number of cache lines apart, for `write` reads across them:
    rows 4 KiB apart would all fall into the same few lines."""
    row = 16 * (-(-courts // 16) | 1)
    return np.zeros((fields, seats, row), np.float32)[:, :, :courts]


_PARTS: Final[Mapping[str, Callable[[Sight, Floats], None]]] = {
    "position": Sight._position,
    "quaternion": Sight._quaternion,
    "velocity": Sight._velocity,
    "angular velocity": Sight._angular_velocity,
    "heading": Sight._heading_of,
    "up": Sight._up_of,
    "throttle": Sight._throttle,
    "to anchor": Sight._to_anchor,
    "to other": Sight._to_other,
    "to ball": Sight._to_ball,
    "ball velocity": Sight._ball_velocity,
    "turn": Sight._turn,
    "side": Sight._turn,
    "id": Sight._number,
    "already hit": Sight._already_hit,
    "to others": Sight._to_others,
}
"""How each part of a layout is filled, by its name."""
