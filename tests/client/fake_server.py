"""A server whose every frame the test itself decides: it accepts streams, expects frames and sends frames."""

import asyncio
from collections import deque
from typing import Any

from arena.core.legal import Choices, Legal
from arena.testing.loopback import LoopbackStream, LoopbackTransport
from arena.v1 import lobby_pb2
from arena.v1 import play_pb2 as pb
from arena.wire.codec import CODEC

PATIENCE_SECONDS = 5.0
GET_GAME = "/arena.v1.LobbyService/GetGame"


class Peer:
    """One accepted stream, from the server's side."""

    def __init__(self, stream: LoopbackStream, done: asyncio.Event) -> None:
        self._stream = stream
        self._done = done
        self._frames: deque[pb.ClientFrame] = deque()
        self.batches: list[pb.ClientBatch] = []
        self.acked = 0

    async def send(self, *frames: pb.ServerFrame) -> None:
        await self._stream.send(pb.ServerBatch(frames=frames).SerializeToString())

    async def next(self) -> pb.ClientFrame:
        """The next frame that is not an Ack."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if not frame.HasField("ack"):
                    return frame
                self.acked = frame.ack.seq
            async with asyncio.timeout(PATIENCE_SECONDS):
                data = await self._stream.receive()
            assert data is not None, "the client closed the stream"
            self.batches.append(pb.ClientBatch.FromString(data))
            self._frames.extend(self.batches[-1].frames)

    async def expect(self, kind: str) -> Any:
        """The message of the next frame, which must be of this kind."""
        frame = await self.next()
        assert frame.WhichOneof("frame") == kind, frame
        return getattr(frame, kind)

    async def settle(self) -> None:
        """Wait until the client has read everything sent so far."""
        await self.send(pb.ServerFrame(ping=pb.Ping(nonce=1)))
        await self.expect("pong")

    async def hear_ack(self) -> int:
        """The next acknowledgement, when nothing else is sent."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            data = await self._stream.receive()
        (frame,) = pb.ClientBatch.FromString(data or b"").frames
        assert frame.HasField("ack"), frame
        return int(frame.ack.seq)

    async def closed(self) -> int:
        """Wait for the client to end the stream; the last sequence number it acknowledged."""
        while True:
            async with asyncio.timeout(PATIENCE_SECONDS):
                data = await self._stream.receive()
            if data is None:
                return self.acked
            for frame in pb.ClientBatch.FromString(data).frames:
                assert frame.HasField("ack"), frame
                self.acked = frame.ack.seq

    def cut(self) -> None:
        self._stream.cut()
        self._done.set()

    async def close(self) -> None:
        await self._stream.close()
        self._done.set()


class FakeServer:
    """Accepts one stream after the other; `brief` is what GetGame tells of any game."""

    def __init__(self, brief: str = "the rules", capacity: int = 16) -> None:
        self._streams: asyncio.Queue[Peer] = asyncio.Queue()
        self.game = lobby_pb2.GetGameResponse()
        self.game.game.brief = brief
        self.asked_games: list[str] = []
        self.transport = LoopbackTransport(self._handle, {GET_GAME: self._get_game}, capacity=capacity)
        self._seq = 0

    async def _handle(self, stream: LoopbackStream) -> None:
        done = asyncio.Event()
        await self._streams.put(Peer(stream, done))
        await done.wait()

    async def _get_game(self, request: bytes) -> bytes:
        self.asked_games.append(lobby_pb2.GetGameRequest.FromString(request).game)
        return self.game.SerializeToString()

    async def accept(self) -> Peer:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._streams.get()

    async def welcome(
        self, *, token: bytes = b"t1", epoch: int = 1, after: int = 0, session: str = "s1", **limits: int
    ) -> tuple[Peer, pb.Hello]:
        """Accept a stream, read its hello and welcome it."""
        peer = await self.accept()
        hello = await peer.expect("hello")
        self._seq = after
        await peer.send(
            pb.ServerFrame(
                welcome=pb.Welcome(
                    session_id=session,
                    resume_token=token,
                    epoch=epoch,
                    resumed_after=after,
                    limits=pb.Limits(**limits),
                )
            )
        )
        return peer, hello

    async def seated(self, seats: int = 1, **limits: int) -> Peer:
        """A welcomed client whose one join has this many seats, each in a match of its own."""
        peer, _ = await self.welcome(**limits)
        join = await peer.expect("join")
        joined = self.frame(joined=pb.Joined(join_id=join.join_id, rated_id=join.game))
        assigned = [self.frame(seat_assigned=seat(ref, join.join_id)) for ref in range(1, seats + 1)]
        await peer.send(joined, *assigned)
        return peer

    def frame(self, **frame: Any) -> pb.ServerFrame:
        """The next frame of the sequence."""
        self._seq += 1
        return pb.ServerFrame(seq=self._seq, **frame)

    def ask(self, request: int, ref: int = 1, legal: Legal | None = None, **view: Any) -> pb.ServerFrame:
        """A decision request of the next number."""
        prompt = CODEC.encode_prompt(
            view.pop("step", 0),
            view.pop("fields", {}),
            view.pop("events", ()),
            legal or Choices([7, 8, 9]),
            labels=False,
            from_start=view.pop("from_start", False),
        )
        return self.frame(
            decision_request=pb.DecisionRequest(
                request_id=request,
                seat_ref=ref,
                clock={"decision_ms": 1500, "bank_ms": 60000},
                prompt=pb.Prompt.FromString(prompt),
            )
        )

    def end(self, ref: int = 1, rank: int = 1, **more: Any) -> pb.ServerFrame:
        """The end of a two-seat match, in which this seat's rank is `rank` of 1 and 2."""
        outcomes = [
            pb.SeatOutcome(seat=0, rank=rank, score=2 - rank, cause=pb.CAUSE_RULES),
            pb.SeatOutcome(seat=1, rank=3 - rank, score=rank - 1, cause=pb.CAUSE_RULES),
        ]
        return self.frame(match_ended=pb.MatchEnded(seat_ref=ref, match_id=f"m{ref}", outcomes=outcomes, **more))

    def join_ended(self, join_id: int = 1, **more: Any) -> pb.ServerFrame:
        return self.frame(join_ended=pb.JoinEnded(join_id=join_id, **more))


def seat(ref: int, join_id: int = 1, match: str = "") -> pb.SeatAssigned:
    """Seat 0 of a match of its own."""
    return pb.SeatAssigned(
        seat_ref=ref,
        join_id=join_id,
        match_id=match or f"m{ref}",
        seat=0,
        seats=2,
        rated_id="toy/game",
        config_json=b'{"rounds":3}',
        agent_seed=bytes(16),
    )
