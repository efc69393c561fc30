"""One stream of 64 seats that is cut at random bytes, again and again: nothing is lost, nothing happens twice.

Test 3 of the reliability tests; `make chaos` runs it in full size.
"""

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random

import pytest

from arena.client import Client, GrpcTransport, Patience
from arena.client.transport import Stream
from arena.v1 import play_pb2 as pb
from tests.chaos.proxy import CuttingProxy
from tests.e2e.clients import Notes, client_of
from tests.e2e.serving import Server

GAME = "openspiel/tic_tac_toe"
SEATS = 64
EAGER = Patience(first=0.001, longest=0.01, connect=20.0, reconnect=20.0)


@dataclass
class Tape:
    """What a client's streams carried: welcomes with their delay, and whether the sequence had a gap."""

    welcomes: list[float] = field(default_factory=list)
    epochs: set[int] = field(default_factory=set)
    frames: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    _last: int = 0
    _opened: float = 0.0

    def opens(self) -> None:
        """A stream is dialled."""
        self._opened = time.monotonic()

    def takes(self, data: bytes) -> None:
        """A batch has arrived: behind a welcome the sequence goes on where it says, and else without gaps."""
        for frame in pb.ServerBatch.FromString(data).frames:
            if frame.HasField("welcome"):
                self.welcomes.append(time.monotonic() - self._opened)
                self.epochs.add(frame.welcome.epoch)
                self._last = frame.welcome.resumed_after
            elif frame.seq:
                if frame.seq != self._last + 1:
                    self.gaps.append((self._last, frame.seq))
                self._last = frame.seq
                self.frames += 1


class TapedTransport(GrpcTransport):
    """A transport that keeps a tape."""

    def __init__(self, address: str, tape: Tape) -> None:
        super().__init__(address)
        self.tape = tape

    async def open(self) -> "TapedStream":  # type: ignore[override]
        self.tape.opens()
        return TapedStream(await super().open(), self.tape)


class TapedStream:
    """A stream whose arrivals are taped."""

    def __init__(self, stream: Stream, tape: Tape) -> None:
        self._stream = stream
        self._tape = tape
        self.send, self.close = stream.send, stream.close

    async def receive(self) -> bytes | None:
        data = await self._stream.receive()
        if data is not None:
            self._tape.takes(data)
        return data


def check_records(server: Server, notes: list[Notes]) -> int:
    """Every answer that an agent gave stands in the record once, as it was given; nothing was played for anybody."""
    given: dict[str, dict[tuple[int, int], object]] = defaultdict(dict)
    for note in notes:
        for (match, seat, turn), answer in note.answers.items():
            given[match][seat, turn] = answer
    with server.ledger() as ledger:
        lines = ledger.matches(limit=1_000_000)
        for line in lines:
            result = ledger.result(line.match_id)
            assert not result.void
            assert [move.step for move in result.moves] == list(range(len(result.moves)))
            answers = given.pop(line.match_id)
            turns: Counter[int] = Counter()
            for move in result.moves:
                assert answers.pop((move.seat, turns[move.seat])) == move.action
                turns[move.seat] += 1
            assert not answers
            assert all(seat.defaults == seat.refusals == 0 for seat in result.seats)
        assert ledger.verify().chain_ok
    assert not given
    return len(lines)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


@pytest.mark.parametrize(
    "cuts", [40, pytest.param(1000, marks=[pytest.mark.chaos, pytest.mark.timeout(900)])], ids=["short", "full"]
)
async def test_a_stream_cut_at_random_bytes_loses_and_repeats_nothing(own_server: Server, cuts: int) -> None:
    rng, tape, notes = Random(cuts), Tape(), [Notes(), Notes()]
    left = iter([rng.randint(1, 40_000) for _ in range(cuts)])
    async with CuttingProxy(own_server.port, lambda: next(left, None)) as proxy:
        cut = Client(transport=TapedTransport(proxy.address, tape), patience=EAGER)
        whole = client_of(own_server)
        for name, client, note in zip(("cut", "whole"), (cut, whole), notes, strict=True):
            client.join(GAME, note.agent, name=name, seats=SEATS)
        playing = [asyncio.create_task(client.run()) for client in (cut, whole)]
        await notes[0].until(lambda: len(proxy.cuts) >= cuts, seconds=600)
        ended = len(notes[0].ended)
        await notes[0].until(lambda: len(notes[0].ended) >= ended + SEATS)
        for client in (cut, whole):
            client.stop()
        async with asyncio.timeout(60):
            await asyncio.gather(*playing)
    assert not tape.gaps
    assert tape.epochs == {1}
    for note in notes:
        assert set(Counter(note.ended).values()) == {1}
        assert set(Counter(note.asked).values()) == {1}
    assert len(notes[0].ended) == len(notes[1].ended) == check_records(own_server, notes)
    p99 = percentile(tape.welcomes[1:], 0.99)
    print(
        f"{len(proxy.cuts)} cuts, {tape.frames} frames; from dialling to the welcome p50 "
        f"{percentile(tape.welcomes, 0.5) * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms"
    )
    assert p99 < 0.25
    assert "Traceback" not in own_server.log
