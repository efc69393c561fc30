"""The single and cooperative tasks of VolleyBots (arXiv 2502.01932): how each begins, what it counts, what ends it.

All are flown on the near half of the 3v3 court and scored; RULES.md 7 tells them in words.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import dist
from typing import ClassVar, Final

from arena_drone_volleyball.physics.world import Touch
from arena_drone_volleyball.rules.court import NET_DEPTH, NET_HEIGHT, TRIO
from arena_drone_volleyball.rules.faults import BALL_DOWN

Place = tuple[float, float, float]

LOWEST: Final = 0.4
"""m: a drone below it has crashed."""
HIGHEST: Final = 5.0
FARTHEST: Final = 7.5
"""m from the target in back_and_forth."""
REACHED: Final = 0.6
"""m: so near a place is reached in back_and_forth, when held for HELD control steps."""
HELD: Final = 5
SPIKED: Final = 2
"""Control steps after which the bounce of a spike is over."""
TARGET: Final = (-4.5, 0.0)
"""m: where a spike is to land, give or take TARGET_RADIUS."""
TARGET_RADIUS: Final = 1.0


class Drill(ABC):
    """One run of a task.

    `score` is what counts so far, `turn` who is to hit, `over` why it has ended, empty while it goes on.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    starts: ClassVar[tuple[Place, ...]]
    toss: ClassVar[float | None] = None
    """m above drone 0 where the ball begins; None: there is none."""
    steps: ClassVar[int] = 800
    best: ClassVar[float]
    """A score beyond which nobody comes: the upper end of the game's range."""
    defender: ClassVar[Place | None] = None

    def __init__(self) -> None:
        self.score = 0.0
        self.turn = 0
        self.over = ""
        self.passed = 0

    def note(
        self, drones: Sequence[Sequence[float]], ball: Sequence[float], rise: float, hits: Sequence[Touch]
    ) -> bool:
        """Look at one control step: places in m, the ball's vertical speed in m/s. Whether something happened."""
        self.passed += 1
        if any(place[2] < LOWEST for place in drones):
            self.over = "drone down"
        elif any(place[0] < 0.0 for place in drones[: len(self.starts)]):
            self.over = "drone across the net"
        changed = self._watch(drones, ball, rise, hits)
        if not self.over and self.passed >= self.steps:
            self.over = "time"
        return changed or bool(self.over)

    def anchor(self, drone: int) -> Place:
        """The place that a drone's observation is relative to."""
        return self.starts[drone]

    @abstractmethod
    def _watch(
        self, drones: Sequence[Sequence[float]], ball: Sequence[float], rise: float, hits: Sequence[Touch]
    ) -> bool: ...


class BackAndForth(Drill):
    """Fly between two places; each counts when held for five control steps."""

    name = "back_and_forth"
    about = "fly between (4.5, 0, 2) and (9, 4.5, 2); a place counts once a drone was within 0.6 m of it for 5 steps"
    starts = ((4.5, 0.0, 2.0),)
    best = 40.0
    places: ClassVar = ((9.0, 4.5, 2.0), (4.5, 0.0, 2.0))

    def __init__(self) -> None:
        super().__init__()
        self._held = 0

    def anchor(self, drone: int) -> Place:
        """Where to go now."""
        place: Place = self.places[int(self.score) % 2]
        return place

    def _watch(
        self, drones: Sequence[Sequence[float]], ball: Sequence[float], rise: float, hits: Sequence[Touch]
    ) -> bool:
        apart = dist(drones[0], self.anchor(0))
        if not self.over and (drones[0][2] > HIGHEST or apart > FARTHEST):
            self.over = "strayed"
        self._held = self._held + 1 if apart < REACHED else 0
        if self._held < HELD:
            return False
        self._held, self.score = 0, self.score + 1.0
        return True


class HitTheBall(Drill):
    """One hit; the ball's distance from the start where it lands is the score."""

    name = "hit_the_ball"
    about = "hit the ball once, as far as you can: the score is how far from (4.5, 0) it lands, in m"
    starts = ((4.5, 0.0, 2.0),)
    toss = 3.0
    steps = 500
    best = 40.0

    def _watch(
        self, drones: Sequence[Sequence[float]], ball: Sequence[float], rise: float, hits: Sequence[Touch]
    ) -> bool:
        if hits and (self.turn or not hits[0].racket):
            self.over = self.over or "wrong hit"
        elif hits:
            self.turn = 1
        elif ball[2] < BALL_DOWN:
            self.over = "ball down"
            self.score = dist(ball[:2], self.starts[0][:2]) if self.turn else 0.0
        return bool(hits)


