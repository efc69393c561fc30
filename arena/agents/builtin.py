"""The agents every installation has, for every game: the floor of its ladder, and those who abuse its speech."""

from arena.agents.simple import DefaultAgent, FirstAgent, RandomAgent
from arena.agents.speaking import EchoAgent, InjectorAgent, SilentAgent
from arena.plugin.spec import RegisterAgent, hookimpl


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the built-in agents."""
    register("random", lambda rest, options: RandomAgent, summary="uniform over the legal actions")
    register("first", lambda rest, options: FirstAgent, summary="always the first legal action")
    register("null", lambda rest, options: DefaultAgent, summary="says nothing, does the least it can")
    register("silent", lambda rest, options: SilentAgent, summary="random, and says nothing")
    register("echo", lambda rest, options: EchoAgent, summary="random, and says what it heard last")
    register("injector", lambda rest, options: InjectorAgent, summary="random, and says what deceives and commands")
