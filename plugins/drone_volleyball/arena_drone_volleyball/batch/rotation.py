"""Attitudes in arrays: quaternions w x y z, component first."""

from typing import Final

import numpy as np

from arena_drone_volleyball.batch.arrays import Floats
from arena_drone_volleyball.physics.iris import DAMPING, INERTIA

_JX, _JY, _JZ = (float(j) for j in INERTIA)
_PER_INERTIA: Final = (1.0 / INERTIA).astype(np.float32)[:, None, None]
_GYRO: Final = ((_JY - _JZ) / _JX, (_JZ - _JX) / _JY, (_JX - _JY) / _JZ)
"""Euler's equations: the share of the product of the other two rates in each angular acceleration."""


def ups(quaternion: Floats, out: Floats) -> None:
    """The body z axes in the world, (3, ...), of quaternions (4, ...)."""
    w, x, y, z = quaternion
    np.multiply(x, z, out=out[0])
    out[0] += w * y
    np.multiply(y, z, out=out[1])
    out[1] -= w * x
    np.multiply(x, x, out=out[2])
    out[2] += y * y
    out *= 2.0
    np.subtract(1.0, out[2], out=out[2])


class Spin:
    """Turns all drones at once; owns the buffers for `shape` (drones, courts) and steps of `seconds`."""

    def __init__(self, shape: tuple[int, int], seconds: float) -> None:
        self._seconds = seconds
        self._turning, self._middle, self._pull = (np.empty((3, *shape), np.float32) for _ in range(3))
        self._turned = np.empty((4, *shape), np.float32)
        self._angle, self._product = (np.empty(shape, np.float32) for _ in range(2))

    def advance(self, quaternion: Floats, rates: Floats, torque: Floats) -> None:
        """One substep under `torque` (3, drones, courts) in N m: the midpoint rule, both arrays in place."""
        h, pull = self._seconds, self._pull
        np.multiply(torque, _PER_INERTIA, out=pull)
        self._accelerate(rates, pull)
        np.multiply(self._turning, 0.5 * h, out=self._middle)
        self._middle += rates
        self._accelerate(self._middle, pull)
        self._turning *= h
        rates += self._turning
        self._turn(quaternion, self._middle)

    def _accelerate(self, rates: Floats, pull: Floats) -> None:
        """Angular accelerations at these rates, into `_turning`."""
        p, q, r = rates
        turning, product = self._turning, self._product
        np.multiply(rates, -DAMPING, out=turning)
        turning += pull
        for axis, (one, other) in enumerate(((q, r), (r, p), (p, q))):
            np.multiply(one, other, out=product)
            product *= _GYRO[axis]
            turning[axis] += product

    def _turn(self, quaternion: Floats, rates: Floats) -> None:
        """q <- q (cos a, n sin a) for half the angle a turned in a substep, by the first terms of their series."""
        squared, turned = self._angle, self._turned
        np.multiply(rates, rates, out=self._turning)
        np.sum(self._turning, axis=0, out=squared)
        squared *= 0.25 * self._seconds * self._seconds
        _multiply(quaternion, rates, turned, self._product)
        np.multiply(squared, -0.5 * self._seconds / 6.0, out=self._product)
        self._product += 0.5 * self._seconds
        turned *= self._product
        squared *= -0.5
        squared += 1.0
        quaternion *= squared
        quaternion += turned


def _multiply(quaternion: Floats, rates: Floats, out: Floats, product: Floats) -> None:
    """The quaternion times (0, rates): its vector part times them, once scaled and once crossed."""
    w, x, y, z = quaternion
    np.multiply(quaternion[1:], rates, out=out[1:])
    np.sum(out[1:], axis=0, out=out[0])
    np.negative(out[0], out=out[0])
    np.multiply(rates, w, out=out[1:])
    p, q, r = rates
    for row, plus, minus in ((1, (y, r), (z, q)), (2, (z, p), (x, r)), (3, (x, q), (y, p))):
        out[row] += np.multiply(*plus, out=product)
        out[row] -= np.multiply(*minus, out=product)
