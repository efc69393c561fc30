"""Agents that a trained network flies: what `arena train skills` freezes, in NumPy alone."""

from pathlib import Path
from typing import ClassVar, Final, cast

import numpy as np

from arena.core.agent import Agent, AgentFactory, Clock, Observation, SeatInfo
from arena.core.errors import BadOption
from arena.core.legal import Legal
from arena.core.values import TENSOR, Action, Config, Json
from arena_drone_volleyball.agents.menu import MENUS, ball_of, situation
from arena_drone_volleyball.agents.network import Floats, Network
from arena_drone_volleyball.agents.sight import answer, sees

FLIES: Final = "normal"
CHOOSES: Final = "choice"
"""What a network's `head` is: the means of four thrusts or rates, or the odds of the choices of `menu`."""


class PolicyAgent(Agent):
    """Plays one seat by `network`.

    Raises:
        BadOption: the network was trained for another game or level.
    """

    wants = frozenset({TENSOR})
    network: ClassVar[Network]

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        require_trained_for(self.network, seat.game, seat.config)

    @classmethod
    def entry(cls, game: str, config: Config) -> Json:
        """Nothing is brought along; what does not fit is refused before the first match."""
        require_trained_for(cls.network, game, config)
        return None

    def outputs(self, observation: Observation) -> Floats:
        """What the network says of an observation, (1, outputs)."""
        return self.network(np.asarray(observation.fields[TENSOR], np.float32)[None])


class Pilot(PolicyAgent):
    """Flies a drone at each control step, always by the likeliest action."""

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """The outputs, within the bounds of an action."""
        action = np.clip(self.outputs(observation), -1.0, 1.0)
        return action[0] if cast(int, self.seat.config["chunk"]) == 1 else action


class Strategist(PolicyAgent):
    """Gives orders at events: it draws one of the menu, so that nobody can know beforehand."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """An order to the frozen skills."""
        logits = self.outputs(observation)[0].astype(np.float64)
        odds = np.exp(logits - logits.max())
        seen = sees(observation)
        order = self._rng.choices(MENUS[situation(seen)], weights=odds.tolist())[0]
        return answer(legal, self.seat, order, seen.body, ball_of(seen))


_AGENTS: Final = {FLIES: (Pilot, 4), CHOOSES: (Strategist, len(MENUS[0]))}
"""By head: who plays, and how many outputs it takes."""


def policy(rest: str, options: Config) -> AgentFactory:
    """The agent of the weights that the options name.

    Raises:
        BadOption: there are none, or they are spoilt.
    """
    folder = str(options["weights"])
    if not folder:
        raise BadOption(
            "name the folder of a checkpoint, as in drone_volleyball:policy?weights=runs/bump/checkpoints/1"
        )
    loaded = Network.load(Path(folder))
    kind, outputs = _AGENTS.get(str(loaded.about.get("head")), (PolicyAgent, -1))
    if outputs != len(loaded.layers[-1].bias):
        raise BadOption(f"the policy in {folder!r} is of another version of this plugin; train it anew")
    return cast(AgentFactory, type(kind.__name__, (kind,), {"network": loaded}))


def require_trained_for(network: Network, game: str, config: Config) -> None:
    """Refuse a network that was trained for something else than a game (an id) with these options.

    Raises:
        BadOption: with what it was trained for.
    """
    made = str(network.about.get("game")), str(network.about.get("level"))
    plays = game.partition("?")[0].rpartition("/")[2], str(config["level"])
    if made != plays:
        raise BadOption(
            f"these weights were trained for drone_volleyball/{made[0]} at level {made[1]}, "
            f"not for {plays[0]} at level {plays[1]}"
        )
