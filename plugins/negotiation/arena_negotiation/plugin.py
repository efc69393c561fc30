"""The entry point: which negotiations and which bots are on offer."""

from functools import partial

from arena.core.game import Game, GameListing
from arena.core.measures import Measures
from arena.core.values import Config
from arena.plugin.spec import RegisterAgent, RegisterGame, hookimpl
from arena_negotiation.base_rates import base_rates
from arena_negotiation.bots import BOTS
from arena_negotiation.game import VERSION, NegotiationGame
from arena_negotiation.variants import VARIANTS, Entry


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register every variant."""
    measures = Measures(base_rates=base_rates())
    for name, entry in VARIANTS.items():
        register(
            GameListing(
                id=name,
                version=VERSION,
                min_seats=entry.min_seats,
                max_seats=entry.max_seats,
                make=partial(_make, entry),
                options=entry.options,
                measures=measures,
            )
        )


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the bots."""
    for bot in BOTS:
        register(
            f"negotiation:{bot.name}",
            bot.make,
            summary=bot.summary,
            games=("negotiation",),
            options=bot.options,
            null=bot.null,
        )


def _make(entry: Entry, config: Config) -> Game:
    return NegotiationGame(entry.make(config), config)
