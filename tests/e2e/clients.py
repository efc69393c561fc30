"""Clients of a real server, in this process, and agents that note what they are told."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from arena.agents.simple import RandomAgent
from arena.client import Agent, Client, Clock, JoinSummary, Observation, Patience, SeatInfo
from arena.core.game import SeatOutcome
from arena.core.legal import Legal
from arena.core.values import EVENTS
from tests.e2e.serving import Server

PROMPT = Patience(first=0.02, longest=0.3, connect=20.0, reconnect=40.0)
"""Tries again at once: the tests measure the server, not the pauses."""


def client_of(server: Server, token: str = "", **settings: Any) -> Client:
    """A client that is quick to reconnect."""
    return Client(server.address, token=token or None, patience=PROMPT, **settings)


async def play(*clients: Client, seconds: float = 60.0) -> list[JoinSummary]:
    """Run clients to their end; their summaries in order."""
    async with asyncio.timeout(seconds):
        summaries = await asyncio.gather(*(client.run() for client in clients))
    return [summary for of_client in summaries for summary in of_client]


@dataclass
class Notes:
    """What the agents of some clients have seen: the seats given, every decision, and every end announced."""

    seats: list[SeatInfo] = field(default_factory=list)
    seated: dict[str, float] = field(default_factory=dict)
    """When a seat of each match was last given, by the monotonic clock."""
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    """(match, seat, step) of each decision, in order."""
    clocks: list[Clock] = field(default_factory=list)
    answers: dict[tuple[str, int, int], Any] = field(default_factory=dict)
    ended: list[tuple[str, int]] = field(default_factory=list)
    """(match, seat) of each end that was announced."""
    pause: Callable[[], Any] = lambda: asyncio.sleep(0)
    """Awaited before each answer."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, met: Callable[[], bool], seconds: float = 40.0) -> None:
        """Wait until something holds of these notes."""
        async with asyncio.timeout(seconds):
            while not met():
                self.changed.clear()
                await self.changed.wait()

    def agent(self, seat: SeatInfo) -> "NotingAgent":
        """A random agent that notes; give it to `Client.join`."""
        return NotingAgent(seat, self)


class NotingAgent(RandomAgent):
    """Plays at random and keeps notes; it wants events so that its steps are counted."""

    wants = frozenset({EVENTS})

    def __init__(self, seat: SeatInfo, notes: Notes) -> None:
        super().__init__(seat)
        self.notes = notes
        notes.seats.append(seat)
        notes.seated[seat.match_id] = time.monotonic()
        notes.changed.set()

    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:  # type: ignore[override]
        notes, key = self.notes, (self.seat.match_id, self.seat.seat, observation.step)
        notes.asked.append(key)
        notes.clocks.append(clock)
        notes.changed.set()
        await notes.pause()
        notes.answers[key] = answer = super().act(observation, legal, clock)
        return answer

    def ended(self, outcome: SeatOutcome) -> None:
        self.notes.ended.append((self.seat.match_id, self.seat.seat))
        self.notes.changed.set()


def names(summaries: Sequence[JoinSummary]) -> list[str]:
    """Whose summaries these are."""
    return [summary.agent for summary in summaries]


__all__ = ["PROMPT", "Agent", "Notes", "NotingAgent", "client_of", "names", "play"]
