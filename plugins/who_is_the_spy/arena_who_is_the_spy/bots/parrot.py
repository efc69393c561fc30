"""A parrot: it blends in by saying what was said, and suspects whoever stands apart."""

from typing import Final

from arena.core.agent import Observation
from arena_who_is_the_spy.bots.listener import Listener

_KEPT: Final = 6
"""Words of another's clue that are repeated."""


class Parrot(Listener):
    """Repeats what others said, and votes for whoever shares the fewest words with the rest."""

    def clue(self, observation: Observation) -> str:
        """The latest clue of another player in other order, with a number that makes it new."""
        others = [text for speaker, text in self.clues if speaker != self.seat.seat]
        words = others[-1].rstrip(".!?").split()[:_KEPT] if others else ["I", "go", "first"]
        return f"{' '.join(words)} too, and that makes {len(self.clues) + 1}."

    def suspicion(self, seat: int) -> float:
        """Minus the number of words shared with anybody else's clues."""
        rest = frozenset().union(*(words for other in self._others(seat) for words in self.said(other)))
        return -float(sum(len(words & rest) for words in self.said(seat)))

    def _others(self, seat: int) -> list[int]:
        return [other for other in range(self.seat.seats) if other != seat]
