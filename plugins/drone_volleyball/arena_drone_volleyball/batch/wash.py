"""The law of `physics.downwash` for many courts at once."""

import numpy as np

from arena_drone_volleyball.batch.arrays import Floats
from arena_drone_volleyball.physics.downwash import KR, KZ


class Wash:
    """Owns the buffers for all pairs of drones: [lower, upper, court]."""

    def __init__(self, courts: int, drones: int) -> None:
        shape = (drones, drones, courts)
        self._apart, self._below, self._squared, self._product = (np.empty(shape, np.float32) for _ in range(4))

    def add(self, push: Floats, position: Floats, up: Floats, thrust: Floats) -> None:
        """Add the force in N on each drone to `push`; all (3, drones, courts) but `thrust` (drones, courts)."""
        below, squared, product = self._below, self._squared, self._product
        below[:] = 0.0
        squared[:] = 0.0
        for axis in range(3):
            np.subtract(position[axis][None], position[axis][:, None], out=self._apart)
            np.multiply(self._apart, up[axis][None], out=product)
            below += product
            np.multiply(self._apart, self._apart, out=product)
            squared += product
        np.multiply(below, below, out=product)
        squared -= product
        np.maximum(squared, 0.0, out=squared)
        share = self._share()
        share *= thrust[None]
        for axis in range(3):
            np.multiply(share, up[axis][None], out=product)
            push[axis] -= product.sum(axis=1)

    def _share(self) -> Floats:
        """The share of the upper one's thrust that reaches the lower one."""
        under = self._below > 1e-6
        depth, squared, fading = np.maximum(self._below, 1e-6, out=self._below), self._squared, self._product
        np.multiply(depth, depth, out=fading)
        squared /= fading
        squared *= -0.5 * KR * KR
        np.exp(squared, out=squared)
        depth *= KZ
        depth += 1.0
        depth *= depth
        squared /= depth
        squared *= under
        return squared
