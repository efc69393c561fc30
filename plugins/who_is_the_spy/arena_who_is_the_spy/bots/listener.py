"""What the talking bots share: they hear every clue, and vote for whoever is most suspect."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, cast

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.game import Event
from arena.core.legal import Choices, Legal
from arena.core.values import EVENTS, Action, Fields
from arena_who_is_the_spy.view import CARD

_WORD: Final = re.compile(r"[^\W_]+")


def content(text: str) -> frozenset[str]:
    """The words of a clue in lower case, apart from the smallest ones."""
    return frozenset(word for word in _WORD.findall(text.casefold()) if len(word) > 2)


class Listener(Agent):
    """Hears the clues as `heard`: by seat, the words of each of its clues."""

    wants: ClassVar[Fields] = frozenset({CARD, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self.rng = seat.rng()
        self.card: Mapping[str, Any] = {}
        self.clues: list[tuple[int, str]] = []

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """A clue, or the most suspect of the menu; among equals a random one."""
        self.card = cast(Mapping[str, Any], observation.fields[CARD])
        self._listen(observation.events)
        if not isinstance(legal, Choices):
            return self.clue(observation)
        others = [seat for seat in legal.ids if seat < self.seat.seats and seat != self.seat.seat]
        suspicion = {seat: self.suspicion(seat) for seat in others}
        most = max(suspicion.values())
        return self.rng.choice([seat for seat in others if suspicion[seat] == most])

    def clue(self, observation: Observation) -> str:
        """What to say now."""
        raise NotImplementedError

    def suspicion(self, seat: int) -> float:
        """How much another player looks like a spy."""
        raise NotImplementedError

    def said(self, seat: int) -> Sequence[frozenset[str]]:
        """The words of each clue of a player."""
        return [content(text) for speaker, text in self.clues if speaker == seat]

    def news(self, seat: int) -> Sequence[frozenset[str]]:
        """The words of each clue of a player that nobody had said before."""
        before, found = frozenset[str](), list[frozenset[str]]()
        for speaker, text in self.clues:
            words = content(text)
            if speaker == seat:
                found.append(words - before)
            before |= words
        return found

    def _listen(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.kind == "clue" and event.sender is not None:
                self.clues.append((event.sender, str(event.data["text"])))
