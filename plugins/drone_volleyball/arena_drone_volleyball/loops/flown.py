"""1v1 at a flown level: orders go to the plugin's controllers or to learned skills, which may be trained along."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.agents.goals import GOAL_SIZE, goals
from arena_drone_volleyball.agents.network import Floats, Network
from arena_drone_volleyball.agents.strategy import hands
from arena_drone_volleyball.batch.arrays import Flags
from arena_drone_volleyball.loops.course import Block, Pilot, Shape, Tally
from arena_drone_volleyball.loops.heads import Normal
from arena_drone_volleyball.loops.orders import carried_out, situations
from arena_drone_volleyball.loops.rallies import FAR, NEAR, RallyCourse

ROTORS: Final = 4


class FlownCourse(RallyCourse):
    """As `RallyCourse`, but drones are flown here: orders are due when the situation of a drone changes.

    While the pilot brings no `skills`, the near half's learned ones are frozen, those that the course was made with.
    """

    def __init__(self, level: str, courts: int, skills: Sequence[Network], *, controllers: bool = True) -> None:
        super().__init__(courts, level, hands(skills, controllers=controllers))
        self._skills = tuple(skills)
        self._level, self._flying = level, Normal(ROTORS)

    def shapes(self, steps: int) -> list[Shape]:
        """Also of what each learned skill sees and does."""
        skill = Shape(steps, self.lanes, GOAL_SIZE, ROTORS)
        return [*super().shapes(steps), *[skill] * len(self._skills)]

    def collect(self, pilot: Pilot, block: Block, *skills: Block) -> Tally:
        """Also fill a block for each learned skill, where the pilot brings them."""
        self._step, self._learning = 0, list(zip(pilot.skills, skills, strict=False))
        for _, flown in self._learning:
            flown.observations[0], flown.heard[:] = 0.0, False
        tally = super().collect(pilot, block)
        for number, (_, flown) in enumerate(self._learning):
            flown.rewards[:], flown.ended[:], flown.cut[:] = block.rewards, block.ended, block.cut
            self._look(flown, self._step, self._in_hand(number))
        return tally

    def _begin(self, seed: int) -> None:
        self._held = np.zeros((self.lanes, 2), np.intp)
        super()._begin(seed)

    def _asked(self, decide: Flags, began: Flags) -> Flags:
        now = situations(self._observations.reshape(2 * self.lanes, -1)).reshape(self.lanes, 2)
        due: Flags = ((now != self._held) | began[:, None]) & ~self._anew[:, None]
        self._held = np.where(due, now, self._held)
        return due

    def _moves(self) -> Floats:
        flown = carried_out(self._orders, self.volley.own, self._level)
        for number, skill in enumerate(self._skills):
            rows = self._in_hand(number)
            flown[rows, NEAR] = self._learned(number, rows) if self._learning else skill(self._goals(rows, NEAR))
        for opponent, share in self._facing:
            for number, skill in enumerate(opponent.skills if opponent else ()):
                rows = share[self._hands[share, FAR] == number]
                flown[rows, FAR] = skill(self._goals(rows, FAR))
        self._step += 1
        return np.clip(flown, -1.0, 1.0, out=flown)

    def _in_hand(self, number: int) -> NDArray[np.intp]:
        """The courts on which this skill flies the near drone."""
        return np.flatnonzero((self._hands[:, NEAR] == number) & ~self._anew)

    def _goals(self, rows: NDArray[np.intp], seat: int) -> Floats:
        order = self._orders[rows, seat]
        return goals(self._observations[rows, seat], order[:, 1:4], order[:, 4])

    def _learned(self, number: int, rows: NDArray[np.intp]) -> Floats:
        """Actions of a skill that learns, drawn and noted."""
        (pilot, block), step = self._learning[number], self._step
        self._look(block, step, rows)
        seen = block.observations[step, rows]
        actions, block.chances[step, rows] = self._flying.draw(pilot.network(seen), pilot.spread, self.rng)
        block.actions[step, rows], block.heard[step, rows] = actions, True
        return actions

    def _look(self, block: Block, step: int, rows: NDArray[np.intp]) -> None:
        """Note what the skill sees; where it does not fly, what it saw last: nothing has changed for it since."""
        block.observations[step] = block.observations[max(step - 1, 0)]
        block.observations[step, rows] = self._goals(rows, NEAR)
