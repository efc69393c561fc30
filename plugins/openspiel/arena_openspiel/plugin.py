"""Puts every game that OpenSpiel registers on offer as `openspiel/<short name>`; none is loaded before it is made."""

import pyspiel

from arena.plugin import hookimpl
from arena.plugin.spec import RegisterGame
from arena_openspiel.catalogue import listing


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register the games, the ones that cannot be made included: `make` says why."""
    for game_type in pyspiel.registered_games():
        register(listing(game_type))
