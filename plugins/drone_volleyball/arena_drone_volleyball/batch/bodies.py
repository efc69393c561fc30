"""The bodies of many courts in motion, as arrays with the component first, then the drone, then the court.

A control step of 20 ms is cut into `substeps` equal ones of second order. Drones do not collide with each other, nor
with the floor: the rules end a rally before they do.
"""

from typing import Final

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats, Indices
from arena_drone_volleyball.batch.contact import Contacts
from arena_drone_volleyball.batch.rotation import Spin, ups
from arena_drone_volleyball.batch.wash import Wash
from arena_drone_volleyball.physics import iris
from arena_drone_volleyball.physics.scene import BALL_RADIUS
from arena_drone_volleyball.physics.world import CONTROL_SECONDS

SUBSTEPS: Final = 4
"""Of a control step; contacts are looked for after each, as often as the referee does at a time step of 0.001 s."""
_WRENCH: Final = iris.WRENCH.astype(np.float32)


class Bodies:
    """The state of `courts` courts of `drones` drones and a ball, float32, in the world's axes.

    Position in m and velocity in m/s (3, drones, courts), quaternion w x y z (4, drones, courts), rates in rad/s about
    the body axes (3, drones, courts), throttle 0 to 1 (4, drones, courts); ball and ball_velocity (3, courts).
    After `advance`, `touched` and `racket` (drones, courts) say which touches of the ball began in it, and which of
    these with the upper face of a racket.
    """

    def __init__(self, courts: int, drones: int, substeps: int = SUBSTEPS) -> None:
        shape = (drones, courts)
        self.position, self.velocity, self.rates = (np.zeros((3, *shape), np.float32) for _ in range(3))
        self.quaternion = np.zeros((4, *shape), np.float32)
        self.quaternion[0] = 1.0
        self.throttle = np.full((4, *shape), iris.HOVER_THROTTLE, np.float32)
        self.ball, self.ball_velocity = (np.zeros((3, courts), np.float32) for _ in range(2))
        self.touched, self.racket, self.touching = (np.zeros(shape, np.bool_) for _ in range(3))
        self.thrust = np.zeros(shape, np.float32)
        self.substeps = substeps
        self._seconds = CONTROL_SECONDS / substeps
        self._push = np.zeros((3, *shape), np.float32)
        self._up, self._next_up, self._gain, self._move = (np.empty((3, *shape), np.float32) for _ in range(4))
        self._wash = Wash(courts, drones) if drones > 1 else None
        self._spin = Spin(shape, self._seconds)
        self._contacts = Contacts(shape, self._seconds)

    def place(self, courts: Indices, poses: Floats, ball: Floats) -> None:
        """Put these courts at rest, the rotors at hover: `poses` (7, drones, k), `ball` (3, k)."""
        self.position[:, :, courts], self.quaternion[:, :, courts] = poses[:3], poses[3:]
        self.velocity[:, :, courts] = self.rates[:, :, courts] = 0.0
        self.throttle[:, :, courts] = iris.HOVER_THROTTLE
        self.ball[:, courts], self.ball_velocity[:, courts] = ball, 0.0
        self.touching[:, courts] = False
        self._contacts.held[courts] = 0.0

    def advance(self, commands: Floats) -> None:
        """One control step under rotor `commands` (4, drones, courts) in [-1, 1]."""
        self.throttle[:] = iris.settle(self.throttle, commands)
        forces = iris.thrusts(self.throttle)
        wrench = (_WRENCH @ forces.reshape(4, -1)).reshape(forces.shape)
        self.thrust[:] = wrench[0]
        ups(self.quaternion, self._up)
        self._push[:] = 0.0
        if self._wash is not None:
            self._wash.add(self._push, self.position, self._up, self.thrust)
        self._push *= 1.0 / iris.MASS
        self._push[2] -= iris.GRAVITY
        self.touched[:] = self.racket[:] = False
        for _ in range(self.substeps):
            self._spin.advance(self.quaternion, self.rates, wrench[1:])
            self._move_drones()
            self._move_balls()
            self._contacts.release(self)
            self._contacts.resolve(self)
        self.quaternion /= np.sqrt(np.einsum("ijk,ijk->jk", self.quaternion, self.quaternion))

    def finite(self) -> Flags:
        """Which courts' states are finite, (courts,)."""
        total = self.velocity.sum(axis=(0, 1)) + self.rates.sum(axis=(0, 1)) + self.ball_velocity.sum(axis=0)
        found: Flags = np.isfinite(total)
        return found

    def _move_drones(self) -> None:
        """With the mean of the thrust's directions before and after the substep, and the mean of both velocities."""
        h, up, gain, move = self._seconds, self._up, self._gain, self._move
        ups(self.quaternion, self._next_up)
        up += self._next_up
        np.multiply(up, self.thrust, out=gain)
        gain *= 0.5 / iris.MASS
        gain += self._push
        np.multiply(self.velocity, iris.DAMPING, out=move)
        gain -= move
        gain *= h
        np.multiply(gain, 0.5, out=move)
        move += self.velocity
        move *= h
        self.position += move
        self.velocity += gain
        self._up, self._next_up = self._next_up, up

    def _move_balls(self) -> None:
        """A parabola; the floor gives nothing back."""
        h = self._seconds
        self.ball += self.ball_velocity * h
        self.ball[2] -= 0.5 * iris.GRAVITY * h * h
        self.ball_velocity[2] -= iris.GRAVITY * h
        down = self.ball[2] < BALL_RADIUS
        if down.any():
            self.ball[2, down] = BALL_RADIUS
            self.ball_velocity[2, down] = np.maximum(self.ball_velocity[2, down], 0.0)
