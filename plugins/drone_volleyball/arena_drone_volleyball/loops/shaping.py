"""What is paid for in training besides the score: what leads to it, in amounts that a run's score outweighs.

The referee knows nothing of this; what a checkpoint is worth is its score alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final

import numpy as np

from arena_drone_volleyball.batch.arrays import Flags, Floats
from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.physics.iris import GRAVITY
from arena_drone_volleyball.rules.drills import LOWEST, TARGET
from arena_drone_volleyball.rules.faults import BALL_DOWN

PER_METRE: Final = 0.2
"""For a metre of progress towards the place at hand: some 6 m are a point."""
NEARER: Final = 0.5
"""For a metre towards a ball that is to be hit once."""
MET: Final = 2.0
"""m: about where a ball is hit."""
FALL: Final = 2.0
"""What it costs to be down, lest a drone throws itself after the ball."""


def comes_down(bodies: Bodies, height: float) -> Floats:
    """(2, courts): x and y at which the ball will be `height` m high, or has been."""
    (x, y, z), (u, v, w) = bodies.ball, bodies.ball_velocity
    seconds = (w + np.sqrt(np.maximum(w * w + 2.0 * GRAVITY * (z - height), 0.0))) / GRAVITY
    return np.stack((x + u * seconds, y + v * seconds))


class Shaping(ABC):
    """Looks at the bodies before a control step, and pays after it."""

    scale = 1.0
    """What a point of the score pays."""

    def __init__(self, volley: Volleyball) -> None:
        self.bodies, self.rules = volley.bodies, volley.rules

    @abstractmethod
    def before(self) -> None:
        """Remember what `after` compares with."""

    @abstractmethod
    def after(self, over: Flags) -> Floats:
        """(seats, courts): what the control step pays; `over` (courts,) where it ended the run. On courts that began
        anew it means nothing."""

    def fallen(self) -> Flags:
        """(seats, courts): which drones are down."""
        return self.bodies.position[2, : self.rules.seats] < LOWEST


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


class Approach(Shaping):
    """1v1, for each of the two drones: towards where the ball will come down. A hit ends what is practised; what led to
    it is kept, for there is but one, and it pays more."""

    def before(self) -> None:
        self._away = self._distance()

    def after(self, over: Flags) -> Floats:
        paid: Floats = np.where(over, 0.0, NEARER * (self._away - self._distance())) - FALL * self.fallen()
        return paid

    def _distance(self) -> Floats:
        apart: Floats = np.hypot(*(comes_down(self.bodies, MET)[:, None] - self.bodies.position[:2]))
        return apart


class Potential(Shaping):
    """What `worth` says is paid as it changes, and taken back when the run ends, however it does: a potential (Ng,
    Harada and Russell 1999), undiscounted: over a whole run it comes to the same, however a drone flies."""

    def before(self) -> None:
        self._had = self.worth()

    def after(self, over: Flags) -> Floats:
        paid: Floats = np.where(over, 0.0, self.worth()) - self._had - FALL * self.fallen()
        return paid

    @abstractmethod
    def worth(self) -> Floats:
        """(courts,): how good the state is."""


class Throw(Potential):
    """`hit_the_ball`: once it is hit, how far it will land from the start, as the score counts it."""

    scale = 0.1

    def worth(self) -> Floats:
        x, y = comes_down(self.bodies, BALL_DOWN) - self.rules.anchors[:2, 0]
        return np.where(self.rules.turn == 1, self.scale * np.hypot(x, y), 0.0)


class Under(Potential):
    """With a ball to be hit in turn: how near to whoever is to hit it will come down, or to the target after them."""

    def worth(self) -> Floats:
        turn, seats = self.rules.turn, self.rules.seats
        hitters = self.bodies.position[:2, np.minimum(turn, seats - 1), np.arange(len(turn))]
        target = np.array(TARGET, np.float32)[:, None]
        apart = np.where(
            turn < seats, comes_down(self.bodies, MET) - hitters, comes_down(self.bodies, BALL_DOWN) - target
        )
        worth: Floats = -PER_METRE * np.hypot(*apart)
        return worth


SHAPINGS: Final[Mapping[str, type[Shaping]]] = {
    "back_and_forth": Progress,
    "hit_the_ball": Throw,
    "solo_bump": Under,
    "bump_and_pass": Under,
    "set_and_spike_easy": Under,
    "set_and_spike_hard": Under,
}
"""By task."""
