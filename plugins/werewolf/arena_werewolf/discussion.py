"""The talk of a day (RULES.md 3.1, 3.5): one class a speaking order. Orders by bids stand in `bidding`."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from arena.core.legal import FreeText, Legal
from arena.core.values import Action, Seat
from arena_werewolf.phase import Phase
from arena_werewolf.speech import canonical_speech, hear
from arena_werewolf.table import Table


class Talk(Phase):
    """Those asked speak; how often and in which order is up to the orders."""

    __slots__ = ()
    name = "discussion"

    def legal(self, seat: Seat) -> Legal:
        """A speech within the budget; it may be empty."""
        return FreeText(self.table.rules.speech_chars, "what you say to everybody")

    def check(self, seat: Seat, action: Action) -> Action:
        """The speech as everybody will see it."""
        return canonical_speech(action, self.table.rules.speech_chars)

    def default(self, seat: Seat) -> Action:
        """Silence."""
        return ""


class Queue(Talk):
    """One speaks after the other, and is heard by all before the next one speaks."""

    __slots__ = ("_queue",)

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._queue = self.order()
        self.asked = tuple(self._queue[:1])

    @abstractmethod
    def order(self) -> Sequence[Seat]:
        """Who speaks, one speech an entry."""

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """One speech."""
        for seat, text in actions.items():
            hear(self.table, seat, str(text))
        self._queue = self._queue[1:]
        self.asked = tuple(self._queue[:1])


class FixedOnce(Queue):
    """Every survivor once, in ascending order."""

    __slots__ = ()

    def order(self) -> Sequence[Seat]:
        """The living."""
        return self.table.living


class Rounds(Queue):
    """As `FixedOnce`, several times over."""

    __slots__ = ()

    def order(self) -> Sequence[Seat]:
        """The living, once a round."""
        return self.table.living * self.table.rules.talk_rounds


class Rotate(Queue):
    """Ascending and around; each day another seat has the first word."""

    __slots__ = ()

    def order(self) -> Sequence[Seat]:
        """On day d the first to speak is the first survivor from seat d - 1 on."""
        first = (self.table.day - 1) % self.table.rules.seats
        living = self.table.living
        around = (*(seat for seat in living if seat >= first), *(seat for seat in living if seat < first))
        return around * self.table.rules.talk_rounds


class Shuffled(Queue):
    """An order drawn each day, the same in all rounds of the day."""

    __slots__ = ()

    def order(self) -> Sequence[Seat]:
        """From the seed's stream `talk/DAY`."""
        order = list(self.table.living)
        self.table.seed.stream("talk", self.table.day).shuffle(order)
        return order * self.table.rules.talk_rounds


class Parallel(Talk):
    """In each round all survivors speak at the same time, and are heard when all have spoken."""

    __slots__ = ("_left",)

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._left = table.rules.talk_rounds

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """One round."""
        for seat in self.asked:
            hear(self.table, seat, str(actions[seat]))
        self._left -= 1
        if not self._left:
            self.asked = ()
