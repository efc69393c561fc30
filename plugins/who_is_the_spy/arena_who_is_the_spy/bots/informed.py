"""A player that knows the list of pairs, or looks at its picture, and judges clues by what it holds itself."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from arena.core.agent import Observation
from arena.core.values import EVENTS, PICTURE, Media
from arena_who_is_the_spy.bots.eye import look
from arena_who_is_the_spy.bots.listener import Listener, content
from arena_who_is_the_spy.scenes import COLOURS, SHAPES
from arena_who_is_the_spy.view import CARD
from arena_who_is_the_spy.words import Pair, pairs

_KNOWN: Final = 2.0
"""How much a hint of the other word weighs against one of the own."""


class Informed(Listener):
    """Gives hints that fit what it holds, and votes for whoever's clues fit it least; as a spy it says what fits both."""

    wants = frozenset({CARD, EVENTS, PICTURE})

    def clue(self, observation: Observation) -> str:
        """A hint that nobody gave yet, while there is one."""
        given = frozenset().union(*(content(text) for _, text in self.clues))
        hints = self._hints(observation)
        new = [hint for hint in hints if not content(hint) <= given]
        hint = new[0] if new else self.rng.choice(hints)
        return f"I think of {hint}." if new else f"As I see it, {hint} is number {len(self.clues) + 1}."

    def suspicion(self, seat: int) -> float:
        """Clues that say nothing true of what this player holds, the more so those that fit the other word."""
        return -sum(map(self._fit, self.said(seat)))

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
        seen = [f"a {colour} {shape}" for colour, shape in look(picture)]
        self._seen = {content(sight) for sight in seen}
        self.rng.shuffle(seen)
        return seen

    def _fit(self, words: frozenset[str]) -> float:
        if "word" not in self.card:
            return self._picture_fit(words)
        pair, side = _of(self.card["word"])
        if self._is_spy:
            return 0.0
        fits = len(words & {*pair.both, *pair.own[side]})
        return min(fits, 1) - _KNOWN * len(words & set(pair.own[1 - side]))

    def _picture_fit(self, words: frozenset[str]) -> float:
        """1 for naming an object that is there, -2 for one that is not, 0 for none."""
        if self._is_spy:
            return 0.0
        named = {frozenset({colour, shape}) for colour in words & {*COLOURS} for shape in words & {*SHAPES}}
        if not named:
            return 0.0
        return 1.0 if any(sight <= words for sight in self._seen) else -_KNOWN

    @property
    def _is_spy(self) -> bool:
        return bool(self.card.get("role") == "spy")

    _seen: set[frozenset[str]] = set()  # noqa: RUF012 - replaced at the first look


@cache
def _sides() -> Mapping[str, tuple[Pair, int]]:
    return {word: (pair, side) for pair in pairs() for side, word in enumerate(pair.words)}


def _of(word: Any) -> tuple[Pair, int]:
    return _sides()[str(word)]
