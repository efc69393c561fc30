"""A ball in flight: nothing but gravity acts on it (RULES.md 2.3)."""

from math import sqrt
from typing import NamedTuple

from arena_drone_volleyball.control.attitude import Vector
from arena_drone_volleyball.physics.iris import GRAVITY


class Ball(NamedTuple):
    """Position in m and velocity in m/s."""

    position: Vector
    velocity: Vector

    def at(self, seconds: float) -> "Ball":
        """The ball so much later."""
        (x, y, z), (u, v, w) = self
        fall = GRAVITY * seconds
        return Ball((x + u * seconds, y + v * seconds, z + (w - 0.5 * fall) * seconds), (u, v, w - fall))

    def falls_to(self, height: float) -> float | None:
        """Seconds until it comes down through `height`; None when it never again will."""
        under = self.velocity[2] ** 2 - 2.0 * GRAVITY * (height - self.position[2])
        if under < 0.0:
            return None
        seconds = (self.velocity[2] + sqrt(under)) / GRAVITY
        return seconds if seconds > 0.0 else None

    @property
    def apex(self) -> float:
        """The highest it will be from now on, in m."""
        rise = max(self.velocity[2], 0.0)
        return self.position[2] + rise * rise / (2.0 * GRAVITY)

    @property
    def top(self) -> float:
        """The highest point of its flight, past or to come, in m."""
        return self.position[2] + self.velocity[2] ** 2 / (2.0 * GRAVITY)


def launch(start: Vector, target: Vector, seconds: float) -> Vector:
    """The velocity with which a ball flies from `start` to `target` in this time."""
    u, v, w = ((b - a) / seconds for a, b in zip(start, target, strict=True))
    return u, v, w + 0.5 * GRAVITY * seconds


def flight_time(start: Vector, target: Vector, apex: float) -> float:
    """Seconds of a flight over `apex`, which must not be below either end."""
    up, down = max(apex - start[2], 0.0), max(apex - target[2], 0.0)
    return sqrt(2.0 * up / GRAVITY) + sqrt(2.0 * down / GRAVITY)
