"""Bounces of the ball off drones, solved in closed form.

The referee's contact is a spring with damping that never pulls. Seen from the drone, a ball that comes in is let go
once damping outweighs the spring, and has kept a share of its speed that does not depend on it (Schwager and Poeschel,
Granular Matter 9, 2007). Here it stays at the surface until the referee's is there again, and leaves with that share.
"""

from __future__ import annotations

from math import atan2, exp, pi, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats, Indices, dot
from arena_drone_volleyball.control.attitude import to_body
from arena_drone_volleyball.physics.iris import INERTIA, MASS
from arena_drone_volleyball.physics.scene import (
    BALL_MASS,
    BALL_RADIUS,
    BOUNCE,
    FRAME,
    RACKET_DEPTH,
    RACKET_RADIUS,
    RACKET_TOP,
)

if TYPE_CHECKING:
    from arena_drone_volleyball.batch.bodies import Bodies


_STIFFNESS, _DAMPING = BOUNCE[0.001]
_RINGING: Final = sqrt(_STIFFNESS - _DAMPING * _DAMPING / 4.0)
_HELD: Final = (pi - atan2(_DAMPING * _RINGING, _STIFFNESS - _DAMPING * _DAMPING / 2.0)) / _RINGING
"""s: how long the spring pushes."""
RESTITUTION: Final = exp(-0.5 * _DAMPING * _HELD)
DWELL: Final = _HELD + _DAMPING / _STIFFNESS
"""s: from the touch until the ball, let go, is at the surface again."""
_FARTHEST: Final = sqrt(sum(half * half for half in FRAME)) + BALL_RADIUS
"""m: a ball farther from a drone's centre does not touch it."""
_FRAME: Final = np.array(FRAME, np.float32)[:, None]
_PER_INERTIA: Final = (1.0 / INERTIA).astype(np.float32)[:, None]


class _Nearest(NamedTuple):
    """For each of k pairs of a ball and a drone, in body axes: the drone's nearest point and the normal there
    (3, k), the gap to the ball in m, negative inside, and whether that is the racket's upper side (k,)."""

    point: Floats
    normal: Floats
    gap: Floats
    racket: Flags

    def only(self, pairs: Flags) -> _Nearest:
        """These pairs alone."""
        return _Nearest(self.point[:, pairs], self.normal[:, pairs], self.gap[pairs], self.racket[pairs])


