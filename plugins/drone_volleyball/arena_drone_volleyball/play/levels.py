"""Action levels: what a seat may answer, and what becomes of it at 50 Hz."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.legal import Box, Legal, Schema
from arena.core.values import Action
from arena_drone_volleyball.control.attitude import MAX_RATE, Body, Commands, Setpoint, steer
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import FLIGHTS, HITTING, Order, Skill, fly
from arena_drone_volleyball.physics.iris import HOVER_COMMAND, MAX_THRUST

MAX_CHUNK: Final = 10
"""Control steps that one answer of a low level may cover."""
MAX_HEIGHT: Final = 8.0
"""m: targets are on the floor, at most this high, and within the court."""
FLIGHT_BOUNDS: Final = (0.3, 3.0)
"""s: how long a ball may be ordered to fly."""


class Level(ABC):
    """One way to steer a drone. An answer becomes a plan: what to do in one control step after another.

    Without `feedback` the steps of a plan are rotor commands as they stand. What `holds` is an order until the next
    event. Where answers are numbers of choices, they are below `choices`.
    """

    feedback: ClassVar[bool] = True
    holds: ClassVar[bool] = False
    choices: ClassVar[int] = 0

    @abstractmethod
    def legal(self) -> Legal:
        """What may be answered."""

    @abstractmethod
    def check(self, action: Action) -> Action:
        """The canonical form.

        Raises:
            MalformedAction, IllegalAction: with the bound that was broken.
        """

    @abstractmethod
    def hover(self) -> Action:
        """The answer that stands for a seat which has not answered yet: stay in the air."""

    @abstractmethod
    def steps(self, action: Action) -> Sequence[Any] | None:
        """What to fly in each of the next control steps; None for an order that holds until the next event."""

    def order(self, action: Action, body: Body) -> Order:
        """What an order means that is given to a drone now at `body`; only levels without steps have orders."""
        raise NotImplementedError

    @abstractmethod
    def command(self, step: Any, body: Body, ball: Ball) -> Commands:
        """Rotor commands for one control step; `body` and `ball` in the frame of the own half."""

    def last(self, action: Action) -> Action:
        """The answer that repeats the end of `action`."""
        return action


@dataclass(frozen=True, slots=True)
class Rotors(Level):
    """`prt`: a thrust for each rotor, -1 (none) to 1 (full)."""

    chunk: int
    feedback = False

    def legal(self) -> Legal:
        shape = (self.chunk, 4) if self.chunk > 1 else (4,)
        return Box(shape=shape, low=-1.0, high=1.0, idle=self._still() * self.chunk)

    def check(self, action: Action) -> Action:
        rows = _numbers(action)
        if rows.shape != (4,) and (self.chunk == 1 or rows.ndim != 2 or rows.shape[1:] != (4,) or not len(rows)):
            form = "4 numbers" if self.chunk == 1 else f"4 numbers, or 1 to {self.chunk} rows of 4"
            raise MalformedAction(f"an action is {form}, not of shape {rows.shape} (RULES.md 5.1)")
        if rows.ndim == 2 and len(rows) > self.chunk:
            raise IllegalAction(f"a chunk has at most {self.chunk} steps, not {len(rows)} (RULES.md 5.3)")
        if not (np.abs(rows) <= 1.0).all():  # false for NaN, too
            worst = rows.flat[int(np.argmax(~(np.abs(rows) <= 1.0)))]
            raise IllegalAction(f"each number must be from -1 to 1, not {worst:g} (RULES.md 5.1)")
        return rows if self.chunk == 1 else rows.reshape(-1, 4)

    def hover(self) -> Action:
        return self._shaped(self._still())

    def steps(self, action: Action) -> Sequence[Any]:
        rows: list[Any] = np.asarray(action, dtype=np.float64).reshape(-1, 4).tolist()
        return rows

    def command(self, step: Any, body: Body, ball: Ball) -> Commands:
        a, b, c, d = step
        return a, b, c, d

    def last(self, action: Action) -> Action:
        return self._shaped(np.asarray(action).reshape(-1, 4)[-1])

    def _still(self) -> tuple[float, ...]:
        """The step that keeps a level drone where it is."""
        return (HOVER_COMMAND,) * 4

    def _shaped(self, row: Any) -> Action:
        values = np.asarray(row, dtype=np.float32)
        return values if self.chunk == 1 else values.reshape(1, 4)


@dataclass(frozen=True, slots=True)
class Rates(Rotors):
    """`ctbr`: body rates about x, y, z as shares of 144 deg/s, and the collective thrust, -1 (none) to 1 (full)."""

    feedback = True

    def _still(self) -> tuple[float, ...]:
        return (0.0, 0.0, 0.0, HOVER_COMMAND)

    def command(self, step: Any, body: Body, ball: Ball) -> Commands:
        p, q, r, thrust = step
        return steer(body, Setpoint((p * MAX_RATE, q * MAX_RATE, r * MAX_RATE), (thrust + 1.0) * 2.0 * MAX_THRUST))


@dataclass(frozen=True, slots=True)
class Skills(Level):
    """`skill`: an order that our own controllers carry out until the next event; targets in the own frame."""

    length: float
    width: float
    holds = True

    def legal(self) -> Legal:
        target = self._target()
        flight = {"type": "number", "minimum": FLIGHT_BOUNDS[0], "maximum": FLIGHT_BOUNDS[1]}
        hover = _form(Skill.HOVER, {})
        goto = _form(Skill.GOTO, {"target": target})
        hits = [_form(skill, {"target": target, "flight": flight}) for skill in Skill if skill in HITTING]
        return Schema({"anyOf": [hover, goto, *hits]})

    def check(self, action: Action) -> Action:
        if not isinstance(action, Mapping):
            raise MalformedAction('answer with an order such as {"skill": "hover"} (RULES.md 5.4)')
        skill = action.get("skill")
        if not isinstance(skill, str) or skill not in set(Skill):
            raise MalformedAction(f"unknown skill {str(skill)[:40]!r}; there is {', '.join(Skill)} (RULES.md 5.4)")
        wanted = (
            {"skill"} | ({"target"} if skill != Skill.HOVER else set()) | ({"flight"} if skill in HITTING else set())
        )
        given = set(action) | ({"flight"} if skill in HITTING else set())
        if given != wanted:
            raise MalformedAction(f"{skill} takes {', '.join(sorted(wanted))} and nothing else (RULES.md 5.4)")
        order: dict[str, Any] = {"skill": str(skill)}
        if "target" in wanted:
            order["target"] = self._place(action["target"])
        if "flight" in wanted:
            order["flight"] = _flight(action.get("flight", FLIGHTS[Skill(skill)]))
        return order

    def hover(self) -> Action:
        return {"skill": Skill.HOVER.value}

    def steps(self, action: Action) -> None:
        return None

    def order(self, action: Action, body: Body) -> Order:
        if not isinstance(action, Mapping):
            raise TypeError("an order is a mapping")
        target: Any = action.get("target", body.position)
        return Order(Skill(str(action["skill"])), tuple(target), float(str(action.get("flight", 0.0))))

    def command(self, step: Any, body: Body, ball: Ball) -> Commands:
        return steer(body, fly(step, body, ball))

    def _target(self) -> dict[str, Any]:
        x, y = self.length / 2.0, self.width / 2.0
        bounds = ((-x, x), (-y, y), (0.0, MAX_HEIGHT))
        each = [{"type": "number", "minimum": low, "maximum": high} for low, high in bounds]
        common = {"type": "number", "minimum": 0.0, "maximum": min(x, y, MAX_HEIGHT)}  # for readers of `items` alone
        return {"type": "array", "prefixItems": each, "items": common, "minItems": 3, "maxItems": 3}

    def _place(self, target: Any) -> list[float]:
        if not isinstance(target, Sequence) or isinstance(target, str) or len(target) != 3:
            raise MalformedAction("a target is three numbers: x, y and z in m (RULES.md 5.5)")
        x, y, z = (_number(value, "a target's number") for value in target)
        for name, value, low, high in (
            ("x", x, -self.length / 2.0, self.length / 2.0),
            ("y", y, -self.width / 2.0, self.width / 2.0),
            ("z", z, 0.0, MAX_HEIGHT),
        ):
            if not low <= value <= high:
                raise IllegalAction(f"a target's {name} is from {low:g} to {high:g} m, not {value:g} (RULES.md 5.5)")
        return [x, y, z]


def _form(skill: Skill, properties: Mapping[str, Any]) -> dict[str, Any]:
    every = {"skill": {"const": skill.value}, **properties}
    return {"type": "object", "properties": every, "required": sorted(every), "additionalProperties": False}


def _flight(value: Any) -> float:
    seconds, (low, high) = _number(value, "a flight"), FLIGHT_BOUNDS
    if not low <= seconds <= high:
        raise IllegalAction(f"a flight lasts {low:g} to {high:g} s, not {seconds:g} (RULES.md 5.5)")
    return seconds


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6 or not isfinite(value):
        raise MalformedAction(f"{what} must be a finite number (RULES.md 5.5)")
    return float(value)


def _numbers(action: Action) -> NDArray[np.float32]:
    """The answer as float32; what is no array of numbers is refused."""
    try:
        rows = np.asarray(action) if isinstance(action, np.ndarray | list | tuple) else None
    except (ValueError, TypeError, OverflowError):
        rows = None
    if rows is None or rows.dtype.kind not in "fiu":
        raise MalformedAction("an action is a tensor or list of numbers (RULES.md 5.1)")
    with np.errstate(over="ignore"):
        return rows.astype(np.float32)
