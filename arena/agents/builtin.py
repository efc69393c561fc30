"""The agents every installation has, for every game: those that cannot play well and mark the floor of a pool; language
models; and a person."""

from arena.agents.language.offers import register_language_models
from arena.agents.mlp import MlpAgents
from arena.agents.simple import DefaultAgent, FirstAgent, RandomAgent
from arena.agents.speaking import EchoAgent, InjectorAgent, SilentAgent
from arena.core.agent import AgentFactory
from arena.plugin.spec import RegisterAgent, hookimpl


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the built-in agents."""
    register("random", lambda rest, options: RandomAgent, summary="uniform over the legal actions", null=True)
    register("first", lambda rest, options: FirstAgent, summary="always the first legal action", null=True)
    register("null", lambda rest, options: DefaultAgent, summary="says nothing, does the least it can", null=True)
    register("silent", lambda rest, options: SilentAgent, summary="random, and says nothing", null=True)
    register("echo", lambda rest, options: EchoAgent, summary="random, and says what it heard last", null=True)
    register(
        "injector",
        lambda rest, options: InjectorAgent,
        summary="random, and says what deceives or commands",
        null=True,
    )
    register_language_models(register)
    register("mlp:", lambda rest, options: MlpAgents(rest), summary="a network that `arena train` froze: mlp:FOLDER")
    register("human", lambda rest, options: _human(), summary="a person at the terminal of `arena join`")


def _human() -> AgentFactory:
    from arena.agents.human.agent import HumanAgent
    from arena.agents.human.terminal import Terminal

    Terminal.own()  # where there is none, it is said before anything begins
    return HumanAgent
