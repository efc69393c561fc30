"""What a learned skill sees while it carries out an order of 1v1: itself, the ball and the order, but not the other."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.play.layout import BALL_VELOCITY, BODY, TO_BALL, Layout, Part, size

Floats = NDArray[np.float32]

GOAL_LAYOUT: Final[Layout] = (
    *BODY,
    TO_BALL,
    BALL_VELOCITY,
    Part("to target", 3, "position less the order's target, m"),
    Part("flight", 1, "for how long the ball is to fly to it, s"),
)
GOAL_SIZE: Final = size(GOAL_LAYOUT)
_BODY: Final = size(BODY)
_BALL: Final = slice(29, 35)
"""Of a view of 1v1: to ball, ball velocity."""


def goals(seen: Floats, targets: Floats, flights: Floats) -> Floats:
    """(n, 33) for views (n, 37) of 1v1, targets (n, 3) and flights (n,)."""
    return np.concatenate((seen[:, :_BODY], seen[:, _BALL], seen[:, :3] - targets, flights[:, None]), axis=1)
