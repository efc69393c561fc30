"""The canonical forms of what batch after batch shares (games, parties, clocks), made once an object."""

from collections.abc import Callable
from dataclasses import astuple
from typing import Final, Generic, NamedTuple, TypeVar

from arena.core.canonical import canonical, canonical_text
from arena.core.game import MAX_SECONDS, ClockSpec
from arena.core.match import GameRef, PartyRef

T = TypeVar("T")
V = TypeVar("V")

_REMEMBERED: Final = 4096


class Memo(Generic[T, V]):
    """Remembers by identity what was made of an object; it holds the object, so that no other one gets its id."""

    def __init__(self, make: Callable[[T], V]) -> None:
        self._make = make
        self._made: dict[int, tuple[T, V]] = {}

    def __call__(self, value: T) -> V:
        """What `make` gives for this value."""
        found = self._made.get(id(value))
        if found is None:
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            found = self._made[id(value)] = value, self._make(value)
        return found[1]


class GameBytes(NamedTuple):
    """A game in canonical form, and its config alone."""

    whole: bytes
    config: bytes


class Forms:
    """One memo a kind of object. Each call raises what `canonical` does."""

    def __init__(self) -> None:
        self.game = Memo(_game_bytes)
        self.party = Memo(_party_text)
        self.clock = Memo(_clock_text)


def _game_bytes(game: GameRef) -> GameBytes:
    whole = {name: getattr(game, name) for name in ("config", "id", "rated_id", "version")}
    return GameBytes(canonical(whole), canonical(game.config))


def _party_text(party: PartyRef) -> str:
    text = canonical_text
    return (
        f'{{"agent":{text(party.agent)},"entry":{text(party.entry)},"owner":{text(party.owner)},'
        f'"spec":{text(party.spec)},"version":{text(party.version)}}}'
    )


def _clock_text(clock: ClockSpec) -> str:
    """Limits of one decision stand there only where a game has them, as in records of before there were any."""
    limits = astuple(clock)
    limited = limits[3:] != (MAX_SECONDS, MAX_SECONDS)
    return f"[{','.join(map(canonical_text, limits if limited else limits[:3]))}]"
