"""The talk of a day (RULES.md 3.1, 3.2). Another speaking order is another phase beside `Discussion`."""

from collections.abc import Mapping, Sequence

from arena.core.legal import FreeText
from arena.core.values import Action, Seat
from arena_werewolf.phase import Phase
from arena_werewolf.speech import canonical_speech
from arena_werewolf.table import Table


class Discussion(Phase):
    """Every survivor speaks once, in ascending order, and is heard by all before the next one speaks."""

    __slots__ = ("_queue",)
    name = "discussion"

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._queue: Sequence[Seat] = table.living
        self.asked = self._queue[:1]

    def legal(self, seat: Seat) -> FreeText:
        """A speech within the budget; it may be empty."""
        return FreeText(self.table.rules.speech_chars, "what you say to everybody")

    def check(self, seat: Seat, action: Action) -> str:
        """The speech as everybody will see it."""
        return canonical_speech(action, self.table.rules.speech_chars)

    def default(self, seat: Seat) -> str:
        """Silence."""
        return ""

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """One speech."""
        for seat, text in actions.items():
            said = str(text)
            self.table.round.spoken[seat] = len(said)
            self.table.log.add("speech", {"text": said}, sender=seat)
        self._queue = self._queue[1:]
        self.asked = tuple(self._queue[:1])
