"""The Iris quadrotor: its constants, its rotors, and how rotor commands become thrust.

Constants are those of VolleyBots (arXiv 2502.01932); the rotors' places are PX4's, about which equal thrusts cancel.
Body axes: x forward, y left, z up.
"""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Reals = TypeVar("Reals", NDArray[np.float64], NDArray[np.float32])

GRAVITY: Final = 9.81
"""m/s2."""
MASS: Final = 1.52
"""kg."""
INERTIA: Final = np.array([0.0347563, 0.0458929, 0.0977])
"""kg m2, about the body axes."""
MAX_THRUST: Final = 8.54858e-6 * 838.0**2
"""N a rotor: the force constant times the square of the highest speed in rad/s."""
MOMENT_ARM: Final = 1.36777e-7 / 8.54858e-6
"""m: a rotor's reaction torque about its axis, divided by its thrust."""
ROTORS: Final = np.array([(0.13, -0.22), (-0.13, 0.20), (0.13, 0.22), (-0.13, -0.20)])
"""m: x and y of the rotors, (4, 2)."""
SPINS: Final = np.array([-1.0, -1.0, 1.0, 1.0])
"""The sign of each rotor's reaction torque about body z."""
LAG: Final = 0.43
"""Share of the way to its target that a rotor's throttle goes in one control step of 20 ms."""
DAMPING: Final = 0.2
"""1/s: linear and angular velocity decay at this rate, as PhysX understands damping."""

HOVER: Final = MASS * GRAVITY / (4.0 * MAX_THRUST)
"""Share of the full thrust that carries the drone, 0.62097."""
HOVER_COMMAND: Final = 2.0 * HOVER - 1.0
"""The same as a rotor command, +0.24194."""
HOVER_THROTTLE: Final = float(np.sqrt(HOVER))
"""The throttle at which the rotors carry the drone."""

WRENCH: Final = np.array([np.ones(4), ROTORS[:, 1], -ROTORS[:, 0], SPINS * MOMENT_ARM])
"""(4, 4): rotor thrusts in N to thrust along z in N and torques about x, y and z in N m."""
ALLOCATION: Final = np.linalg.inv(WRENCH)
"""(4, 4): thrust and torques to rotor thrusts; the inverse of `WRENCH`."""


def settle(throttle: Reals, commands: Reals) -> Reals:
    """The throttles one control step later; `commands` in [-1, 1], both of one shape."""
    wanted: Reals = np.sqrt((commands + 1.0) * 0.5)
    return throttle + LAG * (wanted - throttle)


def thrusts(throttle: Reals) -> Reals:
    """Thrust of each rotor in N: the square of its throttle times the full one."""
    return throttle * throttle * MAX_THRUST
