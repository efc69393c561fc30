"""The agents every installation has, for every game: `random`, `first`, `null`."""

from arena.agents.simple import DefaultAgent, FirstAgent, RandomAgent
from arena.plugin.spec import RegisterAgent, hookimpl


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the built-in agents."""
    register("random", lambda rest, options: RandomAgent, summary="uniform over the legal actions", null=True)
    register("first", lambda rest, options: FirstAgent, summary="always the first legal action", null=True)
    register("null", lambda rest, options: DefaultAgent, summary="says nothing, does the least it can", null=True)
