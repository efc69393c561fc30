"""The games of this installation that the checks of speech and secrets concern, found by asking the registry."""

from collections.abc import Iterator

from arena.core.errors import ArenaError
from arena.core.game import Game
from arena.core.seed import Seed
from arena.plugin.registry import Registry

REGISTRY = Registry()
CATALOGUE = "openspiel/"
"""A plugin of a hundred games of one making, without speech: some of them stand for all in the normal run."""
SHUFFLED = ("kuhn_poker", "leduc_poker", "universal_poker", "oh_hell", "gin_rummy", "euchre", "hearts", "bargaining")
"""Those of them that have hidden hands and can be dealt anew without a difference to a viewer."""

ALL_PUBLIC = ("drone_volleyball/",)
"""Nothing is hidden in them but the luck to come, though that makes them no games of perfect information."""


def made(game: str, **options: object) -> Game:
    """The game in this process."""
    return REGISTRY.make_game(REGISTRY.ref(game, given=options))  # type: ignore[arg-type]


def own_games() -> Iterator[str]:
    """Every game on offer that can be dealt as it stands, but the catalogue's: some take what agents bring."""
    for game in REGISTRY.game_listings():
        if not game.startswith(CATALOGUE):
            try:
                made(game).new_state(Seed.of(0), {}).close()
            except ArenaError:
                continue
            yield game


def own_secretive_games() -> list[str]:
    """Those of `own_games` in which something is hidden."""
    found = [game for game in own_games() if not game.startswith(ALL_PUBLIC)]
    return [game for game in found if not made(game).spec.perfect_information]


def secretive_games() -> list[str]:
    """Games in which something is hidden."""
    return [
        *own_secretive_games(),
        *(CATALOGUE + name for name in SHUFFLED if CATALOGUE + name in REGISTRY.game_listings()),
    ]


def has_leagues(game: str) -> bool:
    """Whether forged speech can be shown or withheld in this game."""
    return any(option.name == "league" for option in REGISTRY.listing(game).options)
