"""Action levels for many courts: what `play.levels` takes from one seat, from all of them at once."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest, IllegalAction, MalformedAction
from arena_drone_volleyball.batch.arrays import Flags, Floats
from arena_drone_volleyball.batch.judging import Rules
from arena_drone_volleyball.batch.skills import HITS, SKILLS, Orders, fly
from arena_drone_volleyball.batch.steering import Own, Setpoints, steer
from arena_drone_volleyball.control.attitude import MAX_RATE
from arena_drone_volleyball.control.skills import Skill
from arena_drone_volleyball.physics.iris import MAX_THRUST
from arena_drone_volleyball.play.levels import FLIGHT_BOUNDS, MAX_HEIGHT
from arena_drone_volleyball.play.preset import ROLES, SERVE
from arena_drone_volleyball.rules.court import COURTS, SEXTET, TRIO, Court

_HOVER, _PASS = SKILLS.index(Skill.HOVER), SKILLS.index(Skill.PASS)


class Controls(ABC):
    """A level for `seats` drones of `courts` courts."""

    shape: ClassVar[tuple[int, ...]]
    """Of one seat's action."""
    holds: ClassVar[bool] = False
    """Whether actions are orders, which hold until the next event."""

    def __init__(self, courts: int, seats: int) -> None:
        self._whole = (courts, seats, *self.shape)

    def commands(self, actions: NDArray[Any], decide: Flags, own: Own) -> Floats:
        """Rotor commands (4, seats, courts) for actions (courts, seats, *shape).

        Raises:
            MalformedAction, IllegalAction: with what would be right.
        """
        if np.shape(actions) != self._whole:
            raise MalformedAction(f"actions must be of shape {self._whole}, not {np.shape(actions)}")
        return self._commands(actions, decide, _of_seats(own, self._whole[1]))

    @abstractmethod
    def _commands(self, actions: NDArray[Any], decide: Flags, own: Own) -> Floats: ...


class Rotors(Controls):
    """`prt`."""

    shape = (4,)

    def _commands(self, actions: NDArray[Any], decide: Flags, own: Own) -> Floats:
        return _shares(actions)


class Rates(Controls):
    """`ctbr`."""

    shape = (4,)

    def _commands(self, actions: NDArray[Any], decide: Flags, own: Own) -> Floats:
        shares = _shares(actions)
        wanted = Setpoints(shares[:3] * np.float32(MAX_RATE), (shares[3] + 1.0) * np.float32(2.0 * MAX_THRUST))
        return steer(own.rates, own.throttle, wanted)


class Ordered(Controls):
    """Levels of orders."""

    holds = True

    def __init__(self, courts: int, seats: int) -> None:
        super().__init__(courts, seats)
        shape = (seats, courts)
        self._orders = Orders(np.zeros(shape, np.int8), np.zeros((3, *shape), np.float32), np.ones(shape, np.float32))

    def _take(self, given: Orders, decide: Flags, own: Own) -> Orders:
        """What holds now: new orders where they are due; a hover is where the drone is when it is ordered."""
        target = np.where(given.skill == _HOVER, own.position, given.target)
        held = self._orders
        np.copyto(held.skill, given.skill, where=decide)
        np.copyto(held.target, target, where=decide, casting="same_kind")
        np.copyto(held.flight, given.flight, where=decide, casting="same_kind")
        return held


class Skills(Ordered):
    """`skill`: five numbers a seat, the skill's index in `skills.SKILLS`, the target's x, y, z and the flight."""

    shape = (5,)

    def __init__(self, courts: int, seats: int, court: Court) -> None:
        super().__init__(courts, seats)
        self._most = np.array((court.length / 2.0, court.width / 2.0, MAX_HEIGHT), np.float32)[:, None]

    def _commands(self, actions: NDArray[Any], decide: Flags, own: Own) -> Floats:
        rows = np.asarray(actions, np.float32).transpose(2, 1, 0)
        self._check(rows[:, :, decide].reshape(5, -1))
        given = Orders(np.where(decide, rows[0], 0.0).astype(np.int8), rows[1:4], rows[4])
        return steer(own.rates, own.throttle, fly(self._take(given, decide, own), own))

    def _check(self, rows: Floats) -> None:
        skill, target, flight = rows[0], rows[1:4], rows[4]
        if not np.isin(skill, np.arange(len(SKILLS))).all():
            raise IllegalAction(f"a skill is a whole number from 0 to {len(SKILLS) - 1} (RULES.md 5.4)")
        placed = target[:, skill != _HOVER]
        if not ((np.abs(placed) <= self._most) & (placed[2] >= 0.0)).all():
            x, y, z = self._most[:, 0]
            raise IllegalAction(f"a target is within {x:g} and {y:g} m of the middle, 0 to {z:g} m high (RULES.md 5.5)")
        low, high = FLIGHT_BOUNDS
        flights = flight[HITS[skill.astype(np.int8)]]
        if not ((flights >= low) & (flights <= high)).all():
            raise IllegalAction(f"a flight lasts {low:g} to {high:g} s (RULES.md 5.5)")


