"""What this distribution registers: the presets as games, and its bots."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from arena.core.agent import AgentFactory
from arena.core.game import GameListing
from arena.core.values import Config
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterAgent, RegisterCommand, RegisterGame, RegisterLoop
from arena_werewolf.bots.detective import Detective
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.bots.seer_claim import SeerClaim
from arena_werewolf.game import VERSION, WerewolfGame
from arena_werewolf.measures import measures
from arena_werewolf.presets import PRESETS


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register each preset as `werewolf/NAME`."""
    told = measures()
    for preset in PRESETS:
        register(
            GameListing(
                id=f"werewolf/{preset.name}",
                version=VERSION,
                min_seats=preset.low,
                max_seats=preset.high,
                make=partial(WerewolfGame, preset),
                options=preset.options,
                measures=told,
            )
        )


_BOTS: Final[Mapping[str, tuple[AgentFactory, str]]] = {
    "random-table": (RandomTable, "random, but always votes, spares its own pack and saves itself on the first night"),
    "seer-claim": (
        SeerClaim,
        "the seer tells what it saw and the village follows; wolves deny or claim themselves",
    ),
    "detective": (
        Detective,
        "weighs all packs by sights, claims and votes; wolves claim back and vote together",
    ),
}

_NULL: Final = frozenset({"random-table"})
"""Of the null class: it chooses by chance."""


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register each bot as `werewolf:NAME`."""
    for name, (bot, summary) in _BOTS.items():
        register(f"werewolf:{name}", partial(_made, bot), summary=summary, games=("werewolf",), null=name in _NULL)


@hookimpl
def arena_register_loops(register: RegisterLoop) -> None:
    """Register `lspo`."""
    from arena_werewolf.loops.settings import OPTIONS  # matches need no training

    register(
        "lspo",
        _lspo,
        summary="a language model prefers to say what CFR over clusters of utterances prefers",
        games=("werewolf",),
        options=OPTIONS,
    )


@hookimpl
def arena_register_commands(register: RegisterCommand) -> None:
    """Register `arena werewolf`."""
    from arena_werewolf.command import app  # the workers of matches need no command line

    register("werewolf", app)


def _lspo(run: Any) -> None:
    from arena_werewolf.loops.lspo import train

    train(run)


def _made(bot: AgentFactory, rest: str, options: Config) -> AgentFactory:
    return bot
