"""A client process of the remote benchmarks: many seats on one stream, for one owner.

Usage: ARENA_TOKEN=... seats.py ADDRESS GAME NAME SEATS KIND. It answers each line "mark" on its standard input with one
line of JSON, what has happened so far, and stops at "stop".
"""

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from typing import Any, ClassVar

from agents import OBSERVATIONS
from probe import ProbedTransport

from arena.agents.simple import RandomAgent
from arena.client import Client
from arena.client.grpc_transport import GrpcTransport
from arena.core.agent import Clock, Observation
from arena.core.game import SeatOutcome
from arena.core.legal import Legal
from arena.core.values import Action


class Counting(RandomAgent):
    """The random agent, counting its decisions and adding up what its matches measured."""

    decisions = 0
    measured: ClassVar = Counter[str]()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Any legal action."""
        Counting.decisions += 1
        return super().act(observation, legal, clock)

    def ended(self, outcome: SeatOutcome) -> None:
        """Add up its metrics."""
        Counting.measured.update(outcome.metrics)


async def _serve(client: Client, transport: ProbedTransport) -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), lambda: lines.put_nowait(os.read(sys.stdin.fileno(), 64).decode()))
    while "mark" in (line := await lines.get()):
        print(json.dumps(_state(client, transport)), flush=True)
    loop.remove_reader(sys.stdin.fileno())
    if "stop" in line:
        client.stop()


def _state(client: Client, transport: ProbedTransport) -> dict[str, Any]:
    trips = list(transport.seconds)
    transport.seconds.clear()
    (summary,) = client.summaries
    causes = dict(summary.causes)
    counts = {"games": summary.matches, "decisions": Counting.decisions, "measured": Counting.measured}
    return {**counts, "round_trips": trips, "causes": causes}


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("game")
    parser.add_argument("name")
    parser.add_argument("seats", type=int)
    parser.add_argument("kind", choices=OBSERVATIONS)
    asked = parser.parse_args()
    Counting.wants = OBSERVATIONS[asked.kind]
    transport = ProbedTransport(GrpcTransport(asked.address, token=os.environ["ARENA_TOKEN"]))
    client = Client(transport=transport)
    client.join(asked.game, Counting, name=asked.name, seats=asked.seats)
    async with asyncio.TaskGroup() as group:
        group.create_task(_serve(client, transport))
        await client.run()


if __name__ == "__main__":
    asyncio.run(_main())
