"""What this distribution registers: the presets as games, and its bots."""

from functools import partial

from arena.core.game import GameListing
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterAgent, RegisterGame
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.bots.seer_claim import SeerClaim
from arena_werewolf.game import VERSION, WerewolfGame
from arena_werewolf.presets import PRESETS


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register each preset as `werewolf/NAME`."""
    for preset in PRESETS:
        register(
            GameListing(
                id=f"werewolf/{preset.name}",
                version=VERSION,
                min_seats=preset.low,
                max_seats=preset.high,
                make=partial(WerewolfGame, preset),
                options=preset.options,
            )
        )


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register `werewolf:random-table` and `werewolf:seer-claim`."""
    register(
        "werewolf:random-table",
        lambda rest, options: RandomTable,
        summary="random, but always votes, spares its own pack and saves itself on the first night",
        games=("werewolf",),
    )
    register(
        "werewolf:seer-claim",
        lambda rest, options: SeerClaim,
        summary="the seer tells what it saw and the village follows; wolves deny or claim themselves",
        games=("werewolf",),
    )
