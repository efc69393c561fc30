"""What was flown in a match, control step by control step: it is kept while a record is played again, never in play."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.core.game import Event, State
from arena.core.values import OMNISCIENT
from arena_drone_volleyball.physics.world import CONTROL_SECONDS
from arena_drone_volleyball.play.flight import Flight
from arena_drone_volleyball.rules.court import SIDES

_OPENING: Final = frozenset({"serve", "start"})
"""Events that come before the control step they are noted with; all others come of the one before."""


class Moment(NamedTuple):
    """An event, and the number of the shot that shows it."""

    event: Event
    shot: int


class Film:
    """`shots` are poses of drones and ball (float32, 7 a drone and 3), one a control step; `moments` are all events.

    Raises:
        BadRequest: nothing was flown.
    """

    def __init__(self, states: Iterable[State]) -> None:
        self.shots: list[NDArray[np.float32]] = []
        self.moments: list[Moment] = []
        flight = None
        for state in states:
            if flight is None:
                assert isinstance(state, Flight)
                flight = state
                flight.watch(self._look)
        if flight is None or not self.shots:
            raise BadRequest("nothing was flown in this match; choose another one")
        self._note(flight)
        self.drones = flight.world.drones
        self.sides = [flight.side(drone) for drone in range(self.drones)]

    def _look(self, flight: Flight) -> None:
        self._note(flight)
        self.shots.append(flight.world.data.qpos.astype(np.float32))

    def _note(self, flight: Flight) -> None:
        for event in flight.events(OMNISCIENT, len(self.moments)):
            self.moments.append(Moment(event, len(self.shots) - (event.kind not in _OPENING)))

    def ball(self, shot: int) -> list[float]:
        """Where the ball is, in m."""
        place: list[float] = self.shots[shot][-3:].tolist()
        return place

    def places(self, shot: int) -> list[list[float]]:
        """Where the drones are, in m."""
        places: list[list[float]] = self.shots[shot][:-3].reshape(-1, 7)[:, :3].tolist()
        return places

    def caption(self, shot: int) -> str:
        """Score and time at a shot, in words."""
        told = [moment.event for moment in self.moments if moment.shot <= shot]
        return f"{_standing(told)}   {shot * CONTROL_SECONDS:.2f} s"

    def rallies(self) -> list[tuple[int, int]]:
        """The first shot of each rally, and the one after its last; a task is one."""
        starts = [moment.shot for moment in self.moments if moment.event.kind in _OPENING]
        ends = [*starts[1:], len(self.shots)]
        return [pair for pair in zip(starts, ends, strict=True) if pair[0] < pair[1]]


def _standing(told: Sequence[Event]) -> str:
    last = {event.kind: event for event in told}
    if "start" in last:
        score = last["score"].data["score"] if "score" in last else 0
        return f"{last['start'].data['task']}   score {score}"
    points = last["rally"].data["points"] if "rally" in last else dict.fromkeys(SIDES, 0)
    assert isinstance(points, dict)
    near, far = (points[side] for side in SIDES)
    if told and told[-1].kind == "rally":
        ending = told[-1].data
        return f"near {near} : {far} far   {ending['winner'] or 'nobody'} wins the rally by {ending['reason']}"
    serve = max(i for i, event in enumerate(told) if event.kind == "serve")
    hits = sum(event.kind == "hit" for event in told[serve:])
    return f"near {near} : {far} far   rally {told[serve].data['rally']}, hit {hits}"
