"""A rule-based team for 3v3 and 6v6: serve, receive, set, attack. Each drone decides by itself, by the same rules.

All drones of a side see the same ball and places, so they agree on who does what without a word.
"""

from collections.abc import Sequence
from math import hypot
from typing import Final

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.game import Event
from arena.core.legal import Legal
from arena.core.values import EVENTS, TENSOR, Action
from arena_drone_volleyball.agents.sight import Sight, answer, sees
from arena_drone_volleyball.control.attitude import Vector
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import HEIGHTS, STILL, Order, Skill
from arena_drone_volleyball.rules.court import COURTS, Court

_CLEAR: Final = 1.6
"""m: how far those who do not hit keep from the place where the ball is met."""
_PASSING: Final = 1.3
"""m: and from the way there."""
_OVER: Final = 0.3
"""m: a ball that comes down before this line is the other side's."""
_BACK: Final = 2.8
"""m from the net: where the third drone of 3v3 waits for what comes over."""
_SPARED: Final = 0.5
"""m: how much nearer than the others a drone in front must be to receive what comes over."""
_SHORTEST: Final = 0.8
"""m from the net: no drone goes closer."""
_HIGH: Final = 1.8
"""s: the flight of a set, so high that the ball has speed when it is attacked."""
_LOWEST_SET: Final = 4.0
"""m: a set below it leaves no time to run up."""
_REACH: Final = 0.7
"""m: how far from an attacker a set may come down."""
_NEAREST, _FARTHEST = 1.2, 5.0
"""m from the net: where attacks are flown."""
_DEEP: Final = -4.7
"""m: how deep attacks go."""
_LOW_PART: Final = (0.7, 0.85, 1.0)
"""Shares of its way on which an attack has come down so far that it can be received."""
_MARGIN: Final = 0.9
"""m: how far from the side lines they aim."""
_SHORT: Final = 1.4
"""s: the flight of a serve that the front row plays on."""
_OVER_THE_NET: Final = 1.0
"""s: the flight of what is only brought over, and _LONGER for each m from the net."""
_LONGER: Final = 0.06
_QUICK: Final = 6
"""Drones of a team that has enough of them to attack the second ball."""
_BOUNCE: Final = 3
"""Answers after an event in which a hit may not be over, and nobody knows where the ball goes."""


class Possession:
    """Who has hit since the ball came over, followed from the events.

    `mine` is whether the own side is to hit, `opening` whether it is still to bring its serve over.
    """

    def __init__(self, side: int, team: int) -> None:
        self._side, self._team = side, team
        self.mine = self.serving = self.opening = False
        self.server = 0
        self.spent: list[int] = []

    def follow(self, events: Sequence[Event]) -> None:
        """Take note of what happened."""
        for event in events:
            sender = 0 if event.sender is None else int(event.sender)
            if event.kind == "serve":
                self.serving, self.server, self.spent = True, sender, []
                self.mine = self.opening = sender // self._team == self._side
            elif event.kind == "hit":
                self.serving = False
                self.spent.append(sender % self._team)
            elif event.kind == "crossing" and not self.serving:
                self.spent, self.opening = [], False
                ball = event.data["ball"]
                x = float(str(ball[0])) if isinstance(ball, Sequence) else 0.0
                self.mine = (x > 0.0) == (self._side == 0)


