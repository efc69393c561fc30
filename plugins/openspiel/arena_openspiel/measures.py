"""What ladders tell of agents that play a known policy: its NashConv, beside the rating by sets."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from arena.core.errors import GameUnavailable
from arena.core.measures import Column, Measures, RatedAgent
from arena.core.values import AgentName

if TYPE_CHECKING:
    from arena.core.game import Game
    from arena_openspiel.policies import Policy


def nash_conv(game: "Game", agents: Sequence[RatedAgent]) -> Mapping[AgentName, float]:
    """By agent, for those whose SPEC, or else whose name, is that of a policy; `random` plays the uniform one.

    Raises:
        GameUnavailable: this is no game of OpenSpiel.
    """
    from arena_openspiel.exploitability import exploitability
    from arena_openspiel.game import OpenSpielGame

    if not isinstance(game, OpenSpielGame):
        raise GameUnavailable("only games of OpenSpiel have policies of OpenSpiel")
    found: dict[AgentName, float] = {}
    known: dict[str, float | None] = {}
    for agent, policy in ((agent.name, _policy(agent.spec or agent.name)) for agent in agents):
        if policy is None:
            continue
        if policy.name not in known:
            try:
                known[policy.name] = exploitability(policy, game).nash_conv
            except GameUnavailable:  # it is not for this game
                known[policy.name] = None
        value = known[policy.name]
        if value is not None:
            found[agent] = value
    return found


def _policy(spec: str) -> "Policy | None":
    from arena_openspiel.agents import PREFIX
    from arena_openspiel.policies import POLICIES

    if spec == "random":
        return POLICIES["uniform"]
    return POLICIES.get(spec.removeprefix(PREFIX)) if spec.startswith(PREFIX) else None


MEASURES: Final = Measures(
    columns=(
        Column(
            name="nash_conv",
            heading="NashConv",
            help="what best responses to an agent's policy win in both seats together, 0 for an equilibrium; "
            "for agents of known policy, in small zero-sum games of two",
            measure=nash_conv,
        ),
    )
)
"""Of every game of OpenSpiel; asked for a game that has no tables of policies, the column stays away."""
