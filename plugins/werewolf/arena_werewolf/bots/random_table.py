"""The table whose win rate is the engine's regression test: uniform choices, bar four that nobody would make."""

from collections.abc import Mapping
from typing import Any, cast

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Choices, FreeText, Legal
from arena.core.values import Action
from arena_werewolf.roles import DOCTOR, WITCH
from arena_werewolf.view import CARD


class RandomTable(Agent):
    """Silent; never abstains; a wolf never votes a wolf; the doctor saves itself on the first night.

    Bids and potions are uniform over all that is on offer.
    """

    wants = frozenset({CARD})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """A uniform draw from what is left of the menu."""
        if not isinstance(legal, Choices):
            return self.speak(observation) if isinstance(legal, FreeText) else {}
        card = cast(Mapping[str, Any], observation.fields[CARD])
        if card["role"] == DOCTOR.name and card["day"] == 1 and self.seat.seat in legal.ids:
            return self.seat.seat
        if card["phase"] == "bid" or (card["role"] == WITCH.name and card["phase"] == "night"):
            return legal.ids[int(self._rng.random() * len(legal.ids))]
        targets = [i for i in legal.ids if i < self.seat.seats and i not in card["teammates"]]
        return targets[int(self._rng.random() * len(targets))] if targets else legal.ids[-1]

    def speak(self, observation: Observation) -> str:
        """Nothing."""
        return ""
