"""HCSP's choices for 3v3: six for the first pass, three for the second, four for the attack (arXiv 2505.04317).

Where HCSP trained a policy for each, ours are orders to the controllers of the level `skill`.
"""

from dataclasses import dataclass
from math import hypot
from typing import Any, Final

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.legal import Choices
from arena.core.values import Action
from arena_drone_volleyball.control.attitude import Body, Commands, steer
from arena_drone_volleyball.control.ballistics import Ball
from arena_drone_volleyball.control.skills import Order, Skill, fly
from arena_drone_volleyball.play.levels import Level

_SET, _SPIKE = (3.0, -1.5), (3.0, 1.5)
"""Where second pass and attack stand."""
SERVE: Final = Order(Skill.SERVE, (-4.0, 0.0, 1.9), 1.6)

_HOVER: Final = ("hover", Order(Skill.HOVER, (0.0, 0.0, 0.0), 0.0))
_FIRST: Final = (
    ("go left", Order(Skill.GOTO, (5.0, -1.5, 1.7), 0.0)),
    ("go to the middle", Order(Skill.GOTO, (5.0, 0.0, 1.7), 0.0)),
    ("go right", Order(Skill.GOTO, (5.0, 1.5, 1.7), 0.0)),
    ("pass to the setter", Order(Skill.PASS, (*_SET, 1.9), 1.45)),
    ("pass to the attacker", Order(Skill.PASS, (*_SPIKE, 1.9), 1.45)),
    _HOVER,
)
_SECOND: Final = (
    ("go to the setter's place", Order(Skill.GOTO, (*_SET, 1.7), 0.0)),
    ("set", Order(Skill.SET, (*_SPIKE, 1.9), 1.45)),
    _HOVER,
)
_ATTACK: Final = (
    ("go to the attacker's place", Order(Skill.GOTO, (*_SPIKE, 1.7), 0.0)),
    ("attack left", Order(Skill.ATTACK, (-3.0, -1.5, 1.9), 1.2)),
    ("attack right", Order(Skill.ATTACK, (-3.0, 1.5, 1.9), 1.2)),
    _HOVER,
)
ROLES: Final = (_SECOND, _ATTACK, _FIRST)
"""By number in the team: the third drone serves, and passes first."""


@dataclass(frozen=True, slots=True)
class Preset(Level):
    """`hcsp`: one of a few named orders. A pass before the serve is the serve."""

    number: int
    holds = True
    choices = max(map(len, ROLES))

    def legal(self) -> Choices:
        orders = ROLES[self.number]
        return Choices(range(len(orders)), lambda choice: orders[choice][0])

    def check(self, action: Action) -> Action:
        if type(action) is not int:
            raise MalformedAction("answer with the number of a choice (RULES.md 5.7)")
        if not 0 <= action < len(ROLES[self.number]):
            raise IllegalAction(f"choose 0 to {len(ROLES[self.number]) - 1} (RULES.md 5.7)")
        return action

    def hover(self) -> Action:
        return len(ROLES[self.number]) - 1

    def steps(self, action: Action) -> None:
        return None

    def order(self, action: Action, body: Body) -> Order:
        order = ROLES[self.number][int(str(action))][1]
        return order._replace(target=body.position) if order.skill == Skill.HOVER else order

    def command(self, step: Any, body: Body, ball: Ball) -> Commands:
        tossed = hypot(*ball.velocity[:2]) < 1e-3  # a ball in play never falls plumb
        return steer(body, fly(SERVE if tossed and step.skill == Skill.PASS else step, body, ball))
