"""A scripted agent for the single and cooperative tasks: what each seat does when it is to hit, and where it waits."""

from typing import Final, NamedTuple

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Legal
from arena.core.values import EVENTS, TENSOR, Action
from arena_drone_volleyball.agents.sight import Sight, answer, sees
from arena_drone_volleyball.control.attitude import Vector
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import STILL, Order, Skill


class Part(NamedTuple):
    """One seat's part in a task: the order when it is to hit, and where to be else."""

    hit: Order
    place: Vector


# The spike lands short, near -4, for its run-up is hurried; from lower down it would be more so.
# Bumps and the set are ordered as serves: these meet the ball highest, and then it needs the least time to rise.
_SETTER: Final = Part(Order(Skill.SERVE, (2.95, 2.53, 2.5), 1.53), (4.0, -2.5, 2.0))
_SPIKER: Final = Part(Order(Skill.ATTACK, (-6.5, -0.5, 0.2), 1.03), (2.4, 0.3, 3.5))
PARTS: Final = {
    "hit_the_ball": (Part(Order(Skill.SERVE, (-8.0, 0.0, 0.2), 1.6), (4.5, 0.0, 2.0)),),
    "solo_bump": (Part(Order(Skill.SERVE, (4.5, 0.0, 2.4), 1.0), (4.5, 0.0, 2.0)),),
    "bump_and_pass": (
        Part(Order(Skill.SERVE, (4.5, 2.5, 2.4), 1.2), (4.5, -2.5, 1.7)),
        Part(Order(Skill.SERVE, (4.5, -2.5, 2.4), 1.2), (4.5, 2.5, 1.7)),
    ),
    "set_and_spike_easy": (_SETTER, _SPIKER),
    "set_and_spike_hard": (_SETTER, _SPIKER),
}
"""By task and seat; `back_and_forth` has no ball."""
_ONE_HIT: Final = "hit_the_ball"


class TaskAgent(Agent):
    """Flies one drone of a task."""

    wants = frozenset({TENSOR, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._task = seat.game.partition("?")[0].rpartition("/")[2]
        self._hits = 0

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Hit when it is the own turn, else be in place."""
        self._hits += sum(event.kind == "hit" for event in observation.events)
        seen = sees(observation)
        if self._task not in PARTS:
            return answer(legal, self.seat, Order(Skill.GOTO, seen.anchor, 0.0), seen.body, Ball(STILL, STILL))
        part = PARTS[self._task][self.seat.seat]
        order = part.hit if self._mine(seen) else Order(Skill.GOTO, part.place, 0.0)
        return answer(legal, self.seat, order, seen.body, self._ball(seen))

    def _mine(self, seen: Sight) -> bool:
        """In pairs the observation says whose turn it is; alone it always is, but where one hit is all."""
        return seen.rest[9] > 0.5 if self.seat.seats == 2 else not (self._task == _ONE_HIT and self._hits)

    def _ball(self, seen: Sight) -> Ball:
        at = 3 if self.seat.seats == 2 else 0
        x, y, z = (a - b for a, b in zip(seen.body.position, seen.rest[at : at + 3], strict=True))
        u, v, w = seen.rest[at + 3 : at + 6]
        return Ball((x, y, z), (u, v, w))
