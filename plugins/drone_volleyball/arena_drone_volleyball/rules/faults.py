"""The fault table: each row says what is wrong and whose fault it is. RULES.md 4 tells the same in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from arena_drone_volleyball.physics.world import Touch
from arena_drone_volleyball.rules.court import FAR, NEAR, NET_DEPTH, NET_HEIGHT, Court

BALL_DOWN: Final = 0.2
"""m: a ball below it has touched the floor."""
DRONE_DOWN: Final = 0.3
"""m: a drone below it has crashed."""
TOO_CLOSE: Final = 0.8
"""m: teammates nearer to each other collide."""

Sides: TypeAlias = frozenset[int]
_NOBODY: Final[Sides] = frozenset()
_ONE: Final = (frozenset({NEAR}), frozenset({FAR}))

Point: TypeAlias = Sequence[float]


@dataclass(frozen=True, slots=True)
class Moment:
    """What the referee sees at the end of a control step.

    `touches` are the hits that began in it, `may_hit` the drones that were allowed to hit when it began, `hitter` the
    side that hit the ball last (the server's before the first hit).
    """

    court: Court
    drones: Sequence[Point]
    ball: Point
    touches: Sequence[Touch]
    may_hit: frozenset[int]
    hitter: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A row: `sides` names the sides at fault, if any. `no_winner`: in VolleyBots nobody wins a rally by it."""

    name: str
    rule: str
    sides: Callable[[Moment], Sides]
    no_winner: bool = False


def _out_of_turn(moment: Moment) -> Sides:
    if not moment.touches:
        return _NOBODY
    return frozenset(moment.court.side(t.drone) for t in moment.touches if t.drone not in moment.may_hit)


def _without_racket(moment: Moment) -> Sides:
    if not moment.touches:
        return _NOBODY
    return frozenset(moment.court.side(t.drone) for t in moment.touches if not t.racket)


def _across_the_net(moment: Moment) -> Sides:
    team, drones = moment.court.team, moment.drones
    near = any(place[0] < 0.0 for place in drones[:team])
    far = any(place[0] > 0.0 for place in drones[team:])
    return _both(near, far)


def _ball_down(moment: Moment) -> Sides:
    x, y, z = moment.ball
    if z >= BALL_DOWN or not moment.court.contains(x, y):
        return _NOBODY
    return _ONE[NEAR if x > 0.0 else FAR]


def _ball_out(moment: Moment) -> Sides:
    x, y, z = moment.ball
    outside = not moment.court.contains(x, y)
    return _ONE[moment.hitter] if outside and (moment.court.team == 1 or z < BALL_DOWN) else _NOBODY


def _ball_in_net(moment: Moment) -> Sides:
    x, y, z = moment.ball
    inside = abs(x) < NET_DEPTH and abs(y) < moment.court.width / 2.0 and z < NET_HEIGHT
    return _ONE[moment.hitter] if inside else _NOBODY


def _drone_down(moment: Moment) -> Sides:
    team, drones = moment.court.team, moment.drones
    near = any(place[2] < DRONE_DOWN for place in drones[:team])
    far = any(place[2] < DRONE_DOWN for place in drones[team:])
    return _both(near, far)


def _teammates_collide(moment: Moment) -> Sides:
    team = moment.court.team
    if team == 1:
        return _NOBODY
    return _both(_crowded(moment.drones[:team]), _crowded(moment.drones[team:]))


def _crowded(places: Sequence[Point]) -> bool:
    for i, (x, y, z) in enumerate(places):
        for u, v, w in places[:i]:
            if abs(x - u) < TOO_CLOSE and (x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2 < TOO_CLOSE * TOO_CLOSE:
                return True
    return False


def _both(near: bool, far: bool) -> Sides:
    return (_ONE[NEAR] if near else _NOBODY) | (_ONE[FAR] if far else _NOBODY)


FAULTS: Final = (
    Fault("hit out of turn", "4.1", _out_of_turn),
    Fault("hit without the racket", "4.2", _without_racket),
    Fault("drone across the net", "4.3", _across_the_net),
    Fault("ball down", "4.4", _ball_down),
    Fault("ball out", "4.5", _ball_out),
    Fault("ball in the net", "4.6", _ball_in_net),
    Fault("drone down", "4.7", _drone_down, no_winner=True),
    Fault("teammates collide", "4.8", _teammates_collide, no_winner=True),
)
"""Every fault there is."""
