"""What an observation vector holds: the published layouts of VolleyBots, field by field (RULES.md 6).

SI units, float32, in the frame of the viewer's own half. Relative positions are those of VolleyBots: "to anchor" and
"to ball" are the own position less the other's, "to others" the others' less the own.
"""

from typing import Final, NamedTuple

from arena_drone_volleyball.rules.court import Court
from arena_drone_volleyball.rules.drills import Drill


class Part(NamedTuple):
    """A run of an observation vector: its name, how many numbers, and what they are."""

    name: str
    size: int
    help: str


BODY: Final = (
    Part("position", 3, "m"),
    Part("quaternion", 4, "w x y z, w >= 0"),
    Part("velocity", 3, "m/s"),
    Part("angular velocity", 3, "rad/s, about the axes of position"),
    Part("heading", 3, "unit vector of the body's x axis"),
    Part("up", 3, "unit vector of the body's z axis"),
    Part("throttle", 4, "each rotor's, -1 to 1"),
)
TO_ANCHOR: Final = Part("to anchor", 3, "position less the own starting place, m")
TO_BALL: Final = Part("to ball", 3, "position less the ball's, m")
BALL_VELOCITY: Final = Part("ball velocity", 3, "m/s")
TURN: Final = Part("turn", 2, "one-hot: mine, the other's")
Layout = tuple[Part, ...]


def court_layout(court: Court) -> Layout:
    """The layout of a court: 37 numbers in 1v1, 57 in 3v3, 78 in 6v6."""
    if court.team == 1:
        other = Part("to other", 3, "the other drone's position less the own, m")
        return (*BODY, TO_ANCHOR, other, TO_BALL, BALL_VELOCITY, TURN)
    team = court.team
    return (
        *BODY,
        TO_ANCHOR,
        TO_BALL,
        BALL_VELOCITY,
        Part("side", 2, "one-hot: my side is to hit, the other is"),
        Part("id", team, "one-hot: my number in the team"),
        Part("already hit", 2, "one-hot: no, yes; in this possession"),
        Part("to others", 6 * team, "position less the own of each drone of my side, then of the other, by number, m"),
    )


def drill_layout(drill: type[Drill]) -> Layout:
    """The layout of a task: 26 numbers without a ball, 32 with one, 40 in two."""
    if drill.toss is None:
        return (*BODY, TO_ANCHOR)
    if len(drill.starts) == 1:
        return (*BODY, TO_ANCHOR, TO_BALL, BALL_VELOCITY)
    other = Part("to other", 3, "the other drone's position less the own, m")
    turn = Part("turn", 3, "one-hot: mine, the other's, nobody's")
    return (*BODY, TO_ANCHOR, other, TO_BALL, BALL_VELOCITY, turn, Part("id", 2, "one-hot: my number"))


def size(layout: Layout) -> int:
    """How long the vector is."""
    return sum(part.size for part in layout)


def describe(layout: Layout) -> str:
    """The layout in words, with the index at which each part begins."""
    told, at = [], 0
    for part in layout:
        told.append(f"[{at}:{at + part.size}] {part.name} ({part.help})")
        at += part.size
    return "; ".join(told)
