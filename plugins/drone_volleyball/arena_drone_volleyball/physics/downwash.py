"""The wind below a drone, which pushes those that fly under it.

As in VolleyBots: a drone at distance r from the axis of another and z below it feels that one's thrust downwards, times
exp(-(KR r / z)^2 / 2) / (1 + KZ z)^2.
"""

from typing import Final

import numpy as np

from arena_drone_volleyball.physics.iris import Array

KR: Final = 2.0
KZ: Final = 0.3


def downwash(positions: Array, ups: Array, total: Array) -> Array:
    """The force in N on each drone, (n, 3).

    `positions` (n, 3) in m, `ups` (n, 3) the unit body z axes, `total` (n,) the thrust of each drone in N.
    """
    apart = positions[:, None, :] - positions[None, :, :]  # [lower, upper]
    below = -np.einsum("ijk,jk->ij", apart, ups)
    squared = np.einsum("ijk,ijk->ij", apart, apart) - below * below
    under = below > 1e-6
    depth = np.where(under, below, 1.0)
    share = np.where(under, np.exp(-0.5 * KR * KR * squared / (depth * depth)) / (1.0 + KZ * depth) ** 2, 0.0)
    return -(share * total[None, :]) @ ups
