"""Puts every game that OpenSpiel registers on offer as `openspiel/<short name>`; none is loaded before it is made.

Beside them stand the agents that play fixed policies in these games, the loops that train such policies, and the
command `arena openspiel`.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pyspiel

from arena.core.agent import AgentFactory
from arena.core.errors import BadOption
from arena.core.options import Option
from arena.core.values import Config
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterAgent, RegisterCommand, RegisterGame, RegisterLoop
from arena_openspiel.agents import PREFIX, PolicyAgents
from arena_openspiel.catalogue import listing
from arena_openspiel.loops.rules import RULES
from arena_openspiel.policies import POLICIES, Policy
from arena_openspiel.tables import policy_in


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
    register(
        f"{PREFIX}table",
        _table_agents,
        summary="a policy that `arena train` left in a file",
        games=("openspiel",),
        options=(Option(name="file", default="", help="the policy, such as runs/psro/checkpoints/mix11/policy.json"),),
    )


@hookimpl
def arena_register_loops(register: RegisterLoop) -> None:
    """Register the loops over populations of tables."""
    for rule in RULES.values():
        register(
            rule.name, partial(_train, rule.name), summary=rule.summary, games=("openspiel",), options=rule.options
        )


@hookimpl
def arena_register_commands(register: RegisterCommand) -> None:
    """Register `arena openspiel`."""
    from arena_openspiel.command import app  # the workers of matches need no command line

    register("openspiel", app)


def _agents(policy: Policy, rest: str, options: Config) -> AgentFactory:
    return PolicyAgents(policy)


def _table_agents(rest: str, options: Config) -> AgentFactory:
    if not options["file"]:
        raise BadOption("name the file of a policy, as in openspiel:table?file=policy.json")
    return PolicyAgents(policy_in(Path(str(options["file"]))))


def _train(name: str, run: Any) -> None:
    from arena_openspiel.loops.population import train  # the workers of matches need no training

    train(name, run)