class TeamAgent(Agent):
    """Flies one drone of the team."""

    wants = frozenset({TENSOR, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._court = next(court for court in COURTS.values() if court.drones == seat.seats)
        self._number = seat.seat % self._court.team
        self._possession = Possession(self._court.side(seat.seat), self._court.team)
        self._unsettled = 0
        self._chosen = Order(Skill.HOVER, STILL, 0.0)

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Decide when something has happened, and stand by it until something else does, as orders do."""
        seen = sees(observation)
        ball, mates, others = _surroundings(seen, self._court)
        if observation.events:
            self._possession.follow(observation.events)
            self._unsettled = _BOUNCE
        if self._unsettled:
            self._unsettled -= 1
            self._chosen = self._order(ball, mates, others)
        return answer(legal, self.seat, self._chosen, seen.body, ball)

    def _order(self, ball: Ball, mates: Sequence[Vector], others: Sequence[Vector]) -> Order:
        possession = self._possession
        if (possession.serving and not possession.mine) or (not possession.serving and _met(ball)[0] < _OVER):
            return Order(Skill.GOTO, _ready(self._court, self._number), 0.0)
        hitter = self._hitter(ball, mates)
        if hitter == self._number:
            return self._hit(ball, mates, others)
        return Order(Skill.GOTO, self._aside(ball, hitter, mates), 0.0)

    def _hitter(self, ball: Ball, mates: Sequence[Vector]) -> int | None:
        """Whoever is nearest to where the ball comes down, of those who may hit."""
        possession = self._possession
        if possession.serving:
            return possession.server % self._court.team
        spent = possession.spent if possession.mine else ()  # what comes over starts a new possession
        free = [number for number in range(self._court.team) if number not in spent]
        if not free:
            return None
        x, y, _ = _met(ball)
        spared = 0.0 if spent else _SPARED  # who stands in front is to attack
        return min(free, key=lambda n: hypot(mates[n][0] - x, mates[n][1] - y) + spared * self._is_front(n))

    def _hit(self, ball: Ball, mates: Sequence[Vector], others: Sequence[Vector]) -> Order:
        possession, deep = self._possession, self._court.length / 2.0
        if possession.serving:
            return Order(Skill.SERVE, (-4.0, 0.0, 1.9), 1.6) if self._court.team == 3 else self._serve_short()
        spent = possession.spent if possession.mine else []
        x, y, _ = _met(ball)
        front = [n for n in range(self._court.team) if n not in (*spent, self._number) and self._is_front(n)]
        last = len(spent) >= 2 or (spent and not front)
        if (last or self._court.team >= _QUICK) and self._can_attack(ball, mates[self._number]):
            return self._attack(ball, others)
        if last or possession.opening:
            return Order(Skill.PASS, (-0.42 * deep, 0.0, 1.9), _OVER_THE_NET + _LONGER * max(x, 0.0))
        spot = self._next_spot(x, y, mates)
        return Order(Skill.SET, spot, _HIGH) if spent else Order(Skill.RECEIVE, spot, 1.45)

    def _can_attack(self, ball: Ball, place: Vector) -> bool:
        """Whether a teammate's ball is high enough, and so near that there is time for the run-up."""
        if self._possession.opening or not self._possession.spent:
            return False
        x, y, _ = _met(ball)
        near = hypot(place[0] - x, place[1] - y) < _REACH
        return near and _NEAREST < x < _FARTHEST and ball.top > _LOWEST_SET

    def _attack(self, ball: Ball, others: Sequence[Vector]) -> Order:
        """To where nobody of the other side is near the last part of the way, on which the ball can be received."""
        across = self._court.width / 2.0 - _MARGIN
        spots = [(_DEEP, y) for y in (-across, -across / 2, 0.0, across / 2, across)]
        start = _met(ball)
        x, y = max(spots, key=lambda spot: min(_beside(at, start, spot) for at in others))
        return Order(Skill.ATTACK, (x, y, 0.2), 0.8 + 0.2 * max(6.0 - ball.top, 0.0))

    def _serve_short(self) -> Order:
        """From 9 m behind the net no serve gets over it: it goes to the front row, which plays it on."""
        x, y, _ = _ready(self._court, 1)
        return Order(Skill.SERVE, (x, y, HEIGHTS[Skill.PASS]), _SHORT)

    def _is_front(self, number: int) -> bool:
        return self._court.formation[number][0] < 4.0

    def _next_spot(self, x: float, y: float, mates: Sequence[Vector]) -> Vector:
        """Above the place of the free teammate who stands nearest to the net, but not too near to the ball."""
        spent = self._possession.spent if self._possession.mine else ()
        free = [n for n in range(self._court.team) if n != self._number and n not in spent]
        places = [_ready(self._court, n) for n in free]
        far = [place for place in places if hypot(place[0] - x, place[1] - y) > 1.0] or places
        spot = min(far, key=lambda place: place[0] + 0.1 * abs(place[1]))
        return spot[0], spot[1], HEIGHTS[Skill.PASS]

    def _aside(self, ball: Ball, hitter: int | None, mates: Sequence[Vector]) -> Vector:
        """The own waiting place, or beside it: clear of where the ball is met, and of the hitter's way there."""
        home = _ready(self._court, self._number)
        if hitter is None:
            return home
        met = _met(ball)
        for (u, v), room in (((met[0], met[1]), _CLEAR), (_nearest_on(home, mates[hitter], met), _PASSING)):
            dx, dy = home[0] - u, home[1] - v
            apart = hypot(dx, dy)
            if apart < room:
                return self._inside(u + dx * room / max(apart, 0.05), v + dy * room / max(apart, 0.05), home[2])
        return home

    def _inside(self, x: float, y: float, z: float) -> Vector:
        deep, across = self._court.length / 2.0, self._court.width / 2.0
        return min(max(x, _SHORTEST), deep), min(max(y, -across), across), z


def _beside(place: Vector, start: Vector, spot: tuple[float, float]) -> float:
    """How far a place is from the low part of an attack's way."""
    ways = ((start[0] + share * (spot[0] - start[0]), start[1] + share * (spot[1] - start[1])) for share in _LOW_PART)
    return min(hypot(place[0] - x, place[1] - y) for x, y in ways)


def _nearest_on(place: Vector, start: Vector, end: Vector) -> tuple[float, float]:
    """The point nearest to a place on the way from `start` to `end`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = ((place[0] - start[0]) * dx + (place[1] - start[1]) * dy) / max(dx * dx + dy * dy, 1e-6)
    share = min(max(share, 0.0), 1.0)
    return start[0] + share * dx, start[1] + share * dy


def _ready(court: Court, number: int) -> Vector:
    """Where a drone waits: its starting place, a little lower, so that it can rise to a ball."""
    x, y, _ = court.formation[number]
    return (_BACK if court.team == 3 and number == 2 else x), y, 1.7


def _met(ball: Ball) -> Vector:
    """Where a ball comes down to the height of a pass."""
    return ball.at(ball.falls_to(HEIGHTS[Skill.PASS]) or 0.0).position


def _surroundings(seen: Sight, court: Court) -> tuple[Ball, list[Vector], list[Vector]]:
    """The ball, and the places of the own team and the other one by number."""
    px, py, pz = seen.body.position
    rest, team = seen.rest, court.team
    ball = Ball((px - rest[0], py - rest[1], pz - rest[2]), (rest[3], rest[4], rest[5]))
    at = 6 + 2 + team + 2
    places = [(px + rest[i], py + rest[i + 1], pz + rest[i + 2]) for i in range(at, at + 6 * team, 3)]
    return ball, places[:team], places[team:]
