"""What this distribution registers: its two variants, and its bots."""

from functools import partial
from typing import Final

from arena.core.agent import AgentFactory
from arena.core.game import GameListing
from arena.core.values import Config
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterAgent, RegisterGame
from arena_who_is_the_spy.bots.informed import Informed
from arena_who_is_the_spy.bots.parrot import Parrot
from arena_who_is_the_spy.game import VERSION, SpyGame
from arena_who_is_the_spy.measures import measures
from arena_who_is_the_spy.rules import MAX_SEATS, MIN_SEATS, OPTIONS
from arena_who_is_the_spy.scenes import Scenes
from arena_who_is_the_spy.secret import Theme
from arena_who_is_the_spy.words import Words

BOTS: Final[dict[str, tuple[AgentFactory, str]]] = {
    "parrot": (Parrot, "repeats what others said, and votes for whoever shares the fewest words with the rest"),
    "informed": (Informed, "knows the list of words or looks at its picture, and judges clues by what it holds"),
}
THEMES: Final[tuple[Theme, ...]] = (Words(), Scenes())


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register `who_is_the_spy/text` and `who_is_the_spy/picture`."""
    told = measures()
    for theme in THEMES:
        register(
            GameListing(
                id=f"who_is_the_spy/{theme.name}",
                version=VERSION,
                min_seats=MIN_SEATS,
                max_seats=MAX_SEATS,
                make=partial(SpyGame, theme),
                options=(*OPTIONS, *theme.options),
                measures=told,
            )
        )


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the bots, from the weakest up."""
    for name, (bot, summary) in BOTS.items():
        register(
            f"who_is_the_spy:{name}",
            partial(_given, bot),
            summary=summary,
            games=("who_is_the_spy",),
        )


def _given(bot: AgentFactory, rest: str, options: Config) -> AgentFactory:
    return bot
