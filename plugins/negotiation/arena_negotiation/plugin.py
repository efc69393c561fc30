"""The entry point: which negotiations and which bots are on offer."""

from collections.abc import Callable
from functools import partial

from arena.core.game import Game, GameListing
from arena.core.options import Option
from arena.core.values import Config
from arena.plugin.spec import RegisterAgent, RegisterGame, hookimpl
from arena_negotiation import balloon, dond
from arena_negotiation.bots import BOTS
from arena_negotiation.game import VERSION, NegotiationGame
from arena_negotiation.scenario import Variant

TALK = (
    Option(name="rounds", kind="int", default=10, low=1, high=100, help="turns each seat has"),
    Option(
        name="max_chars", kind="int", default=400, low=0, high=4000, help="characters a message may have; 0: silent"
    ),
)
"""The options every variant has."""

VARIANTS: dict[str, tuple[Callable[[Config], Variant], tuple[Option, ...]]] = {
    "negotiation/dond": (dond.deal_or_no_deal, TALK),
    "negotiation/balloon": (balloon.balloon, TALK + balloon.OPTIONS),
}


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register every variant."""
    for name, (variant, options) in VARIANTS.items():
        make = partial(_make, variant)
        register(GameListing(id=name, version=VERSION, min_seats=2, max_seats=2, make=make, options=options))


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the bots."""
    for bot in BOTS:
        register(f"negotiation:{bot.name}", bot.make, summary=bot.summary, games=("negotiation",), options=bot.options)


def _make(variant: Callable[[Config], Variant], config: Config) -> Game:
    return NegotiationGame(variant(config), config)
