"""The table whose win rate is the engine's regression test: uniform choices, bar four that nobody would make."""

from collections.abc import Mapping
from typing import Any, cast

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Choices, Legal
from arena.core.values import Action
from arena_werewolf.roles import DOCTOR
from arena_werewolf.view import CARD


class RandomTable(Agent):
    """Silent; never abstains; a wolf never votes a wolf; the doctor saves itself on the first night."""

    wants = frozenset({CARD})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """A uniform draw from what is left of the menu."""
        if not isinstance(legal, Choices):
            return ""
        card = cast(Mapping[str, Any], observation.fields[CARD])
        if card["role"] == DOCTOR.name and card["day"] == 1 and self.seat.seat in legal.ids:
            return self.seat.seat
        targets = [i for i in legal.ids if i < self.seat.seats and i not in card["teammates"]]
        return targets[int(self._rng.random() * len(targets))] if targets else legal.ids[-1]