class Preset(Ordered):
    """`hcsp`: one choice a seat, as MultiDiscrete (3, 4, 6) a side by number in the team."""

    shape = ()
    choices: Final = tuple(len(role) for role in ROLES)

    def __init__(self, courts: int) -> None:
        super().__init__(courts, TRIO.drones)
        most = max(self.choices)
        rows = [[order for _, order in (*role, *role[-1:] * (most - len(role)))] for role in ROLES + ROLES]
        self._skill = np.array([[SKILLS.index(order.skill) for order in row] for row in rows], np.int8)
        self._target = np.array([[order.target for order in row] for row in rows], np.float32)
        self._flight = np.array([[order.flight for order in row] for row in rows], np.float32)
        self._most = np.array(self.choices * 2)

    def _commands(self, actions: NDArray[Any], decide: Flags, own: Own) -> Floats:
        choice = np.asarray(actions)
        if choice.dtype.kind not in "iu" or not ((choice >= 0) & (choice < self._most)).all():
            raise IllegalAction(f"choices are whole numbers below {self.choices} by number in the team (RULES.md 5.7)")
        seat, choice = np.arange(TRIO.drones)[:, None], choice.T
        target = self._target[seat, choice].transpose(2, 0, 1)
        orders = self._take(Orders(self._skill[seat, choice], target, self._flight[seat, choice]), decide, own)
        return steer(own.rates, own.throttle, fly(_served(orders, own), own))


def _served(orders: Orders, own: Own) -> Orders:
    """A pass before the serve is the serve."""
    u, v, _ = own.ball_velocity
    serves = (orders.skill == _PASS) & (np.hypot(u, v) < 1e-3)
    target = np.where(serves, np.array(SERVE.target, np.float32)[:, None, None], orders.target)
    skill = np.where(serves, np.int8(SKILLS.index(SERVE.skill)), orders.skill)
    return Orders(skill, target, np.where(serves, np.float32(SERVE.flight), orders.flight))


def controls_of(level: str, game: str, rules: Rules) -> Controls:
    """The level by its name, as the option `level` of the games.

    Raises:
        BadRequest: there is no such level, or not for this game.
    """
    courts, name = rules.turn.shape[0], game.removeprefix("drone_volleyball/")
    if level == "prt":
        return Rotors(courts, rules.seats)
    if level == "ctbr":
        return Rates(courts, rules.seats)
    if level == "skill":
        return Skills(courts, rules.seats, COURTS.get(name, SEXTET))
    if level == "hcsp" and name == TRIO.name:
        return Preset(courts)
    raise BadRequest(f"level is prt, ctbr, skill or, for 3v3, hcsp, not {level!r} for {name}")


def with_scripted(commands: Floats, rules: Rules, own: Own) -> Floats:
    """The same with the commands of drones that have no seat, (4, drones, courts)."""
    orders = rules.scripted(own)
    if orders is None:
        return commands
    alone = Own(*(each[:, rules.seats :] for each in own))
    return np.concatenate((commands, steer(alone.rates, alone.throttle, fly(orders, alone))), axis=1)


def _of_seats(own: Own, seats: int) -> Own:
    return Own(*(each[:, :seats] for each in own))


def _shares(actions: NDArray[Any]) -> Floats:
    """Actions (courts, seats, 4) with the component first, in [-1, 1]."""
    rows = np.ascontiguousarray(np.asarray(actions, np.float32).transpose(2, 1, 0))
    if not (np.abs(rows) <= 1.0).all():  # false for NaN, too
        raise IllegalAction("each number of an action must be from -1 to 1 (RULES.md 5.1)")
    return rows