class Juggle(Drill):
    """Hits in turn, each of which sends the ball above `height`: what solo_bump and bump_and_pass share."""

    height: ClassVar[float]
    toss = 2.0
    best = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._top = 0.0
        self._hit = False

    def _watch(
        self, drones: Sequence[Sequence[float]], ball: Sequence[float], rise: float, hits: Sequence[Touch]
    ) -> bool:
        if hits and not (hits[0].racket and hits[0].drone == self.turn):
            self.over = self.over or "wrong hit"
        elif hits:
            self.turn = (self.turn + 1) % len(self.starts)
            self._hit, self._top = True, 0.0
        elif ball[2] < BALL_DOWN:
            self.over = "ball down"
        self._top = max(self._top, ball[2])
        if self._hit and self._top > self.height:
            self._hit, self.score = False, self.score + 1.0
        return bool(hits)


class SoloBump(Juggle):
    """Keep the ball up alone."""

    name = "solo_bump"
    about = "bump the ball again and again; a hit counts when the ball then rises above 3.5 m"
    starts = ((4.5, 0.0, 2.0),)
    height = 3.5


class BumpAndPass(Juggle):
    """Keep the ball up in two."""

    name = "bump_and_pass"
    about = "hit the ball in turn with your partner; a hit counts when the ball then rises above 4 m"
    starts = ((4.5, -2.5, 2.0), (4.5, 2.5, 2.0))
    height = 4.0


class SetAndSpike(Drill):
    """A set, a downward spike, over the net, into the target: a quarter each."""

    name = "set_and_spike_easy"
    about = (
        "drone 0 sets, drone 1 spikes downwards, over the net, to within 1 m of (-4.5, 0): a quarter of a point each"
    )
    starts = ((2.0, -2.5, 2.5), (2.0, 2.5, 3.5))
    toss = 2.0
    best = 1.0

    def __init__(self) -> None:
        super().__init__()
        self._before = 1.0
        self._spiked = 0

    def _watch(
        self, drones: Sequence[Sequence[float]], ball: Sequence[float], rise: float, hits: Sequence[Touch]
    ) -> bool:
        if hits:
            self._note_hit(hits[0])
        elif self._spiked and self.passed == self._spiked + SPIKED and rise < 0.0:
            self.score += 0.25
        crossed = self._before > 0.0 >= ball[0] and self.turn == 2
        self.score += 0.25 * crossed
        self._before = ball[0]
        self._note_ball(ball)
        return bool(hits) or crossed

    def _note_hit(self, hit: Touch) -> None:
        if hit.drone >= len(self.starts):
            self.over = self.over or "blocked"
            return
        if hit.drone != self.turn or not hit.racket:
            self.over = self.over or "wrong hit"
            return
        self.turn += 1
        if hit.drone == 0:
            self.score += 0.25
        else:
            self._spiked = self.passed

    def _note_ball(self, ball: Sequence[float]) -> None:
        x, y, z = ball
        if abs(x) < NET_DEPTH and abs(y) < TRIO.width / 2.0 and z < NET_HEIGHT:
            self.over = self.over or "ball in the net"
        elif z < BALL_DOWN:
            self.score += 0.25 * (not self.over and self.turn == 2 and dist((x, y), TARGET) < TARGET_RADIUS)
            self.over = self.over or "ball down"


class HardSetAndSpike(SetAndSpike):
    """The same against a drone that tries to receive."""

    name = "set_and_spike_hard"
    about = f"{SetAndSpike.about}; a scripted defender tries to receive the ball"
    defender = (-4.0, 0.0, 2.0)


DRILLS: Final[tuple[type[Drill], ...]] = (
    BackAndForth,
    HitTheBall,
    SoloBump,
    BumpAndPass,
    SetAndSpike,
    HardSetAndSpike,
)
"""Every task there is."""
