"""Puts every game that OpenSpiel registers on offer as `openspiel/<short name>`; none is loaded before it is made.

Beside them stand the agents that play fixed policies in these games, and the command `arena openspiel`.
"""

from functools import partial

import pyspiel

from arena.core.agent import AgentFactory
from arena.core.values import Config
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterAgent, RegisterCommand, RegisterGame
from arena_openspiel.agents import PREFIX, PolicyAgents
from arena_openspiel.catalogue import listing
from arena_openspiel.policies import POLICIES, Policy


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register the games, the ones that cannot be made included: `make` says why."""
    for game_type in pyspiel.registered_games():
        register(listing(game_type))


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register an agent for each policy."""
    for name, policy in POLICIES.items():
        register(
            f"{PREFIX}{name}",
            partial(_agents, policy),
            summary=policy.summary,
            games=("openspiel",),
            null=name == "uniform",
        )


@hookimpl
def arena_register_commands(register: RegisterCommand) -> None:
    """Register `arena openspiel`."""
    from arena_openspiel.command import app  # the workers of matches need no command line

    register("openspiel", app)


def _agents(policy: Policy, rest: str, options: Config) -> AgentFactory:
    return PolicyAgents(policy)
