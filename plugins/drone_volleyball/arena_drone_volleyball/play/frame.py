"""The view from one's own half: x runs from the net into the own court, so that both sides see the same game.

The near side's half has x > 0 in the world, and its frame is the world's; the far side's is turned by 180 degrees
about z.
Drones begin with heading x in their own frame, away from the net.
"""

from arena_drone_volleyball.control.attitude import Body, Vector
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.physics.world import World


def own_point(point: Vector, side: int) -> Vector:
    """A point or velocity of the world in a side's frame, and back: the turn is its own inverse."""
    x, y, z = point
    return (-x, -y, z) if side else (x, y, z)


def own_body(world: World, drone: int, side: int) -> Body:
    """A drone in the frame of `side`; its quaternion has w >= 0."""
    x, y, z, qw, qx, qy, qz = world.poses[drone].tolist()
    u, v, w, p, q, r = world.twists[drone].tolist()
    if side:
        x, y, u, v = -x, -y, -u, -v
        qw, qx, qy, qz = -qz, -qy, qx, qw
    if qw < 0.0:
        qw, qx, qy, qz = -qw, -qx, -qy, -qz
    a, b, c, d = world.throttle[drone].tolist()
    return Body((x, y, z), (qw, qx, qy, qz), (u, v, w), (p, q, r), (a, b, c, d))


def own_ball(world: World, side: int) -> Ball:
    """The ball in the frame of `side`."""
    x, y, z = world.ball.tolist()
    u, v, w = world.ball_velocity.tolist()
    return Ball(own_point((x, y, z), side), own_point((u, v, w), side))
