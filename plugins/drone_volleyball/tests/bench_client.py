"""The client process of `bench_server`: one stream, one agent that wants tensors and hovers, against itself.

Usage: bench_client.py ADDRESS GAME SEATS. Each line on its standard input is answered with the number of decisions so
far; the end of it stops the client.
"""

import asyncio
import sys
from typing import Final

import numpy as np

from arena.client import Client
from arena.core.agent import Agent, Clock, Observation
from arena.core.legal import Legal
from arena.core.values import TENSOR, Action
from arena_drone_volleyball.physics.iris import HOVER_COMMAND

_ROW: Final = np.full(4, HOVER_COMMAND, dtype=np.float32)


class Hovering(Agent):
    """Looks at its tensor, and answers with the rotors at hover."""

    wants = frozenset({TENSOR})
    decisions = 0

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Always the same."""
        assert observation.fields[TENSOR] is not None
        Hovering.decisions += 1
        return _ROW


async def _answer(client: Client) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        print(Hovering.decisions, flush=True)
    client.stop()


async def _main(address: str, game: str, seats: int) -> None:
    client = Client(address)
    client.join(game, Hovering, seats=seats)
    async with asyncio.TaskGroup() as group:
        group.create_task(_answer(client))
        await client.run()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
