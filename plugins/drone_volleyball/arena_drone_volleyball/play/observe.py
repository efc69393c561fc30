"""Observation vectors of a court, as `layout` describes them."""

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.control.attitude import Body, to_body, upward
from arena_drone_volleyball.physics.iris import Array
from arena_drone_volleyball.physics.world import World
from arena_drone_volleyball.play.frame import own_ball, own_body
from arena_drone_volleyball.rules.court import Court
from arena_drone_volleyball.rules.rally import Rally

_TURN = np.array((-1.0, -1.0, 1.0))


def court_vector(world: World, court: Court, rally: Rally, drone: int) -> NDArray[np.float32]:
    """What a drone observes: float32, as long as its court's layout."""
    side = court.side(drone)
    body, ball = own_body(world, drone, side), own_ball(world, side)
    anchor, number = court.formation[drone % court.team], drone % court.team
    values = body_values(body)
    values += [a - b for a, b in zip(body.position, anchor, strict=True)]
    places = _own_places(world, court, side) - body.position
    to_ball = [a - b for a, b in zip(body.position, ball.position, strict=True)]
    turn = [1.0, 0.0] if rally.turn == side else [0.0, 1.0]
    if court.team == 1:
        values += [*places[1].tolist(), *to_ball, *ball.velocity, *turn]
    else:
        spent = rally.turn == side and drone in rally.spent
        values += [*to_ball, *ball.velocity, *turn, *(float(i == number) for i in range(court.team))]
        values += [0.0, 1.0] if spent else [1.0, 0.0]
        values += places.ravel().tolist()
    return np.array(values, dtype=np.float32)


def body_values(body: Body) -> list[float]:
    """The 23 numbers of a drone's own state."""
    heading, left, up = _axes(body)
    p, q, r = body.rates
    spin = [p * a + q * b + r * c for a, b, c in zip(heading, left, up, strict=True)]
    throttle = [2.0 * each - 1.0 for each in body.throttle]
    return [*body.position, *body.quaternion, *body.velocity, *spin, *heading, *up, *throttle]


def _axes(body: Body) -> tuple[list[float], list[float], list[float]]:
    columns = [to_body(body.quaternion, axis) for axis in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))]
    heading, left = ([column[i] for column in columns] for i in (0, 1))
    return heading, left, list(upward(body))


def _own_places(world: World, court: Court, side: int) -> Array:
    places: Array = world.poses[:, :3]
    if side:
        places = np.concatenate((places[court.team :], places[: court.team])) * _TURN
    return places
