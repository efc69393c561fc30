"""The floor: it says as little as the rules allow."""

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Choices, Legal
from arena.core.values import Action


class Silent(Agent):
    """Says nothing that means anything, and votes for nobody."""

    wants = frozenset()

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._said = 0

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """The last choice, or a new text without sense."""
        if isinstance(legal, Choices):
            return legal.ids[-1]
        self._said += 1
        return f"Nothing from seat {self.seat.seat}, number {self._said}."
