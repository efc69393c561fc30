"""What the client holds of a seat and of a decision that is open."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arena.core.agent import Agent, AgentFactory, Clock, Observation, SeatInfo
from arena.core.legal import Legal

if TYPE_CHECKING:
    from arena.client.joins import JoinState


@dataclass(slots=True, eq=False)
class SeatState:
    """One seat of a live match. `events_seen` counts what its agent was told, so that nothing is told twice.

    `request` is the latest decision it was asked for.
    """

    ref: int
    info: SeatInfo
    join: "JoinState"
    agent: Agent | None = None
    events_seen: int = 0
    request: "Request | None" = None

    def build(self, factory: AgentFactory) -> Agent:
        """The seat's agent, made when it is first needed and where it will run."""
        self.agent = factory(self.info)
        return self.agent


@dataclass(slots=True, eq=False)
class Request:
    """One open decision; `answer` is the encoded frame that was sent for it."""

    id: int
    seat: SeatState
    observation: Observation
    legal: Legal
    clock: Clock
    answer: bytes | None = None
