"""The entry point: which games and agents are on offer. MuJoCo is not loaded before a match begins."""

from arena.core.agent import AgentFactory
from arena.core.options import Option
from arena.core.values import Config
from arena.plugin.spec import RegisterAgent, RegisterGame, RegisterLoop, hookimpl
from arena_drone_volleyball.loops import SETTINGS, train
from arena_drone_volleyball.play.game import listings

PLUGIN = "drone_volleyball"
WEIGHTS = Option(name="weights", default="", help="the folder of a checkpoint, which holds its policy.npz")


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register every court."""
    for listing in listings():
        register(listing)


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register the agents."""
    games = (PLUGIN,)
    register(f"{PLUGIN}:hover", _hover, summary="stays in the air where it began", games=games)
    register(f"{PLUGIN}:rally", _rally, summary="scripted, for 1v1: returns every ball to the middle", games=games)
    register(f"{PLUGIN}:team", _team, summary="by rules, for 3v3 and 6v6: serve, receive, set, attack", games=games)
    register(f"{PLUGIN}:task", _task, summary="scripted, for the single and cooperative tasks", games=games)
    about = "flown by what `arena train skills` has trained"
    register(f"{PLUGIN}:policy", _policy, summary=about, games=games, options=(WEIGHTS,))


@hookimpl
def arena_register_loops(register: RegisterLoop) -> None:
    """Register the training loop."""
    summary = "drones learn by PPO on many courts at once: skills, a strategy over them, co-self-play"
    register("skills", train, summary=summary, games=(PLUGIN,), options=SETTINGS)


def _hover(rest: str, options: Config) -> AgentFactory:
    from arena_drone_volleyball.agents.hover import Hover

    return Hover


def _rally(rest: str, options: Config) -> AgentFactory:
    from arena_drone_volleyball.agents.rally import RallyAgent

    return RallyAgent


def _team(rest: str, options: Config) -> AgentFactory:
    from arena_drone_volleyball.agents.team import TeamAgent

    return TeamAgent


def _task(rest: str, options: Config) -> AgentFactory:
    from arena_drone_volleyball.agents.tasks import TaskAgent

    return TaskAgent


def _policy(rest: str, options: Config) -> AgentFactory:
    from arena_drone_volleyball.agents.policy import policy

    return policy(rest, options)
