"""Puts the VGC formats on offer as `pokemon_vgc/<format>`, with agents for them and the command `arena vgc`.

Not affiliated with the owners of the Pokemon trademarks.
"""

from functools import partial

from arena.core.agent import AgentFactory
from arena.core.game import GameListing
from arena.core.values import Config
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterAgent, RegisterCommand, RegisterGame
from arena_pokemon_vgc.agents import AGENTS, VgcAgents, with_team
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


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the baselines."""
    for name, summary in AGENTS.items():
        register(f"pokemon_vgc:{name}", partial(_agents, name), summary=summary, games=("pokemon_vgc",))
    register(
        "pokemon_vgc:",
        lambda spec, options: with_team(spec),
        summary="NAME:FILE is the agent NAME of this plugin with the team of a file",
        games=("pokemon_vgc",),
    )


@hookimpl
def arena_register_commands(register: RegisterCommand) -> None:
    """Register `arena vgc`."""
    from arena_pokemon_vgc.command import app  # the workers of matches need no command line

    register("vgc", app)


def _agents(name: str, rest: str, options: Config) -> AgentFactory:
    return VgcAgents(name)
