"""Making OpenSpiel games by their short names."""

from collections.abc import Callable

import pytest

from arena.core.game import Game, GameListing
from arena.core.options import resolve
from arena.core.values import Json
from arena_openspiel.plugin import arena_register_games

Made = Callable[..., Game]


@pytest.fixture(scope="session")
def listings() -> dict[str, GameListing]:
    """Every listing by short name, as the hook registers them."""
    found: dict[str, GameListing] = {}

    def register(listing: GameListing) -> None:
        found[listing.id.removeprefix("openspiel/")] = listing

    arena_register_games(register)
    return found


@pytest.fixture
def made(listings: dict[str, GameListing]) -> Made:
    """`made("goofspiel", num_cards=4)` is that game."""

    def make(name: str, **options: Json) -> Game:
        listing = listings[name]
        return listing.make(resolve(listing.options, options))

    return make
