"""An agent that a trained network flies: what `arena train skills` freezes, in NumPy alone."""

from pathlib import Path
from typing import ClassVar, cast

import numpy as np

from arena.core.agent import Agent, AgentFactory, Clock, Observation, SeatInfo
from arena.core.errors import BadOption
from arena.core.legal import Legal
from arena.core.values import TENSOR, Action, Config, Json
from arena_drone_volleyball.agents.network import Network


class PolicyAgent(Agent):
    """Flies one drone as the outputs of `network` say, always the likeliest action.

    Raises:
        BadOption: the network was trained for another game or level.
    """

    wants = frozenset({TENSOR})
    network: ClassVar[Network]

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        require_trained_for(self.network, seat.game, seat.config)
        self._rows = cast(int, seat.config["chunk"])

    @classmethod
    def entry(cls, game: str, config: Config) -> Json:
        """Nothing is brought along; what does not fit is refused before the first match."""
        require_trained_for(cls.network, game, config)
        return None

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """What the network says of the observation vector, within the bounds of an action."""
        seen = np.asarray(observation.fields[TENSOR], np.float32)
        action = np.clip(self.network(seen[None]), -1.0, 1.0)
        return action[0] if self._rows == 1 else action


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

    class Trained(PolicyAgent):
        network = Network.load(Path(folder))

    return Trained


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
