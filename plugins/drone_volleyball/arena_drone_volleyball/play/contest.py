"""A match of 1v1, 3v3 or 6v6: rallies on one court until a side has won."""

from collections.abc import Mapping, Sequence

import numpy as np

from arena.core.game import Outcome, SeatOutcome
from arena.core.seed import Seed
from arena.core.values import TENSOR, TEXT, VIEW, Fields, Json, Seat, Value
from arena_drone_volleyball.physics.iris import Array
from arena_drone_volleyball.physics.world import Touch, World
from arena_drone_volleyball.play.flight import Flight
from arena_drone_volleyball.play.levels import Level
from arena_drone_volleyball.play.observe import court_vector
from arena_drone_volleyball.play.tell import as_text, as_view
from arena_drone_volleyball.rules.court import FAR, NEAR, SCATTER, SIDES, Court
from arena_drone_volleyball.rules.rally import WIN_REWARD, Rally, Verdict
from arena_drone_volleyball.rules.score import Score


class Contest(Flight):
    """The state of one match: `rally` is the one at hand, `score` the match so far, `hits` those of each rally."""

    __slots__ = ("_compat", "_faults", "_seed", "court", "hits", "rally", "score")

    def __init__(
        self, court: Court, levels: Sequence[Level], seed: Seed, score: Score, *, step: float, compat: bool
    ) -> None:
        super().__init__(World(court.drones, step), levels)
        self.court, self.score, self._seed, self._compat = court, score, seed, compat
        self.hits: list[int] = []
        self._faults = [0, 0]
        self._begin()

    def side(self, drone: int) -> int:
        """The side a seat plays for."""
        return self.court.side(drone)

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """Fields `tensor` (seats only), `view` and `text`."""
        fields: dict[str, Value] = {}
        if TENSOR in want and viewer >= 0:
            fields[TENSOR] = court_vector(self.world, self.court, self.rally, viewer)
        if VIEW in want:
            fields[VIEW] = as_view(self, viewer)
        if TEXT in want:
            fields[TEXT] = as_text(self, viewer)
        return fields

    def outcome(self) -> Outcome | None:
        """Ranked by points; the score is the share of the points, so that the sides' add up to 1."""
        if not self._over:
            return None
        return [self._outcome(self.court.side(seat)) for seat in range(self.seats)]

    def _outcome(self, side: int) -> SeatOutcome:
        own, other = self.score.points[side], self.score.points[1 - side]
        metrics = {
            "points": float(own),
            "rallies": float(self.score.rallies),
            "hits_a_rally": sum(self.hits) / len(self.hits),
            "faults": float(self._faults[side]),
        }
        won = 1.0 if own > other else 0.5 if own == other else 0.0
        team = SIDES[side] if self.court.team > 1 else ""
        rank = 1 if own >= other else 1 + self.court.team
        return SeatOutcome(rank, won, team=team, metrics=metrics)

    def _begin(self) -> None:
        self.rally = Rally(self.court, self.score.server, self._compat)
        poses = self.court.poses(self._scatter())
        server = self.rally.serving_drone
        self.world.place(poses, poses[server, :3] + (0.0, 0.0, self.court.toss))
        self._note("serve", {"rally": self.score.rallies, "side": SIDES[self.rally.server]}, server)

    def _scatter(self) -> Array:
        """The same for both sides but turned, so that nobody has the better start."""
        draw = self._seed.stream("rally", self.score.rallies).uniform
        near = np.array([[draw(-SCATTER, SCATTER) for _ in range(3)] for _ in range(self.court.team)])
        return np.concatenate((near, near * (-1.0, -1.0, 1.0)))

    def _judge(self, touches: list[Touch]) -> bool:
        rally, before = self.rally, self.rally.crossings
        drones, ball = self.world.poses[:, :3].tolist(), self.world.ball.tolist()
        verdict = rally.judge(drones, ball, touches)
        for touch in touches:
            self._note(
                "hit", {"step": rally.steps, "racket": touch.racket, "ball": _rounded(self.world.ball)}, touch.drone
            )
            if verdict is None:
                self._reward(touch.drone, "hit", self.court.hit_reward)
        if verdict is not None:
            self._end(verdict)
            return True
        if crossed := rally.crossings > before:
            self._note("crossing", {"step": rally.steps, "ball": _rounded(self.world.ball)})
        return crossed or bool(touches)

    def _end(self, verdict: Verdict) -> None:
        self.hits.append(self.rally.hits)
        self.score.note(verdict)
        for side, _ in verdict.faults:
            self._faults[side] += 1
        if verdict.winner is not None:
            for seat in range(self.seats):
                won = self.court.side(seat) == verdict.winner
                self._reward(seat, "rally", WIN_REWARD if won else -WIN_REWARD)
        winner = None if verdict.winner is None else SIDES[verdict.winner]
        points = {SIDES[NEAR]: self.score.points[NEAR], SIDES[FAR]: self.score.points[FAR]}
        told = {"winner": winner, "reason": verdict.reason, "hits": self.rally.hits, "steps": self.rally.steps}
        self._note("rally", {**told, "points": points})
        self._over = self.score.over
        if not self._over:
            self._begin()


def _rounded(point: Array) -> list[Json]:
    return [round(float(value), 2) for value in point]
