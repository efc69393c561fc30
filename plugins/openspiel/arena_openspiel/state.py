"""One OpenSpiel state behind the arena's contract. Chance is resolved here, so that agents only ever see decisions.

This is the innermost loop of every OpenSpiel match: each pyspiel call is made at most once a decision.
"""

from collections.abc import Collection, Mapping
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyspiel

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.game import Outcome, SeatOutcome, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import Action, Fields, Seat, Value

if TYPE_CHECKING:
    from arena_openspiel.game import OpenSpielGame

_CHANCE: Final = int(pyspiel.PlayerId.CHANCE)
_SIMULTANEOUS: Final = int(pyspiel.PlayerId.SIMULTANEOUS)
_NO_MOVERS: Final[tuple[Seat, ...]] = ()
_NO_METRICS: Final[Mapping[str, float]] = {}


class OpenSpielState(State):
    """A match between two decisions. `engine` is OpenSpiel's own state."""

    __slots__ = ("_before", "_chance", "_game", "_legal", "_movers", "_seed", "_together", "engine")

    def __init__(self, game: "OpenSpielGame", engine: pyspiel.State, seed: Seed) -> None:
        self._game, self.engine, self._seed = game, engine, seed
        self._chance: Random | None = None
        self._legal: Choices | None = None
        self._together: dict[Seat, Choices] | None = None
        player = engine.current_player()
        self._movers = game.turns[player] if player >= 0 else self._settle(player)
        self._before = engine.returns() if game.rewarding else None

    def to_move(self) -> Collection[Seat]:
        return self._movers

    def legal(self, seat: Seat) -> Choices:
        if self._together is not None:
            return self._together[seat]
        legal = self._legal
        if legal is None:
            legal = self._legal = Choices(self.engine.legal_actions(), self._label)
        return legal

    def _label(self, action: int) -> str:
        return str(self.engine.action_to_string(action))

    def check(self, seat: Seat, action: Action) -> Action:
        if type(action) is not int:
            action = _whole(action)
        if action in self.legal(seat).ids:
            return action
        raise IllegalAction("this action is not legal here; choose one of the listed ids (RULES.md, 3)")

    def step(self, actions: Mapping[Seat, Action]) -> None:
        engine = self.engine
        if self._before is not None:
            self._before = engine.returns()
        if self._together is None:
            engine.apply_action(actions[self._movers[0]])
        else:
            self._step_together(actions)
        self._legal = None
        player = engine.current_player()
        self._movers = self._game.turns[player] if player >= 0 else self._settle(player)

    def _step_together(self, actions: Mapping[Seat, Action]) -> None:
        # OpenSpiel wants an action of every player; 0 stands in for those that have none to choose from.
        self.engine.apply_actions([actions.get(Seat(seat), 0) for seat in range(self._game.spec.seats)])
        self._together = None

    def _settle(self, player: int) -> tuple[Seat, ...]:
        """Draw chance until somebody owes a decision or the match is over; the seats that owe one."""
        while player == _CHANCE:
            self.engine.apply_action(self._draw())
            player = self.engine.current_player()
        if player >= 0:
            return self._game.turns[player]
        return self._ask_all() if player == _SIMULTANEOUS else _NO_MOVERS

    def _ask_all(self) -> tuple[Seat, ...]:
        offers = ((Seat(seat), self.engine.legal_actions(seat)) for seat in range(self._game.spec.seats))
        name = self.engine.action_to_string
        self._together = {seat: Choices(ids, partial(name, seat)) for seat, ids in offers if ids}
        return tuple(self._together)

    def _draw(self) -> int:
        if self._chance is None:
            self._chance = self._seed.stream("chance")
        point, chosen = self._chance.random(), 0
        for action, probability in self.engine.chance_outcomes():
            if probability > 0.0:
                chosen, point = action, point - probability
                if point < 0.0:
                    break
        return chosen

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return self._game.views.build(self.engine, viewer, want, your_turn=viewer in self._movers)

    def default_action(self, seat: Seat) -> Action:
        return self.legal(seat).ids[0]

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        if self._before is None:
            return {}
        now = self.engine.returns()
        return {
            Seat(n): {"reward": after - before} for n, (before, after) in enumerate(zip(self._before, now, strict=True))
        }

    def outcome(self) -> Outcome | None:
        if self._movers:
            return None
        returns = self.engine.returns()
        return [
            SeatOutcome(1 + sum([other > score for other in returns]), score, "", "", _NO_METRICS) for score in returns
        ]


def _whole(action: Any) -> int:
    if isinstance(action, np.integer):
        return int(action)
    raise MalformedAction("answer with the id of a listed action, a whole number (RULES.md, 3)")
