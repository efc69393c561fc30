"""What is paid for in training besides the score: what leads to it, in amounts that a run's score outweighs.

The referee knows nothing of this; what a checkpoint is worth is its score alone.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.physics.iris import GRAVITY
from arena_drone_volleyball.rules.drills import LOWEST
from arena_drone_volleyball.rules.faults import BALL_DOWN

PER_METRE: Final = 0.2
"""For a metre of progress towards the place at hand: some 6 m are a point."""
FALL: Final = 2.0
"""What it costs to be down, lest a drone throws itself after the ball."""


class Shaping:
    """The score, and what a fall costs; subclasses look at the bodies before a control step, and pay after it."""

    scale = 1.0
    """What a point of the score pays."""

    def __init__(self, volley: Volleyball) -> None:
        self.bodies, self.rules = volley.bodies, volley.rules

    def fallen(self) -> Flags:
        """(seats, courts): which drones are down."""
        return self.bodies.position[2, : self.rules.seats] < LOWEST

    def before(self) -> None:
        """Remember what `after` compares with."""

    def after(self, over: Flags) -> Floats:
        """(seats, courts): what the control step pays; `over` (courts,) where it ended the run. On courts that began
        anew it means nothing."""
        paid: Floats = -FALL * self.fallen()
        return paid


class Progress(Shaping):
    """`back_and_forth`: towards the place that was at hand (as in racing, Song et al. 2021, arXiv 2103.08624)."""

    def before(self) -> None:
        self._place = self.rules.anchors.copy()
        self._away = self._distance()

    def after(self, over: Flags) -> Floats:
        paid: Floats = PER_METRE * (self._away - self._distance()) - FALL * self.fallen()
        return paid

    def _distance(self) -> Floats:
        apart: Floats = np.sqrt(np.square(self.bodies.position - self._place).sum(axis=0))
        return apart


class Throw(Shaping):
    """`hit_the_ball`: where the ball will land is paid when it is hit, and taken back when the run ends, however it
    does: a potential (Ng, Harada and Russell 1999), by which no other way of flying becomes the best."""

    scale = 0.1

    def before(self) -> None:
        self._foreseen = self._landing()

    def after(self, over: Flags) -> Floats:
        paid: Floats = self.scale * (np.where(over, 0.0, self._landing()) - self._foreseen)[None]
        return paid - FALL * self.fallen()

    def _landing(self) -> Floats:
        """m from the start, as `HitTheBall` counts it; 0 until the hit."""
        (x, y, z), (u, v, w) = self.bodies.ball, self.bodies.ball_velocity
        seconds = (w + np.sqrt(np.maximum(w * w + 2.0 * GRAVITY * (z - BALL_DOWN), 0.0))) / GRAVITY
        at = self.rules.anchors[:, 0]
        far = np.hypot(x + u * seconds - at[0], y + v * seconds - at[1])
        return np.where(self.rules.turn == 1, far, 0.0)


SHAPINGS: Final[Mapping[str, Callable[[Volleyball], Shaping]]] = {"back_and_forth": Progress, "hit_the_ball": Throw}
"""By task; the others pay their score alone."""
