"""Every frame arrives three times, in random order, and counts once. Test 11 of the reliability tests."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from arena.client import Client, Stream
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.testing.loopback import LoopbackTransport
from arena.v1 import play_pb2 as pb
from tests.e2e.clients import Notes, play
from tests.server.conftest import open_hall

GAME = "openspiel/kuhn_poker"


class ThriceTransport(LoopbackTransport):
    """A loopback whose streams repeat and shuffle what is sent."""

    def __init__(self, hall: Hall, owner: str, rng: Random) -> None:
        principal = Principal(owner, frozenset({"play", "watch"}))
        super().__init__(lambda stream: hall.play.serve(stream, principal), capacity=256)
        self._rng = rng

    async def open(self) -> Stream:
        return ThriceStream(await super().open(), self._rng)


class ThriceStream:
    """Sends each frame three times. A copy may be late by many messages, but the last one leaves before the end."""

    def __init__(self, stream: Stream, rng: Random) -> None:
        self._stream = stream
        self._rng = rng
        self._waiting: list[pb.ClientFrame] = []
        self.receive = stream.receive

    async def send(self, data: bytes) -> None:
        frames = list(pb.ClientBatch.FromString(data).frames)
        if frames[0].HasField("hello"):
            await self._stream.send(data)
            return
        self._waiting += frames * 2
        self._rng.shuffle(self._waiting)
        late = self._rng.randint(0, min(len(self._waiting), 200))
        out, self._waiting = [*frames, *self._waiting[late:]], self._waiting[:late]
        self._rng.shuffle(out)
        await self._send(out)

    async def close(self) -> None:
        self._rng.shuffle(self._waiting)
        await self._send(self._waiting)
        await self._stream.close()

    async def _send(self, frames: list[pb.ClientFrame]) -> None:
        for begin in range(0, len(frames), 256):
            await self._stream.send(pb.ClientBatch(frames=frames[begin : begin + 256]).SerializeToString())


@pytest.mark.parametrize(
    "matches", [60, pytest.param(10_000, marks=[pytest.mark.chaos, pytest.mark.timeout(900)])], ids=["short", "full"]
)
async def test_commands_sent_three_times_count_once(tmp_path: Path, matches: int) -> None:
    rng, notes = Random(matches), Notes()
    async with open_hall(tmp_path) as hall:
        clients = [Client(transport=ThriceTransport(hall, name, rng)) for name in ("ann", "bob")]
        for name, client in zip(("ann", "bob"), clients, strict=True):
            client.join(GAME, notes.agent, name=name, seats=16, matches=matches)
        ann, bob = await play(*clients, seconds=800)
        lines = hall.ledger.matches(limit=1_000_000)
        assert ann.matches == bob.matches == len(lines) == len({line.match_id for line in lines})
        assert matches <= len(lines) < matches + 40  # rounded up to a whole set
        assert set(ann.causes) == set(bob.causes) == {"rules"}
        assert set(Counter(notes.asked).values()) == {1}
        assert all(not line.void and not seat.refusals for line in lines for seat in line.seats)
        assert sum(row.matches for row in hall.ledger.ladder(GAME)) == 2 * len(lines)
