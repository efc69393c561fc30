"""Agents that need no thought: the floor of every ladder."""

from arena.agents.sampling import first, sample
from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Choices, FreeText, Legal
from arena.core.values import Action


class RandomAgent(Agent):
    """Uniform over the legal actions."""

    wants = frozenset()

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Any legal action."""
        return sample(legal, self._rng)


class FirstAgent(Agent):
    """Always the first legal action."""

    wants = frozenset()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """The first legal action."""
        return first(legal)


class DefaultAgent(Agent):
    """Silent and passive: the last listed choice, which games put their "nothing" at, and no words."""

    wants = frozenset()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """The least that is legal."""
        match legal:
            case Choices(ids=ids):
                return ids[-1]
            case FreeText():
                return ""
            case _:
                return first(legal)
