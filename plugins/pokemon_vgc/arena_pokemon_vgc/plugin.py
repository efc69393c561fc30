"""Puts the VGC formats on offer as `pokemon_vgc/<format>`, with agents for them and the command `arena vgc`.

Not affiliated with the owners of the Pokemon trademarks.
"""

from functools import partial

from arena.core.game import GameListing
from arena.core.values import Config
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterGame
from arena_pokemon_vgc.formats import FORMATS, VERSION, Format
from arena_pokemon_vgc.game import VgcGame, options


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register a game for each format."""
    for format_ in FORMATS.values():
        register(
            GameListing(
                id=f"pokemon_vgc/{format_.id}",
                version=VERSION,
                min_seats=2,
                max_seats=2,
                make=partial(_make, format_),
                options=options(format_),
            )
        )


def _make(format_: Format, config: Config) -> VgcGame:
    return VgcGame(format_, config)
