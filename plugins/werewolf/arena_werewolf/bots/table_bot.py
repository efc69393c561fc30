"""What the talking bots share: they listen, and each kind of decision has a method of its own."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final, cast

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.game import Event
from arena.core.legal import Choices, FreeText, Legal
from arena.core.values import EVENTS, Action
from arena_werewolf.view import CARD

LISTEN: Final = 0
"""The bid of who has nothing to say."""


class TableBot(Agent):
    """Keeps its card and hears events; a subclass says what it does by night, in talk, at votes and with shots."""

    wants = frozenset({CARD, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self.rng = seat.rng()
        self.card: Mapping[str, Any] = {}

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Listen, then decide."""
        self.card = cast(Mapping[str, Any], observation.fields[CARD])
        for event in observation.events:
            self.hear(event)
        phase = self.card["phase"]
        match legal:
            case FreeText():
                return (self.whisper() if phase == "night" else self.speak())[: legal.max_chars]
            case Choices(ids=ids) if len(ids) == 1:
                return ids[0]
            case Choices(ids=ids):
                return self._choose(phase, ids)
            case _:
                return self.predict()

    def _choose(self, phase: str, ids: Sequence[int]) -> int:
        if phase == "bid":
            return self.bid()
        if phase == "night":
            return self.night(ids)
        return self.shoot(ids) if phase == "shot" else self.vote(ids)

    def hear(self, event: Event) -> None:
        """One thing that happened."""

    def speak(self) -> str:
        """Words for everybody; silence unless told otherwise."""
        return ""

    def whisper(self) -> str:
        """Words for the pack; of others nothing is heard."""
        return ""

    def bid(self) -> int:
        """How urgent it is to speak, from 0 to 4."""
        return LISTEN

    def night(self, ids: Sequence[int]) -> int:
        """A choice of the night among several."""
        return self.rng.choice(ids)

    def vote(self, ids: Sequence[int]) -> int:
        """Whom to vote out."""
        return self.rng.choice(ids)

    def shoot(self, ids: Sequence[int]) -> int:
        """Whom to take along."""
        return self.rng.choice(ids)

    def predict(self) -> Action:
        """Who is what; no answer unless told otherwise."""
        return {}

    def others(self, ids: Sequence[int]) -> list[int]:
        """The players on a menu that are not of the own pack."""
        return [i for i in ids if i < self.seat.seats and i not in self.card["teammates"]]

    def coin(self, purpose: str) -> Random:
        """Luck that all bots of a match share, so that they can agree without a word."""
        return Random(f"{self.seat.match_id}/{self.card.get('day', 0)}/{purpose}")
