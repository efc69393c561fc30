"""What agents read from an observation vector, and how an order of theirs becomes an answer at any action level."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from arena.core.agent import Observation, SeatInfo
from arena.core.legal import Legal, Schema
from arena.core.values import TENSOR, Action
from arena_drone_volleyball.control.attitude import MAX_RATE, Body, Setpoint, Vector, steer, to_body
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import HITTING, Order, Skill, fly
from arena_drone_volleyball.physics.iris import MAX_THRUST


@dataclass(frozen=True, slots=True)
class Sight:
    """A drone's own state and the ball, in the own frame; `rest` is what follows the anchor in the vector."""

    body: Body
    anchor: Vector
    rest: list[float]


def sees(observation: Observation) -> Sight:
    """The own state of an observation vector of any layout."""
    vector: Any = observation.fields[TENSOR]
    v: list[float] = vector.tolist()
    quaternion = (v[3], v[4], v[5], v[6])
    rates = to_body(quaternion, (v[10], v[11], v[12]))
    a, b, c, d = (0.5 * (each + 1.0) for each in v[19:23])
    body = Body((v[0], v[1], v[2]), quaternion, (v[7], v[8], v[9]), rates, (a, b, c, d))
    return Sight(body, (v[0] - v[23], v[1] - v[24], v[2] - v[25]), v[26:])


def answer(legal: Legal, seat: SeatInfo, order: Order, body: Body, ball: Ball) -> Action:
    """The order itself at the level `skill`; else what carries it out in the next control step."""
    if isinstance(legal, Schema):
        return _spoken(order)
    setpoint = fly(order, body, ball)
    row = steer(body, setpoint) if seat.config["level"] == "prt" else _shares(setpoint)
    return np.array(row, dtype=np.float32)


def _shares(setpoint: Setpoint) -> tuple[float, float, float, float]:
    p, q, r = (min(max(rate / MAX_RATE, -1.0), 1.0) for rate in setpoint.rates)
    return p, q, r, min(max(setpoint.thrust / (2.0 * MAX_THRUST) - 1.0, -1.0), 1.0)


def _spoken(order: Order) -> Action:
    if order.skill == Skill.HOVER:
        return {"skill": "hover"}
    target = [round(value, 3) for value in order.target]  # float32 may put a target on the line behind it
    goto: dict[str, Any] = {"skill": order.skill.value, "target": target}
    return {**goto, "flight": order.flight} if order.skill in HITTING else goto
