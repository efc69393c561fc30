"""Bodies in motion: the state of one court, advanced one control step of 20 ms at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arena.core.errors import GameFault
from arena_drone_volleyball.physics.downwash import downwash
from arena_drone_volleyball.physics.iris import HOVER_THROTTLE, Array, settle, thrusts
from arena_drone_volleyball.physics.scene import scene

if TYPE_CHECKING:
    import mujoco

CONTROL_SECONDS: Final = 0.02
"""s: 50 Hz."""
_LOOKS: Final = {0.001: (4, 5), 0.002: (5, 2)}
"""How often contacts are looked for in a control step, and the time steps in between: a bounce lasts 15 ms and more."""


class Touch(NamedTuple):
    """The ball begins to touch a drone; `racket` says whether with the upper face of its racket."""

    drone: int
    racket: bool


class Snapshot(NamedTuple):
    """All that the future of a `World` depends on."""

    physics: Array
    throttle: Array
    touching: frozenset[int]


class World:
    """`drones` quadrotors, a ball and a floor.

    The views `poses` (n, 7: position in m, quaternion w x y z), `twists` (n, 6: velocity in m/s in the world's axes,
    angular velocity in rad/s in the body's), `ball` and `ball_velocity` (3,) follow the state; write through `place`.
    `throttle` is (n, 4).
    """

    def __init__(self, drones: int, step: float = 0.001) -> None:
        import mujoco

        self._mujoco = mujoco
        self.model: mujoco.MjModel = scene(drones, step)
        self.data: mujoco.MjData = mujoco.MjData(self.model)
        self.drones = drones
        self._looks, self._substeps = _LOOKS[step]
        self.poses: Array = self.data.qpos[: 7 * drones].reshape(drones, 7)
        self.twists: Array = self.data.qvel[: 6 * drones].reshape(drones, 6)
        self.ball: Array = self.data.qpos[7 * drones :]
        self.ball_velocity: Array = self.data.qvel[6 * drones :]
        self.throttle: Array = np.full((drones, 4), HOVER_THROTTLE)
        self._ctrl: Array = self.data.ctrl.reshape(drones, 4)
        self._pushes: Array = self.data.xfrc_applied[1 : drones + 1, :3]
        self._ball_geom: int = self.model.geom("ball").id
        self._parts = _parts(self.model, drones)
        self._touching: frozenset[int] = frozenset()
        kinds = mujoco.mjtWarning
        self._broken = [int(kind) for kind in (kinds.mjWARN_BADQPOS, kinds.mjWARN_BADQVEL, kinds.mjWARN_BADQACC)]

    @property
    def touching(self) -> bool:
        """Whether the ball is in touch with a drone."""
        return bool(self._touching)

    def place(self, poses: Array, ball: Array, ball_velocity: Array | None = None) -> None:
        """Everything at rest and the rotors at hover: drones at `poses` (n, 7), the ball at `ball` (3,)."""
        self._mujoco.mj_resetData(self.model, self.data)
        self.poses[:] = poses
        self.ball[:] = ball
        self.ball_velocity[:] = 0.0 if ball_velocity is None else ball_velocity
        self.throttle = np.full((self.drones, 4), HOVER_THROTTLE)
        self._touching = frozenset()

    def advance(self, commands: Array) -> list[Touch]:
        """One control step under rotor `commands` (n, 4) in [-1, 1]; the touches that began in it, in order.

        Raises:
            GameFault: the state is no longer finite.
        """
        self.throttle = settle(self.throttle, commands)
        forces = thrusts(self.throttle)
        self._ctrl[:] = forces
        if self.drones > 1:
            self._pushes[:] = downwash(self.poses[:, :3], ups(self.poses), forces.sum(axis=1))
        touches: list[Touch] = []
        for _ in range(self._looks):
            self._mujoco.mj_step(self.model, self.data, self._substeps)
            if self.data.ncon or self._touching:
                touches += self._new_touches()
        self._require_finite()
        return touches

    def save(self) -> Snapshot:
        """A copy from which `restore` goes on bit for bit."""
        kind = self._mujoco.mjtState.mjSTATE_INTEGRATION
        physics = np.empty(self._mujoco.mj_stateSize(self.model, kind))
        self._mujoco.mj_getState(self.model, self.data, physics, kind)
        return Snapshot(physics, self.throttle.copy(), self._touching)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a state of a world with as many drones and the same time step."""
        kind = self._mujoco.mjtState.mjSTATE_INTEGRATION
        self._mujoco.mj_setState(self.model, self.data, snapshot.physics, kind)
        self.throttle = snapshot.throttle.copy()
        self._touching = snapshot.touching

    def _new_touches(self) -> list[Touch]:
        now: dict[int, bool] = {}
        if self.data.ncon:
            for first, second in self.data.contact.geom.tolist():
                if self._ball_geom in (first, second):
                    part = self._parts.get(first if second == self._ball_geom else second)
                    if part is not None:
                        now[part.drone] = now.get(part.drone, False) or (part.racket and self._above(part.drone))
        begun = [Touch(drone, racket) for drone, racket in now.items() if drone not in self._touching]
        self._touching = frozenset(now)
        return begun

    def _above(self, drone: int) -> bool:
        """Whether the ball is on the upper side of a drone."""
        up = ups(self.poses[drone : drone + 1])[0]
        return bool((self.ball - self.poses[drone, :3]) @ up > 0.0)

    def _require_finite(self) -> None:
        if self.data.warning.number[self._broken].any() or not np.isfinite(self.data.qvel).all():
            raise GameFault(
                f"the physics lost its footing {self.data.time:.3f} s into the rally: a state is not finite"
            )


def ups(poses: Array) -> Array:
    """The body z axes in the world, (n, 3), of poses (n, 7)."""
    w, x, y, z = poses[:, 3], poses[:, 4], poses[:, 5], poses[:, 6]
    return np.stack((2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)), axis=1)


class _Part(NamedTuple):
    drone: int
    racket: bool


def _parts(model: mujoco.MjModel, drones: int) -> dict[int, _Part]:
    """What each geom of a drone is, by its id."""
    names = (("frame", False), ("racket", True))
    return {
        int(model.geom(f"{name}{drone}").id): _Part(drone, racket) for drone in range(drones) for name, racket in names
    }
