"""What a match has shown of the others so far: one belief for each of them, brought up to date turn by turn."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from arena.core.agent import SeatInfo
from arena.core.values import Seat
from arena_negotiation.bots.belief import Belief
from arena_negotiation.bots.field import Field, field_of
from arena_negotiation.bots.outlook import Outlook
from arena_negotiation.bots.rivals import Minds, minds_of
from arena_negotiation.variants import variant

_GUESSES: Final = 120
"""Guesses at a rival's values; fewer of large fields, so that no more than _CELLS gains are kept."""
_CELLS: Final = 200_000
_FEWEST: Final = 20


class Insight:
    """Guesses come from the rules and the public options (RULES.md 5, 7-11), what they are worth from what is done."""

    def __init__(self, seat: SeatInfo) -> None:
        self._variant, self._dice = variant(seat.game, seat.config), seat.rng()
        self.rng = np.random.default_rng(self._dice.getrandbits(64))
        self.beliefs: dict[int, Belief] = {}
        self.field: Field | None = None
        self._deals = self._seen = 0
        self._open: dict[int, int] = {}

    def learn(self, outlook: Outlook) -> Field:
        """Take in what happened since the last turn; a deal opens another negotiation, with a field of its own."""
        field = field_of(outlook)
        if self.field is not field or self._deals != outlook.deals:
            self.field, self._deals, self._seen = field, outlook.deals, outlook.deal_since
            others = (seat for seat in range(outlook.seats) if seat != outlook.seat)
            self.beliefs = {seat: Belief(self._minds(outlook, field, seat), self.rng) for seat in others}
            self._open = {}
        for turn, said in outlook.turns_taken()[self._seen :]:
            self._take(turn, said, outlook, field)
        self._seen = outlook.happenings
        return field

    def _minds(self, outlook: Outlook, field: Field, seat: int) -> Minds:
        most = max(_FEWEST, min(_GUESSES, _CELLS // len(field.mine)))
        return minds_of(field, self._variant.rivals(outlook.known, Seat(seat), self._dice, most))

    def _take(self, turn: int, said: Mapping[str, Any], outlook: Outlook, field: Field) -> None:
        by, row = said["by"], field.row(outlook.in_own_words(said)) if "offer" in said else -1
        if by in self.beliefs:
            others: Sequence[int] = [offer for seat, offer in self._open.items() if seat != by]
            schedule = outlook.schedule
            if said["kind"] == "opening":
                self.beliefs[by].hear(row)
            else:
                self.beliefs[by].watch(said["kind"], row, others, schedule.time(turn), schedule.is_last(turn))
        if row >= 0:
            self._open[by] = row
        elif said["kind"] == "reject" and outlook.quota == outlook.seats:
            self._open = {seat: offer for seat, offer in self._open.items() if seat == by}
