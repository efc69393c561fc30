"""One rally: who may hit next, what was hit, and how it ended."""

from dataclasses import dataclass, field
from typing import Final

from arena_drone_volleyball.physics.world import Touch
from arena_drone_volleyball.rules.court import FAR, NEAR, Court
from arena_drone_volleyball.rules.faults import FAULTS, Moment, Point

WIN_REWARD: Final = 100.0
"""To each of the side that wins a rally, and from each of the other, as in VolleyBots."""
TIME: Final = "time"
"""How a rally is called that nobody lost within its steps."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a rally ended: `winner` is a side, or None for a draw; `faults` pairs a side at fault with its fault."""

    winner: int | None
    faults: tuple[tuple[int, str], ...]

    @property
    def reason(self) -> str:
        """The faults in words."""
        return ", ".join(dict.fromkeys(name for _, name in self.faults)) or TIME


@dataclass(slots=True)
class Rally:
    """The referee's book of one rally (RULES.md 3).

    `turn` is the side that may hit; `spent` are its drones that have hit in this possession; `last` is the side
    that hit last, the server's at first. `hits` counts legal hits, `by` those of each side, `crossings` of the net.
    """

    court: Court
    server: int
    compat: bool = False
    steps: int = 0
    hits: int = 0
    crossings: int = 0
    turn: int = field(init=False)
    last: int = field(init=False)
    spent: frozenset[int] = frozenset()
    by: list[int] = field(default_factory=lambda: [0, 0])
    _half: int = field(init=False)

    def __post_init__(self) -> None:
        self.turn = self.last = self._half = self.server

    @property
    def serving(self) -> bool:
        """Whether the serve has not been hit yet."""
        return not self.hits

    @property
    def serving_drone(self) -> int:
        """Who serves."""
        return self.court.server + self.server * self.court.team

    def may_hit(self) -> frozenset[int]:
        """The drones that may hit now."""
        if self.serving:
            return frozenset({self.serving_drone})
        team = self.court.team
        return frozenset(range(self.turn * team, (self.turn + 1) * team)) - self.spent

    def judge(self, drones: list[Point], ball: Point, touches: list[Touch]) -> Verdict | None:
        """Note one control step; None while the rally goes on."""
        self.steps += 1
        moment = Moment(self.court, drones, ball, touches, self.may_hit() if touches else frozenset(), self.last)
        faults = tuple((side, row.name) for row in FAULTS for side in sorted(row.sides(moment)))
        if faults:
            return self._end(faults)
        for touch in touches:
            self._note_hit(touch.drone)
        self._note_place(ball[0])
        return Verdict(None, ()) if self.steps >= self.court.steps else None

    def _end(self, faults: tuple[tuple[int, str], ...]) -> Verdict:
        losers = {side for side, _ in faults}
        undecided = {row.name for row in FAULTS if row.no_winner} if self.compat else set()
        if len(losers) == 2 or any(name in undecided for _, name in faults):
            return Verdict(None, faults)
        return Verdict(1 - losers.pop(), faults)

    def _note_hit(self, drone: int) -> None:
        side = self.court.side(drone)
        self.hits += 1
        self.by[side] += 1
        self.last = side
        self.spent |= {drone}
        if self.court.team == 1:
            self._pass_to(1 - side)

    def _note_place(self, x: float) -> None:
        half = NEAR if x > 0.0 else FAR
        if half == self._half:
            return
        self._half = half
        self.crossings += 1
        if not self.serving and half != self.turn:
            self._pass_to(half)

    def _pass_to(self, side: int) -> None:
        self.turn, self.spent = side, frozenset()
