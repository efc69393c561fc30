"""A court in words and as JSON: what `text` and `view` show. A seat sees its own frame, others the world's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import dist
from typing import TYPE_CHECKING

from arena.core.values import Json, Seat
from arena_drone_volleyball.physics.world import World
from arena_drone_volleyball.play.frame import own_ball, own_body
from arena_drone_volleyball.rules.court import NEAR, NET_HEIGHT, SIDES

if TYPE_CHECKING:
    from arena_drone_volleyball.play.contest import Contest

_HEIGHT = 1.9


def as_view(contest: Contest, viewer: Seat) -> Json:
    """The whole view: points, the rally, the ball and the drones, in m and m/s, rounded to mm."""
    side = contest.side(viewer) if viewer >= 0 else NEAR
    rally, ball = contest.rally, own_ball(contest.world, side)
    drones: list[Json] = [
        {
            "seat": drone,
            "side": SIDES[contest.side(drone)],
            "position": rounded((body := own_body(contest.world, drone, side)).position),
            "velocity": rounded(body.velocity),
            "hit": drone in rally.spent,
        }
        for drone in range(contest.seats)
    ]
    return {
        "frame": SIDES[side],
        "points": {SIDES[each]: contest.score.points[each] for each in (0, 1)},
        "rally": contest.score.rallies,
        "step": rally.steps,
        "server": rally.serving_drone,
        "serving": rally.serving,
        "turn": SIDES[rally.turn],
        "last": SIDES[rally.last],
        "hits": rally.hits,
        "ball": {"position": rounded(ball.position), "velocity": rounded(ball.velocity)},
        "drones": drones,
    }


def as_text(contest: Contest, viewer: Seat) -> str:
    """What a seat needs to decide, in a few lines, for language models and people; others get it without "you"."""
    side = contest.side(viewer) if viewer >= 0 else NEAR
    lines = [*(_you(contest, viewer, side) if viewer >= 0 else ()), _score(contest), _turn(contest, viewer)]
    lines.append(ball_in_words(contest.world, side) + _landing(contest, viewer, side))
    for each in (side, 1 - side):
        mine = [drone for drone in range(contest.seats) if contest.side(drone) == each]
        places = ", ".join(f"{drone} at {metres(own_body(contest.world, drone, side).position)}" for drone in mine)
        whose = _whose(each, viewer, side)
        lines.append(f"Drone{'s' if len(mine) > 1 else ''} of {whose}: {places}.")
    return "\n".join(lines)


def _you(contest: Contest, viewer: Seat, side: int) -> list[str]:
    court = contest.court
    return [
        f"You fly drone {viewer} of the {SIDES[side]} side. All places are x, y, z in m in your own frame: your half "
        f"has x from 0 to {court.length / 2.0:g}, the other x from {-court.length / 2.0:g} to 0, y goes from "
        f"{-court.width / 2.0:g} to {court.width / 2.0:g}; the net at x = 0 is {NET_HEIGHT:g} m high."
    ]


def _score(contest: Contest) -> str:
    near, far = contest.score.points
    return f"Points near {near}, far {far}; rally {contest.score.rallies}, hits so far: {contest.rally.hits}."


def _turn(contest: Contest, viewer: Seat) -> str:
    rally, may = contest.rally, contest.rally.may_hit()
    if rally.serving:
        who = f"drone {rally.serving_drone} is to serve"
    else:
        who = f"the {SIDES[rally.turn]} side is to hit, and may: {_names(may) or 'nobody'}"
    return f"Now {who}." if viewer < 0 else f"Now {who}. {_yours(contest, viewer)}"


def _yours(contest: Contest, viewer: Seat) -> str:
    """Whether the seat may hit: a ball on its way over is decided upon before it crosses, for then it is late."""
    if viewer in contest.rally.may_hit():
        return "You may hit the ball."
    side = contest.side(viewer)
    ball = own_ball(contest.world, side)
    lands = ball.falls_to(_HEIGHT)
    if contest.rally.turn != side and not contest.rally.serving and lands and ball.at(lands).position[0] > 0.0:
        return "It comes over to your half: you may hit it once it has crossed the net, so order that now."
    return "You must not touch the ball now."


def _landing(contest: Contest, viewer: Seat, side: int) -> str:
    """Whose half the ball comes down in, and who is near."""
    ball = own_ball(contest.world, side)
    seconds = ball.falls_to(_HEIGHT)
    if seconds is None:
        return ""
    x, y, _ = ball.at(seconds).position
    if not contest.court.contains(x, y):
        return " That is outside the court."
    half = side if x > 0.0 else 1 - side
    apart = {drone: dist(own_body(contest.world, drone, side).position[:2], (x, y)) for drone in range(contest.seats)}
    there = [drone for drone in apart if contest.side(drone) == half]
    nearest = min(there, key=lambda drone: apart[drone])
    name = "you are" if nearest == viewer else f"drone {nearest} is"
    yours = f", and you are {apart[viewer]:.2f} m" if viewer in there and viewer != nearest else ""
    whose = _whose(half, viewer, side)
    return f" That is in the half of {whose}; {name} nearest, {apart[nearest]:.2f} m from there{yours}."


def _whose(side: int, viewer: Seat, own: int) -> str:
    return f"the {SIDES[side]} side" + ("" if viewer < 0 else " (yours)" if side == own else " (the other)")


def _names(drones: Collection[int]) -> str:
    return ", ".join(f"drone {drone}" for drone in sorted(drones))


def ball_in_words(world: World, side: int = NEAR) -> str:
    """Where the ball is in the frame of `side`, and where it comes down to the height of a bump."""
    ball = own_ball(world, side)
    seconds = ball.falls_to(_HEIGHT)
    falls = "up to" if seconds is None else "down through"
    where = " no more" if seconds is None else f" in {seconds:.2f} s at {metres(ball.at(seconds).position)}"
    return (
        f"The ball is at {metres(ball.position)} and flies at {metres(ball.velocity)} m/s. "
        f"It comes {falls} {_HEIGHT} m{where}."
    )


def metres(point: Sequence[float]) -> str:
    """A point to the centimetre, in brackets."""
    return "(" + ", ".join(f"{value:.2f}" for value in point) + ")"


def rounded(point: Iterable[float]) -> list[Json]:
    """A point to the millimetre, as JSON has it."""
    return [round(float(value), 3) for value in point]
