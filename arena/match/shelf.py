"""The games this worker process has made, each with its options applied, and what they say of themselves."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from arena.core.canonical import canonical
from arena.core.errors import GameUnavailable
from arena.core.game import Game, GameOffer
from arena.core.match import GameRef
from arena.core.values import Json
from arena.plugin.blackbox import GAME, BlackBox
from arena.plugin.border import game_fault
from arena.plugin.registry import Registry

LOADING_MS: Final = 60_000
"""How long a game may take to load."""


KEPT: Final = 64
"""Games that are kept for the next match; beyond that the one longest unused is closed, if no match here plays it."""
CLOSING_MS: Final = 10_000
"""How long a game may take to let go of its engines."""


class GameShelf:
    """Makes each configured game once, and keeps those that are played."""

    def __init__(self, registry: Registry, box: BlackBox) -> None:
        self._registry = registry
        self._box = box
        self._made: dict[tuple[str, str, bytes], Game] = {}
        """The one used last stands last."""
        self._live: Counter[int] = Counter()
        """Matches by the identity of their game."""
        self._latest: tuple[GameRef, Game] | None = None

    def game(self, ref: GameRef) -> Game:
        """The game of a plan.

        Raises:
            UnknownGame, GameUnavailable, BadOption: it cannot be made here, or only by other rules.
        """
        if self._latest is None or self._latest[0] is not ref:  # the matches of a set share their reference
            key = (ref.id, ref.version, canonical(ref.config))
            made = self._made.pop(key, None) or self._make(ref)
            self._made[key] = made
            self._latest = ref, made
            self._shed()
        return self._latest[1]

    def hold(self, game: Game) -> None:
        """A match plays this game."""
        self._live[id(game)] += 1

    def release(self, game: Game) -> None:
        """One of the matches that `hold` told of is over."""
        self._live[id(game)] -= 1
        if not self._live[id(game)]:
            del self._live[id(game)]

    def close(self) -> None:
        """Close every game."""
        self._latest = None
        while self._made:
            self._close(self._made.popitem()[1])

    def _shed(self) -> None:
        """Close what is too much, but never a game that is played, nor the one just asked for."""
        too_many = len(self._made) - KEPT
        if too_many <= 0:
            return
        idle = [key for key, game in list(self._made.items())[:-1] if id(game) not in self._live]
        for key in idle[:too_many]:
            self._close(self._made.pop(key))

    def _close(self, game: Game) -> None:
        """Nobody is charged with what happens then: no match plays this game any more."""
        with self._box.aside(CLOSING_MS):
            try:
                game.close()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
                game_fault(game.spec.id, error)

    def _make(self, ref: GameRef) -> Game:
        there = self._registry.listing(ref.id).version
        if there != ref.version:
            raise GameUnavailable(f"{ref.id} is here by rules {there}; the match was planned by rules {ref.version}")
        with self._box.patience(LOADING_MS):
            return self._registry.make_game(ref)

    def describe(self, game: str, options: Mapping[str, Json], entry: Json = None) -> list[Any]:
        """`[reference, spec, entry]` of a game with these options, as plain values.

        `entry` is some seat's private input, and comes back in its canonical form.

        Raises:
            UnknownGame, GameUnavailable, BadOption: as `game`.
            BadEntry: no seat of this game may bring this entry.
        """
        ref = self._registry.ref(game, given=options)
        made = self.game(ref)
        if entry is not None:
            entry = made.check_entry(entry)
        return [asdict(ref), asdict(made.spec), entry]

    def offers(self) -> list[GameOffer]:
        """Every game, then plugins that do not load."""
        games = [self._offer(game) for game in sorted(self._registry.game_listings())]
        return games + [GameOffer(id=name, reason=why) for name, why in sorted(self._registry.failures.items())]

    def _offer(self, game: str) -> GameOffer:
        listing = self._registry.listing(game)
        self._box.enter(GAME)
        reason = ""
        try:
            self.game(self._registry.ref(game))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
            reason = str(game_fault(game, error))
        return GameOffer(
            id=game,
            version=listing.version,
            min_seats=listing.min_seats,
            max_seats=listing.max_seats,
            reason=reason,
            options=listing.options,
        )
