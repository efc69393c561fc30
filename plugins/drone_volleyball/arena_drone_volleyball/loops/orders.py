"""The menus of `agents.menu` as arrays, and how the plugin's controllers carry orders out at a flown level."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.agents import rally
from arena_drone_volleyball.agents.menu import CHOICES, MENUS, STILL_BALL
from arena_drone_volleyball.agents.network import Floats
from arena_drone_volleyball.batch.skills import SKILLS, Orders, fly
from arena_drone_volleyball.batch.steering import Own, Setpoints, steer
from arena_drone_volleyball.control.attitude import MAX_RATE
from arena_drone_volleyball.control.skills import Order
from arena_drone_volleyball.physics.iris import MAX_THRUST

ROW: Final = 5
"""Numbers of an order, as the batch's level `skill` takes them: the skill's index, target and flight."""


def _row(order: Order) -> list[float]:
    return [SKILLS.index(order.skill), *order.target, order.flight]


MENU_ROWS: Final = np.array([[_row(order) for order in menu] for menu in MENUS], np.float32)
SCRIPTED_ROWS: Final = np.array([_row(order) for order in rally.ORDERS], np.float32)
"""By situation, as `agents.menu` counts them: (situations, choices, 5) and (situations, 5)."""
_VELOCITY, _TURN = 32, 35
"""Where these begin in a view of 1v1."""


def situations(seen: Floats) -> NDArray[np.intp]:
    """As `menu.situation`, for views (n, 37)."""
    mine = seen[:, _TURN] > 0.5
    moving = np.abs(seen[:, _VELOCITY : _VELOCITY + 2]).sum(axis=1) >= STILL_BALL
    return np.where(mine, moving.astype(np.intp), 2)


def chosen(seen: Floats, choices: Floats) -> Floats:
    """Orders (n, 5) for views (n, 37) and choices (n,); whose hands they go to does not matter."""
    orders: Floats = MENU_ROWS[situations(seen), choices.astype(np.intp) % CHOICES]
    return orders


def carried_out(orders: Floats, own: Own, level: str) -> Floats:
    """Actions (courts, seats, 4) of level `prt` or `ctbr` by which the controllers follow orders (courts, seats, 5)."""
    rows = orders.transpose(2, 1, 0)
    wanted = fly(Orders(rows[0].astype(np.int8), rows[1:4], rows[4]), own)
    flown = steer(own.rates, own.throttle, wanted) if level == "prt" else _shares(wanted)
    return np.ascontiguousarray(np.clip(flown, -1.0, 1.0).transpose(2, 1, 0), np.float32)


def _shares(wanted: Setpoints) -> Floats:
    thrust = wanted.thrust / (2.0 * MAX_THRUST) - 1.0
    return np.concatenate((wanted.rates / MAX_RATE, thrust[None]))


assert MENU_ROWS.shape == (len(MENUS), CHOICES, ROW)
