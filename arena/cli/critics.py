"""`arena join --critic`: which critic a SPEC names, and the agent that takes its notes."""

import inspect
from typing import TYPE_CHECKING

from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.agents.language.agent import LanguageAgent
    from arena.core.agent import AgentFactory
    from arena.plugin.registry import Registry


def with_critic(registry: "Registry", made: object, agent: str, critic: str, every: int) -> "AgentFactory":
    """The same agent with a critic, which is named as `--critic` says.

    Raises:
        BadRequest: the one is no language-model agent, or the other no critic.
    """
    from arena.agents.language.coach import coached
    from arena.agents.language.critic import Critic, LanguageCritic

    own, reader = _player_in(made), None
    if own is None:
        raise BadRequest(f"only a language-model agent takes a critic's notes, and {agent!r} is none")
    if critic == "self":
        reader = own
    else:
        found = _critic_named(registry, critic)
        if inspect.isclass(found) and issubclass(found, Critic):
            return coached(own, found(), every)
        reader = _player_in(found)
    if reader is None:
        raise BadRequest(f"{critic!r} is no critic: give self, the SPEC of a language model, or an import path")
    settings = reader.settings
    read = LanguageCritic(reader.model, settings.sampling, settings.prompts, settings.adapter, own=reader is not own)
    return coached(own, read, every)


def _critic_named(registry: "Registry", spec: str) -> object:
    """A registered agent, else what an import path names."""
    from arena.core.errors import UnknownAgent
    from arena.plugin.imports import import_named, looks_like_import

    try:
        return registry.make_agent(spec, imports=False)
    except UnknownAgent:
        if looks_like_import(spec):
            return import_named(spec)
        raise


def _player_in(made: object) -> "type[LanguageAgent] | None":
    """The class of a language-model agent; None for any other agent."""
    from arena.agents.language.agent import LanguageAgent

    return made if inspect.isclass(made) and issubclass(made, LanguageAgent) else None
