"""The courts, and where everybody stands when a rally begins. Lengths in m; x runs from the far to the near side.

The near side, 0, has x > 0; the far side, 1, is the near one turned by 180 degrees about z. Sizes and formations are
those of VolleyBots (arXiv 2502.01932).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from arena_drone_volleyball.physics.iris import Array

NEAR: Final = 0
FAR: Final = 1
SIDES: Final = ("near", "far")
NET_HEIGHT: Final = 2.43
NET_DEPTH: Final = 0.3
"""m: half of the volume's depth, so that no ball jumps it within a control step."""
HEADINGS: Final = np.array([(1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)])
"""The quaternion w x y z of a level drone of each side that looks from the net into its own half."""
SCATTER: Final = 0.1
"""m: a rally begins within so much of the formation in each direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """One size of the game.

    `formation` holds the near side's starting places (n, 3), `server` the index of whoever serves, `toss` how high
    above the server the ball begins, `steps` the control steps a rally may last.
    """

    name: str
    length: float
    width: float
    formation: tuple[tuple[float, float, float], ...]
    server: int
    toss: float
    steps: int
    hit_reward: float

    @property
    def team(self) -> int:
        """Drones on a side."""
        return len(self.formation)

    @property
    def drones(self) -> int:
        """Drones on both sides: the near side's come first."""
        return 2 * self.team

    def anchors(self) -> Array:
        """Everybody's starting place, (drones, 3)."""
        near = np.array(self.formation)
        return np.concatenate((near, near * (-1.0, -1.0, 1.0)))

    def poses(self, scatter: Array) -> Array:
        """Everybody's first pose (drones, 7), level, `scatter` (drones, 3) away from the formation."""
        headings = np.repeat(HEADINGS, self.team, axis=0)
        return np.concatenate((self.anchors() + scatter, headings), axis=1)

    def side(self, drone: int) -> int:
        """The side a drone plays for."""
        return NEAR if drone < self.team else FAR

    def contains(self, x: float, y: float) -> bool:
        """Whether a point of the floor is in."""
        return abs(x) <= self.length / 2.0 and abs(y) <= self.width / 2.0


DUEL: Final = Court(
    name="1v1",
    length=6.0,
    width=3.0,
    formation=((1.5, 0.0, 2.0),),
    server=0,
    toss=1.5,
    steps=1000,
    hit_reward=5.0,
)
TRIO: Final = Court(
    name="3v3",
    length=12.0,
    width=6.0,
    formation=((3.0, -1.5, 2.0), (3.0, 1.5, 2.0), (6.0, 0.0, 2.0)),
    server=2,
    toss=3.0,
    steps=500,
    hit_reward=10.0,
)
SEXTET: Final = Court(
    name="6v6",
    length=18.0,
    width=9.0,
    formation=((3.0, -3.0, 2.0), (3.0, 0.0, 2.0), (3.0, 3.0, 2.0), (6.0, -3.0, 2.0), (9.0, 0.0, 2.0), (6.0, 3.0, 2.0)),
    server=4,
    toss=3.0,
    steps=500,
    hit_reward=10.0,
)
COURTS: Final = {court.name: court for court in (DUEL, TRIO, SEXTET)}