class Contacts:
    """Looks for balls at drones after each substep of `seconds`.

    For balls that a drone holds, `held` (courts,) is how many s it still does, and `kick` (3, courts) the velocity in
    m/s that they then gain.
    """

    def __init__(self, shape: tuple[int, int], seconds: float) -> None:
        self._seconds = seconds
        self._courts = shape[1]
        self.held = np.zeros(shape[1], np.float32)
        self.kick = np.zeros((3, shape[1]), np.float32)
        self._apart = np.empty((3, *shape), np.float32)
        self._squared = np.empty(shape, np.float32)

    def release(self, bodies: Bodies) -> None:
        """Let go, in the substep that has passed, what was held long enough."""
        holding = np.flatnonzero(self.held)
        if not len(holding):
            return
        late = self._seconds - self.held[holding]
        self.held[holding] = np.maximum(-late, 0.0)
        free, late = holding[late >= 0.0], late[late >= 0.0]
        bodies.ball[:, free] += self.kick[:, free] * late
        bodies.ball_velocity[:, free] += self.kick[:, free]

    def resolve(self, bodies: Bodies) -> None:
        """Note which touches begin, and catch what comes in."""
        pairs = self._close(bodies)
        if not len(pairs):
            bodies.touching[:] = False
            return
        courts = pairs % self._courts
        near = _nearest(_turned(bodies.quaternion.reshape(4, -1)[:, pairs], self._apart.reshape(3, -1)[:, pairs]))
        inside, free = near.gap < 0.0, self.held[courts] == 0.0
        _note(bodies, pairs, inside, free, near.racket)
        inside &= free
        if inside.any():
            self._catch(bodies, pairs[inside], courts[inside], near.only(inside))

    def _close(self, bodies: Bodies) -> Indices:
        """The pairs in question, as indices into (drones, courts) laid flat."""
        np.subtract(bodies.ball[:, None], bodies.position, out=self._apart)
        np.einsum("ijk,ijk->jk", self._apart, self._apart, out=self._squared)
        return np.flatnonzero(self._squared < _FARTHEST * _FARTHEST)

    def _catch(self, bodies: Bodies, pairs: Indices, courts: Indices, near: _Nearest) -> None:
        """Bring balls that come in to the surface, at rest to it along the normal as it will be halfway."""
        quaternion, velocity = (a.reshape(len(a), -1)[:, pairs] for a in (bodies.quaternion, bodies.velocity))
        rates = bodies.rates.reshape(3, -1)[:, pairs]
        relative = _turned(quaternion, bodies.ball_velocity[:, courts] - velocity) - _cross(rates, near.point)
        speed = np.maximum(-dot(relative, near.normal), 0.0)
        coming = speed > 0.0
        left = DWELL - np.clip(-near.gap / np.maximum(speed, 1e-6), 0.0, self._seconds)
        normal = near.normal + 0.5 * left * _cross(rates, near.normal)
        normal /= np.sqrt(np.maximum(dot(normal, normal), 1e-12))
        lever = _cross(near.point, normal)
        impulse = speed / (1.0 / BALL_MASS + 1.0 / MASS + dot(lever * lever, _PER_INERTIA))
        outwards = _turned(_conjugate(quaternion), normal)
        # The spring carries the ball, too: what gravity takes from it meanwhile, seen from the drone, it gives back.
        carried = bodies.thrust.reshape(-1)[pairs] / MASS * normal[2] * left
        self.held[courts] = np.where(coming, left, 0.0)
        self.kick[:, courts] = (RESTITUTION * impulse / BALL_MASS + carried) * outwards
        bodies.ball[:, courts] -= np.where(coming, near.gap, 0.0) * outwards
        bodies.ball_velocity[:, courts] += impulse / BALL_MASS * outwards
        impulse = impulse * (1.0 + RESTITUTION)
        bodies.velocity.reshape(3, -1)[:, pairs] -= impulse / MASS * outwards
        bodies.rates.reshape(3, -1)[:, pairs] -= impulse * lever * _PER_INERTIA


def _note(bodies: Bodies, pairs: Indices, inside: Flags, free: Flags, racket: Flags) -> None:
    """Which of these touches begin now; a drone that holds the ball goes on touching it."""
    touching = bodies.touching.reshape(-1)
    inside = inside | (touching[pairs] & ~free)
    begun = inside & ~touching[pairs]
    bodies.touched.reshape(-1)[pairs] |= begun
    bodies.racket.reshape(-1)[pairs] |= begun & racket
    touching[:] = False
    touching[pairs] = inside


def _nearest(ball: Floats) -> _Nearest:
    """The nearest points of racket and frame to balls (3, k) in body axes, whichever of the two is nearer."""
    x, y, z = ball
    inwards = np.minimum(RACKET_RADIUS / np.maximum(np.hypot(x, y), 1e-6), 1.0)
    racket = np.stack((x * inwards, y * inwards, np.clip(z, RACKET_TOP - RACKET_DEPTH, RACKET_TOP)))
    frame = np.clip(ball, -_FRAME, _FRAME)
    to_racket, to_frame = (np.sqrt(dot(ball - point, ball - point)) for point in (racket, frame))
    point = np.where(to_racket <= to_frame, racket, frame)
    distance = np.maximum(np.minimum(to_racket, to_frame), 1e-6)
    return _Nearest(point, (ball - point) / distance, distance - BALL_RADIUS, (to_racket < BALL_RADIUS) & (z > 0.0))


def _turned(quaternion: Floats, vector: Floats) -> Floats:
    """Vectors (3, k) of the world in body axes."""
    w, x, y, z = quaternion
    a, b, c = vector
    return np.stack(to_body((w, x, y, z), (a, b, c)))


def _conjugate(quaternion: Floats) -> Floats:
    return np.concatenate((quaternion[:1], -quaternion[1:]))


def _cross(one: Floats, other: Floats) -> Floats:
    (a, b, c), (x, y, z) = one, other
    return np.stack((b * z - c * y, c * x - a * z, a * y - b * x))
