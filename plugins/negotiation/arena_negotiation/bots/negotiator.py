"""What all bots have in common: they want the view, and decide from an outlook."""

from abc import abstractmethod

from arena.core.agent import Agent, Clock, Observation
from arena.core.legal import Legal
from arena.core.values import VIEW, Action
from arena_negotiation.bots.outlook import Outlook


class Negotiator(Agent):
    """Reads nothing but the view that any agent gets, and says nothing."""

    wants = frozenset({VIEW})

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """The decision for this turn."""
        return self.decide(Outlook(observation, legal))

    @abstractmethod
    def decide(self, outlook: Outlook) -> Action:
        """An act of this turn."""
