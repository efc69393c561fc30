"""Small agents for tests of the client."""

from arena.client import Agent, SeatInfo
from arena.core.agent import Clock, Observation
from arena.core.game import SeatOutcome
from arena.core.legal import Choices, Legal
from arena.core.values import Action


class Recorder(Agent):
    """Takes the first choice and keeps what it was told; the lists are shared by all instances of a subclass."""

    wants = frozenset()
    built: list[SeatInfo]
    seen: list[tuple[Observation, Legal, Clock]]
    outcomes: list[SeatOutcome]

    def __init_subclass__(cls) -> None:
        cls.built, cls.seen, cls.outcomes = [], [], []

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self.built.append(seat)

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        self.seen.append((observation, legal, clock))
        assert isinstance(legal, Choices)
        return legal.ids[0]

    def ended(self, outcome: SeatOutcome) -> None:
        self.outcomes.append(outcome)


def recorder() -> type[Recorder]:
    """A fresh recording agent class."""
    return type("Recording", (Recorder,), {})
