"""A match in the air: answers queue up, the world advances at 50 Hz, and seats are asked again when they owe an answer.

What both contests and exercises share; subclasses say how the world begins, what ends it and what is seen.
"""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from arena.core.errors import IllegalAction
from arena.core.game import Event, State
from arena.core.legal import Legal
from arena.core.values import Action, Json, Seat
from arena_drone_volleyball.control.attitude import Commands
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.physics.world import Touch, World
from arena_drone_volleyball.play.frame import own_ball, own_body
from arena_drone_volleyball.play.levels import Level


class Flight(State):
    """Seat n flies drone n of `world` by its level; drones beyond the seats are flown by `_scripted`.

    A seat is asked when it has nothing left to fly: after its chunk, or after an event, which discards what is left.
    Orders are asked for when the ball has left the racket, since nobody can tell before where a hit sends it.
    """

    __slots__ = ("_due", "_events", "_last", "_over", "_plans", "_rewards", "_watcher", "levels", "seats", "world")

    def __init__(self, world: World, levels: Sequence[Level]) -> None:
        self.world, self.levels, self.seats = world, levels, len(levels)
        self._plans: list[deque[Any] | Any] = [None] * len(levels)
        self._last: list[Action] = [level.hover() for level in levels]
        self._events: list[Event] = []
        self._rewards: dict[Seat, dict[str, float]] = {}
        self._over = self._due = False
        self._watcher: Callable[[Flight], None] | None = None

    def watch(self, watcher: Callable[["Flight"], None]) -> None:
        """Have `watcher` called with this state after each control step, before that is judged."""
        self._watcher = watcher

    def to_move(self) -> Collection[Seat]:
        """Everybody who has nothing left to fly; all at once after an event."""
        return [] if self._over else [Seat(seat) for seat, plan in enumerate(self._plans) if plan is None]

    def legal(self, seat: Seat) -> Legal:
        """As the action level says, at all times the same."""
        return self.levels[seat].legal()

    def check(self, seat: Seat, action: Action) -> Action:
        """The canonical form.

        Raises:
            MalformedAction, IllegalAction: as `Level.check` says.
        """
        if self._over:
            raise IllegalAction("the match is over (RULES.md 3.5)")
        return self.levels[seat].check(action)

    def default_action(self, seat: Seat) -> Action:
        """What the seat did last; hovering, when it never answered."""
        return self._last[seat]

    def step(self, actions: Mapping[Seat, Action]) -> None:
        """Take the answers, and fly until somebody owes one.

        Raises:
            GameFault: the physics is no longer finite.
        """
        self._rewards = {}
        for seat, action in actions.items():
            level = self.levels[seat]
            rows = level.steps(action)
            self._plans[seat] = self._order(seat, action) if rows is None else deque(rows)
            self._last[seat] = level.last(action)
        while not self._over and all(plan is not None for plan in self._plans):
            self._advance()

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        """All of them, for everybody: nothing is hidden."""
        return self._events[since:]

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        """What the last step paid."""
        return self._rewards

    @abstractmethod
    def side(self, drone: int) -> int:
        """The side in whose frame a drone sees and is steered."""

    @abstractmethod
    def _judge(self, touches: list[Touch]) -> bool:
        """Look at the world after a control step; whether something happened that seats decide anew upon."""

    def _scripted(self, drone: int) -> Commands:
        """The rotor commands of a drone without a seat."""
        return HOVER_COMMAND, HOVER_COMMAND, HOVER_COMMAND, HOVER_COMMAND

    @property
    def _orders(self) -> bool:
        """Whether seats give orders, which hold until the next event."""
        return self.levels[0].holds

    def _order(self, seat: int, action: Action) -> Any:
        return self.levels[seat].order(action, own_body(self.world, seat, self.side(seat)))

    def _advance(self) -> None:
        commands = [self._command(seat) for seat in range(self.seats)]
        commands += [self._scripted(drone) for drone in range(self.seats, self.world.drones)]
        touches = self.world.advance(np.array(commands))
        if self._watcher is not None:
            self._watcher(self)
        self._due |= self._judge(touches)
        if self._due and not (self._orders and self.world.touching):
            self._plans, self._due = [None] * self.seats, False

    def _command(self, seat: int) -> Commands:
        plan = self._plans[seat]
        if type(plan) is not deque:
            return self._steered(plan, seat)
        step = plan.popleft()
        if not plan:
            self._plans[seat] = None
        return self._steered(step, seat) if self.levels[seat].feedback else step

    def _steered(self, step: Any, seat: int) -> Commands:
        side = self.side(seat)
        return self.levels[seat].command(step, own_body(self.world, seat, side), own_ball(self.world, side))

    def _reward(self, seat: int, channel: str, amount: float) -> None:
        channels = self._rewards.setdefault(Seat(seat), {})
        channels[channel] = channels.get(channel, 0.0) + amount

    def _note(self, kind: str, data: Mapping[str, Json], sender: int | None = None) -> None:
        self._events.append(Event(len(self._events), kind, data, None if sender is None else Seat(sender)))
