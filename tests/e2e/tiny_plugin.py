"""The arena's tiny games as a plugin, `testing`, with those that misbehave."""

from arena.plugin.spec import RegisterGame, hookimpl
from arena.testing.faulty import FAULTY
from arena.testing.games import Chorus, Countdown, Doublet, Guess, Poll
from arena.testing.games_of_form import Parley, Steer, Swatch


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register all of them."""
    for game in (Chorus, Countdown, Doublet, Guess, Poll, Parley, Steer, Swatch, *FAULTY):
        register(game.listing)
