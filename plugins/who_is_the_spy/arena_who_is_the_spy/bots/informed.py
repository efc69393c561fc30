"""A player that knows the list of pairs, or looks at its picture, and judges clues by what it holds itself."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from arena.core.agent import Observation, SeatInfo
from arena.core.values import EVENTS, PICTURE, Media
from arena_who_is_the_spy.bots.eye import look
from arena_who_is_the_spy.bots.listener import Listener, content
from arena_who_is_the_spy.scenes import COLOURS, SHAPES
from arena_who_is_the_spy.view import CARD
from arena_who_is_the_spy.words import Pair, pairs

_KNOWN: Final = 2.0
"""How much a hint of the other word weighs against one of the own."""
_BORROWED: Final = 12
"""Words of another's clue that a spy blends in with."""


class Informed(Listener):
    """Gives hints that fit what it holds, and votes for whoever's clues fit it least; a spy says what fits both."""

    wants = frozenset({CARD, EVENTS, PICTURE})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._seen: set[frozenset[str]] = set()

    def clue(self, observation: Observation) -> str:
        """A hint that nobody gave yet, while there is one."""
        given = frozenset[str]().union(*(content(text) for _, text in self.clues))
        hints = self._hints(observation)
        new = [hint for hint in hints if not content(hint) <= given]
        hint = new[0] if new else self.rng.choice(hints)
        return self._phrased(hint)

    def suspicion(self, seat: int) -> float:
        """Clues that add nothing true of what this player holds, the more so those that fit the other word."""
        if self._is_spy:
            return 0.0
        fit = self._word_fit if "word" in self.card else self._picture_fit
        return -sum(map(fit, self.said(seat), self.news(seat)))

    def _phrased(self, hint: str) -> str:
        """The hint in a sentence of its own; a spy puts it into the words of the player before it."""
        if self._is_spy and self.clues:
            words = self.clues[-1][1].rstrip(".!?").split()[:_BORROWED]
            blended = f"{' '.join(words)} and {hint} {len(self.clues)}."
            if len(blended) <= int(str(self.seat.config["speech_chars"])):
                return blended
        return f"I think of {hint}, clue {len(self.clues) + 1}."

    def _hints(self, observation: Observation) -> Sequence[str]:
        if "word" not in self.card:
            return self._sights(observation)
        pair, side = _of(self.card["word"])
        own = list(pair.own[1 - side if self._is_spy else side])
        both = list(pair.both)
        self.rng.shuffle(own)
        self.rng.shuffle(both)
        return [*own, *both] if not self._is_spy else [*both, *own]

    def _sights(self, observation: Observation) -> Sequence[str]:
        """What is in the picture; a spy keeps to what others have named as well."""
        picture = cast(Media, observation.fields[PICTURE])
        seen = [f"the {colour} {shape}" for colour, shape in look(picture)]
        self._seen = {content(sight) - {"the"} for sight in seen}
        self.rng.shuffle(seen)
        return seen

    def _word_fit(self, words: frozenset[str], news: frozenset[str]) -> float:
        """1 for a new hint that fits the own word, -2 for each that fits the other one alone."""
        pair, side = _of(self.card["word"])
        return bool(news & {*pair.both, *pair.own[side]}) - _KNOWN * len(words & {*pair.own[1 - side]})

    def _picture_fit(self, words: frozenset[str], news: frozenset[str]) -> float:
        """1 for naming an object that is there, if that is new, -2 for one that is not, 0 for none."""
        named = {frozenset({colour, shape}) for colour in words & {*COLOURS} for shape in words & {*SHAPES}}
        if not named:
            return 0.0
        if named.isdisjoint(self._seen):
            return -_KNOWN
        return float(bool(news & {*COLOURS, *SHAPES}))

    @property
    def _is_spy(self) -> bool:
        return bool(self.card.get("role") == "spy")


@cache
def _sides() -> Mapping[str, tuple[Pair, int]]:
    return {word: (pair, side) for pair in pairs() for side, word in enumerate(pair.words)}


def _of(word: Any) -> tuple[Pair, int]:
    return _sides()[str(word)]
