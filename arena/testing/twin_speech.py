"""Two matches of one game in step, alike in all but what is said: hostile words in one, harmless ones in the other."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from json import dumps
from random import Random
from typing import Any, Final

from arena.agents.speaking import speaks, utter
from arena.core.errors import ActionRefused
from arena.core.game import Game, State
from arena.core.seed import Seed
from arena.core.speech import spoofs
from arena.core.values import OMNISCIENT, SPECTATOR, Action, Json, Seat
from arena.testing.drawing import drawn

_HARMLESS: Final = ("quiet ", "gentle ", "plain ", "simple ", "patient ", "modest ")
_NAMED: Final = re.compile(r"[a-z]+_\d+")
"""A seat, as games with speech call it."""
_LONG_ENOUGH: Final = 4
"""A shorter speech may stand in a view by chance, unless it is in quotes."""


@dataclass(slots=True)
class SpeechTwins:
    """Both matches; `heard` maps each hostile speech, as it was taken, to its harmless twin.

    `spoken` counts the hostile speeches that were taken, by seat.
    """

    game: Game
    hostile: State
    harmless: State
    heard: dict[str, str] = field(default_factory=dict)
    spoken: dict[Seat, list[str]] = field(default_factory=dict)

    @property
    def viewers(self) -> list[Seat]:
        """Everybody who may look."""
        return [*map(Seat, range(self.game.spec.seats)), SPECTATOR, OMNISCIENT]

    @property
    def both(self) -> tuple[State, State]:
        """The match of hostile words, then the other."""
        return self.hostile, self.harmless


def play_twins(game: Game, seed: int, says: Sequence[str], *, max_steps: int) -> Iterator[SpeechTwins]:
    """One random match in which every speaker says `says` in turn; yields the twins before each step and at the end.

    Where a game does not take the words, or their harmless twin, both matches go on with one and the same other action.
    """
    twins = SpeechTwins(game, game.new_state(Seed.of(seed), {}), game.new_state(Seed.of(seed), {}))
    words = cycle(says)
    try:
        yield twins
        for step in range(max_steps):
            movers = sorted(twins.hostile.to_move())
            if not movers or movers != sorted(twins.harmless.to_move()):
                return
            pairs = {seat: _answers(twins, seat, words, f"{seed}/{step}/{seat}") for seat in movers}
            for state, chosen in zip(twins.both, zip(*pairs.values(), strict=True), strict=True):
                state.step(dict(zip(movers, chosen, strict=True)))
            yield twins
    finally:
        for state in twins.both:
            state.close()


def _answers(twins: SpeechTwins, seat: Seat, words: Iterator[str], draw: str) -> tuple[Action, Action]:
    legal = twins.hostile.legal(seat)
    if speaks(legal):
        try:
            return _speeches(twins, seat, next(words), draw)
        except ActionRefused:
            pass
    first, second = (drawn(state, seat, Random(draw)) for state in twins.both)
    return first, second


def _speeches(twins: SpeechTwins, seat: Seat, said: str, draw: str) -> tuple[Action, Action]:
    """The action that says it, and the harmless one; raises ActionRefused when one is not taken."""
    legal = twins.hostile.legal(seat)

    def act(state: State, words: str) -> tuple[Action, str]:
        action = state.check(seat, utter(legal, words, Random(draw)))
        return action, max(texts_of(action) - texts_of(utter(legal, "", Random(draw))), key=len, default="")

    evil, taken = act(twins.hostile, said)
    withheld = twins.game.config.get("league") == "strict" and spoofs(taken)
    words = twins.heard.get(taken) or _harmless(taken, len(twins.heard), names=not withheld)
    plain, told = act(twins.harmless, words)
    if taken:
        twins.heard[taken] = told
        twins.spoken.setdefault(seat, []).append(taken)
    return evil, plain


def _harmless(taken: str, number: int, *, names: bool) -> str:
    """Words of the same length, other ones each time; with `names` of the same seats: rules may turn on who is named.

    No space stands at either end, since cleaning would take it away.
    """
    text = (_HARMLESS[number % len(_HARMLESS)] * (len(taken) // 5 + 1))[: len(taken)]
    text = text[:-1] + "e" if text.endswith(" ") else text
    for named in _NAMED.finditer(taken) if names else ():
        first, last = max(named.start() - 1, 0), named.end() + 1
        framed = ("," if named.start() else "") + named[0] + ("," if named.end() < len(taken) else "")
        text = text[:first] + framed + text[last:]
    return text


def texts_of(action: Json | Action) -> set[str]:
    """Every text within an action."""
    match action:
        case str():
            return {action}
        case Mapping():
            return {text for value in action.values() for text in texts_of(value)}
        case list() | tuple():
            return {text for value in action for text in texts_of(value)}
        case _:
            return set()


def swapped(value: Any, heard: Mapping[str, str]) -> Any:
    """`value` with every hostile speech in it, as it is or as JSON writes it, replaced by its harmless twin."""
    match value:
        case str():
            return _swapped_text(value, heard)
        case Mapping():
            return {key: swapped(item, heard) for key, item in value.items()}
        case list() | tuple():
            return [swapped(item, heard) for item in value]
        case _:
            return value


def _swapped_text(text: str, heard: Mapping[str, str]) -> str:
    if text in heard:
        return heard[text]
    for evil in sorted(heard, key=len, reverse=True):
        for ascii_only in (True, False):
            text = text.replace(dumps(evil, ensure_ascii=ascii_only), dumps(heard[evil], ensure_ascii=ascii_only))
        if len(evil) >= _LONG_ENOUGH:
            text = text.replace(evil, heard[evil])
    return text
