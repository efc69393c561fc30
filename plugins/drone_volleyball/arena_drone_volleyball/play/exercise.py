"""One run of a task: a `Drill` in the air, flown by one seat or two, scored."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from arena.core.game import Outcome, SeatOutcome
from arena.core.seed import Seed
from arena.core.values import TENSOR, TEXT, VIEW, Fields, Json, Seat, Value
from arena_drone_volleyball.control.attitude import Commands, steer
from arena_drone_volleyball.control.skills import HEIGHTS, Order, Skill, fly
from arena_drone_volleyball.physics.iris import Array
from arena_drone_volleyball.physics.world import Touch, World
from arena_drone_volleyball.play.flight import Flight
from arena_drone_volleyball.play.frame import own_ball, own_body, own_point
from arena_drone_volleyball.play.levels import Level
from arena_drone_volleyball.play.observe import body_values
from arena_drone_volleyball.play.tell import ball_in_words, metres, rounded
from arena_drone_volleyball.rules.court import FAR, HEADINGS, NEAR, SCATTER, SIDES
from arena_drone_volleyball.rules.drills import Drill

AWAY: Final = np.array((4.5, 0.0, 2_000.0))
"""Where the ball is in tasks without one: so high that 800 control steps, 1,256 m, do not bring it down."""
BLOCK: Final = Order(Skill.RECEIVE, (-3.0, 0.0, 1.9), 1.3)
"""What the defender does about a ball that comes down farther than `BEYOND` from the net, in m; else it waits."""
BEYOND: Final = 0.3


class Exercise(Flight):
    """The state of one run; `drill` counts."""

    __slots__ = ("drill",)

    def __init__(self, drill: Drill, level: Level, seed: Seed, *, step: float) -> None:
        seats = len(drill.starts)
        super().__init__(World(seats + (drill.defender is not None), step), [level] * seats)
        self.drill = drill
        poses = self._poses(seed)
        ball = AWAY if drill.toss is None else poses[0, :3] + (0.0, 0.0, drill.toss)
        self.world.place(poses, ball)
        self._note("start", {"task": drill.name})

    def side(self, drone: int) -> int:
        """Seats are on the near side, the defender on the far one."""
        return NEAR if drone < self.seats else FAR

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """Fields `tensor` (seats only), `view` and `text`."""
        fields: dict[str, Value] = {}
        if TENSOR in want and viewer >= 0:
            fields[TENSOR] = self._vector(viewer)
        if VIEW in want:
            fields[VIEW] = self._view()
        if TEXT in want:
            fields[TEXT] = self._text(viewer)
        return fields

    def outcome(self) -> Outcome | None:
        """All share rank 1 and the score."""
        if not self._over:
            return None
        metrics = {"steps": float(self.drill.passed)}
        team = SIDES[NEAR] if self.seats > 1 else ""
        return [SeatOutcome(1, self.drill.score, team=team, metrics=metrics) for _ in range(self.seats)]

    def _poses(self, seed: Seed) -> Array:
        draw = seed.stream("start").uniform
        places = [[value + draw(-SCATTER, SCATTER) for value in start] for start in self.drill.starts]
        poses = [[*place, *HEADINGS[NEAR]] for place in places]
        if self.drill.defender is not None:
            poses.append([*self.drill.defender, *HEADINGS[FAR]])
        return np.array(poses)

    def _judge(self, touches: list[Touch]) -> bool:
        drill, before = self.drill, self.drill.score
        places, ball = self.world.poses[:, :3].tolist(), self.world.ball.tolist()
        changed = drill.note(places, ball, float(self.world.ball_velocity[2]), touches)
        for touch in touches:
            self._note("hit", {"step": drill.passed, "racket": touch.racket}, touch.drone)
        if drill.score > before:
            self._note("score", {"step": drill.passed, "score": round(drill.score, 3)})
            for seat in range(self.seats):
                self._reward(seat, "score", drill.score - before)
        if drill.over:
            self._note("end", {"reason": drill.over, "step": drill.passed})
            self._over = True
        return changed

    def _scripted(self, drone: int) -> Commands:
        """The defender waits, and receives what comes over."""
        body, ball = own_body(self.world, drone, FAR), own_ball(self.world, FAR)
        home = own_point(self.drill.defender or (0.0, 0.0, 2.0), FAR)
        lands = ball.falls_to(HEIGHTS[Skill.RECEIVE])
        coming = lands is not None and self.drill.turn == 2 and ball.at(lands).position[0] > BEYOND
        return steer(body, fly(BLOCK if coming else Order(Skill.GOTO, home, 0.0), body, ball))

    def _vector(self, seat: Seat) -> Value:
        body, ball = own_body(self.world, seat, NEAR), own_ball(self.world, NEAR)
        values = body_values(body)
        values += [a - b for a, b in zip(body.position, self.drill.anchor(seat), strict=True)]
        if self.seats == 2:
            values += (self.world.poses[1 - seat, :3] - self.world.poses[seat, :3]).tolist()
        if self.drill.toss is not None:
            values += [a - b for a, b in zip(body.position, ball.position, strict=True)]
            values += ball.velocity
        if self.seats == 2:
            turn = (seat, 1 - seat, 2).index(self.drill.turn)
            values += [float(i == turn) for i in range(3)] + [float(i == seat) for i in range(2)]
        return np.array(values, dtype=np.float32)

    def _view(self) -> Json:
        return {
            "score": self.drill.score,
            "step": self.drill.passed,
            "turn": self.drill.turn,
            "ball": None if self.drill.toss is None else rounded(self.world.ball),
            "ball_velocity": None if self.drill.toss is None else rounded(self.world.ball_velocity),
            "places": [list(self.drill.anchor(seat)) for seat in range(self.seats)],
            "drones": [rounded(place) for place in self.world.poses[:, :3]],
        }

    def _text(self, viewer: Seat) -> str:
        drill = self.drill
        lines = [f"Step {drill.passed} of {drill.steps}, score {drill.score:g}."]
        if viewer >= 0:
            lines.append(f"You fly drone {viewer}; your place is {metres(drill.anchor(viewer))}, in m.")
        if drill.toss is not None:
            whose = "it is your turn to hit" if viewer == drill.turn else f"drone {drill.turn} is to hit"
            lines.append(f"Now {whose if drill.turn < self.seats else 'nobody is to hit'}. {ball_in_words(self.world)}")
        drones = enumerate(self.world.poses[:, :3].tolist())
        return "\n".join([*lines, *(f"Drone {drone} is at {metres(place)}." for drone, place in drones)])
