"""A court in words and as JSON: what `text` and `view` show. A seat sees its own frame, others the world's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arena.core.values import Json, Seat
from arena_drone_volleyball.control.attitude import Vector
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.play.frame import own_ball, own_body
from arena_drone_volleyball.rules.court import NEAR, SIDES

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
            "position": _mm((body := own_body(contest.world, drone, side)).position),
            "velocity": _mm(body.velocity),
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
        "ball": {"position": _mm(ball.position), "velocity": _mm(ball.velocity)},
        "drones": drones,
    }


def as_text(contest: Contest, viewer: Seat) -> str:
    """The same in a few lines, with where the ball is going: for language models and people."""
    side = contest.side(viewer) if viewer >= 0 else NEAR
    rally, ball = contest.rally, own_ball(contest.world, side)
    points = contest.score.points
    lines = []
    if viewer >= 0:
        lines.append(f"You fly drone {viewer} of the {SIDES[side]} side. x > 0 is your half, in m.")
    lines.append(f"Points near {points[0]}, far {points[1]}; rally {contest.score.rallies}, {rally.hits} hits so far.")
    who = f"drone {rally.serving_drone} is to serve" if rally.serving else f"the {SIDES[rally.turn]} side is to hit"
    hit = ", ".join(map(str, sorted(rally.spent)))
    lines.append(f"Now {who}" + (f"; drones {hit} have hit in this possession." if hit else "."))
    lines.append(f"The ball is at {_m(ball.position)}, flies at {_m(ball.velocity)} m/s, {_landing(ball)}.")
    for drone in range(contest.seats):
        whose = "own" if viewer >= 0 and contest.side(drone) == side else SIDES[contest.side(drone)]
        lines.append(f"Drone {drone} ({whose} side): {_m(own_body(contest.world, drone, side).position)}.")
    return "\n".join(lines)


def _landing(ball: Ball) -> str:
    seconds = ball.falls_to(_HEIGHT)
    if seconds is None:
        return f"and comes up to {_HEIGHT} m no more"
    return f"and comes down through {_HEIGHT} m in {seconds:.2f} s at {_m(ball.at(seconds).position)}"


def _m(point: Vector) -> str:
    return "(" + ", ".join(f"{value:.2f}" for value in point) + ")"


def _mm(point: Vector) -> list[Json]:
    return [round(value, 3) for value in point]
