"""Agents that a trained network flies: what `arena train skills` freezes, in NumPy alone."""

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar, Final, cast

import numpy as np

from arena.core.agent import Agent, AgentFactory, Clock, Observation, SeatInfo
from arena.core.errors import BadOption
from arena.core.legal import Legal
from arena.core.values import EVENTS, TENSOR, Action, Config, Json
from arena_drone_volleyball.agents.goals import goals
from arena_drone_volleyball.agents.menu import CHOICES, MENUS, ball_of, situation
from arena_drone_volleyball.agents.network import Floats, Network
from arena_drone_volleyball.agents.rally import ORDERS
from arena_drone_volleyball.agents.sight import answer, sees
from arena_drone_volleyball.agents.strategy import (
    CHOOSES,
    FLIES,
    FLOWN,
    SCRIPTED,
    Strategy,
    require_skill,
)
from arena_drone_volleyball.control.skills import Order

_ANEW: Final = -1
"""No situation: a rally begins."""


class PolicyAgent(Agent):
    """Plays one seat by a trained network, and the learned skills that it orders.

    Raises:
        BadOption: the network was trained for another game or level.
    """

    wants = frozenset({TENSOR})
    strategy: ClassVar[Strategy]

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        require_trained_for(self.strategy.network, seat.game, seat.config)

    @classmethod
    def entry(cls, game: str, config: Config) -> Json:
        """Nothing is brought along; what does not fit is refused before the first match."""
        require_trained_for(cls.strategy.network, game, config)
        return None

    def outputs(self, observation: Observation) -> Floats:
        """What the network says of an observation, (1, outputs)."""
        return self.strategy.network(_view(observation))


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
        seen = sees(observation)
        order = MENUS[situation(seen)][self.drawn(observation) % CHOICES]
        return answer(legal, self.seat, order, seen.body, ball_of(seen))

    def drawn(self, observation: Observation) -> int:
        """The number of a choice, by the network's odds."""
        logits = self.outputs(observation)[0].astype(np.float64)
        odds = np.exp(logits - logits.max())
        return self._rng.choices(range(len(odds)), weights=odds.tolist())[0]


class Captain(PolicyAgent):
    """Flies a drone of 1v1: when its situation changes it gives an order, which the controllers or a learned skill
    then carry out at each control step."""

    wants = frozenset({TENSOR, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._situation = _ANEW
        self._order: Order
        self._hand = SCRIPTED

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """What carries out the order that holds."""
        seen = sees(observation)
        now = situation(seen)
        if now != self._situation or any(event.kind == "serve" for event in observation.events):
            self._situation = now
            self._order, self._hand = self.ordered(observation, now)
        if self._hand == SCRIPTED:
            return answer(legal, self.seat, self._order, seen.body, ball_of(seen))
        target, flight = (np.array([part], np.float32) for part in (self._order.target, self._order.flight))
        outputs = self.strategy.skills[self._hand](goals(_view(observation), target, flight))
        return cast(Action, np.clip(outputs[0], -1.0, 1.0))

    @abstractmethod
    def ordered(self, observation: Observation, now: int) -> tuple[Order, int]:
        """An order for this situation, and the number of the skill that carries it out, or SCRIPTED."""


class Commander(Captain, Strategist):
    """A strategy over controllers and learned skills."""

    def ordered(self, observation: Observation, now: int) -> tuple[Order, int]:
        """Drawn by the network's odds."""
        hand, order = divmod(self.drawn(observation), CHOICES)
        return MENUS[now][order], int(self.strategy.hands[now, hand])


class Apprentice(Captain):
    """Plays as `drone_volleyball:rally` does, but for the one skill that it has learned."""

    def ordered(self, observation: Observation, now: int) -> tuple[Order, int]:
        """The scripted agent's order."""
        return ORDERS[now], int(self.strategy.hands[now, -1])


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
    loaded = Strategy.load(Path(folder))
    kind, outputs = _played_by(loaded, folder)
    if outputs != len(loaded.network.layers[-1].bias):
        raise BadOption(f"the policy in {folder!r} is of another version of this plugin; train it anew")
    if kind is Apprentice:
        loaded = Strategy(loaded.network, (loaded.network,))
    return cast(AgentFactory, type(kind.__name__, (kind,), {"strategy": loaded}))


def _played_by(loaded: Strategy, folder: str) -> tuple[type[PolicyAgent], int]:
    """Who plays, and how many outputs it takes; refuses skills that do not fit."""
    about = loaded.network.about
    level = str(about.get("level"))
    learned = [loaded.network] if "skill" in about else loaded.skills
    for skill in learned:
        require_skill(skill, level, folder)
    if about.get("head") == FLIES:
        return Apprentice if learned else Pilot, 4
    if about.get("head") == CHOOSES:
        return Commander if level in FLOWN else Strategist, CHOICES * loaded.hands.shape[1]
    return PolicyAgent, -1


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


def _view(observation: Observation) -> Floats:
    return np.asarray(observation.fields[TENSOR], np.float32)[None]
