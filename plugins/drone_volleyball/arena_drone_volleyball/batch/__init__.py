"""Many courts at once for training: NumPy arrays in place of MuJoCo, the referee's constants, layouts and fault table.

It approximates the referee (README.md says how closely) and never stands in for it: nothing here is a game of the
arena, and no part of the plugin that plays matches may import this package.
"""

from arena_drone_volleyball.batch.vector import Volleyball

__all__ = ["Volleyball"]
