"""What a strategy chooses from at each event of 1v1: orders to the frozen skills, by whose turn it is."""

from itertools import product
from typing import Final

from arena_drone_volleyball.agents.sight import Sight
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import Order, Skill

_DEPTHS: Final = (-0.8, -1.7, -2.6)
_SIDES: Final = (-1.1, 0.0, 1.1)
_FLIGHTS: Final = (0.95, 1.1, 1.3)
_PLACES: Final = tuple(product((0.9, 1.5, 2.1), _SIDES, (1.2, 1.6, 2.0)))
_AIMS: Final = tuple(product(_DEPTHS, _SIDES, _FLIGHTS))

SERVE: Final = tuple(Order(Skill.SERVE, (x, y, 1.9), flight) for x, y, flight in _AIMS)
STRIKE: Final = tuple(Order(Skill.RECEIVE, (x, y, 1.9), flight) for x, y, flight in _AIMS)
WAIT: Final = tuple(Order(Skill.GOTO, place, 0.0) for place in _PLACES)
MENUS: Final = (SERVE, STRIKE, WAIT)
"""By situation, as long as each other: the own serve, the own turn, the other's. A choice is an index into one."""
CHOICES: Final = len(SERVE)
STILL_BALL: Final = 1e-3
"""m/s: a ball in play never falls plumb, one that is tossed does."""


def situation(seen: Sight) -> int:
    """Which of the menus counts now."""
    ball = ball_of(seen)
    if seen.rest[9] <= 0.5:
        return 2
    return int(abs(ball.velocity[0]) + abs(ball.velocity[1]) >= STILL_BALL)


def ball_of(seen: Sight) -> Ball:
    """The ball as a drone of 1v1 sees it."""
    x, y, z = (a - b for a, b in zip(seen.body.position, seen.rest[3:6], strict=True))
    u, v, w = seen.rest[6:9]
    return Ball((x, y, z), (u, v, w))
