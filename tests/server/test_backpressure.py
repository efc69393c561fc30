"""What a session is owed stays bounded, whether its peer reads slowly, acknowledges nothing, or lies about it."""

import asyncio
from pathlib import Path

import pytest

from arena.core.errors import ProtocolViolation
from arena.server import session as sessions
from arena.server.connection import Connection
from arena.server.hall import Hall
from arena.server.session import Principal, Session
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits
from tests.server.conftest import open_hall, visitor

FEW = Limits(max_unacked_frames=8)


class Gate:
    """A stream that takes a message only when the gate is open."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.sent: list[pb.ServerFrame] = []
        self.took = asyncio.Event()

    async def send(self, data: bytes) -> None:
        await self.open.wait()
        self.sent += pb.ServerBatch.FromString(data).frames
        self.took.set()

    async def receive(self) -> bytes | None:
        return None


def session(limits: Limits = FEW) -> Session:
    made = Session(id="s", principal=Principal("ann", frozenset()), limits=limits)
    made.connection = Connection(Gate(), 4, 1.0)
    return made


def say(to: Session, number: int) -> None:
    to.emit(joined=pb.Joined(join_id=number, rated_id="g"))


def is_cut(of: Session) -> bool:
    return of.connection is not None and of.connection.cut_reason is not None


def owed(by: Session) -> int:
    return len(list(by.replay(0)))


async def test_a_peer_that_is_owed_too_many_frames_is_cut_before_any_of_them_left() -> None:
    slow = session()
    assert slow.connection is not None
    for number in range(8):
        say(slow, number)
    assert not is_cut(slow)
    say(slow, 8)
    assert is_cut(slow)
    assert slow.connection.unsent == 0


async def test_a_peer_that_is_owed_too_many_bytes_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_KEPT_BYTES", 100)
    slow = session()
    slow.emit(joined=pb.Joined(join_id=1, rated_id="g" * 80))
    assert not is_cut(slow)
    slow.emit(joined=pb.Joined(join_id=2, rated_id="g" * 80))
    assert is_cut(slow)


async def test_bytes_that_were_acknowledged_count_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_KEPT_BYTES", 200)
    prompt = session()
    assert prompt.connection is not None
    for number in range(1, 50):
        prompt.emit(joined=pb.Joined(join_id=1, rated_id="g" * 80))
        prompt.connection._outbox.clear()  # as sent
        prompt.acknowledge(number)
    assert not is_cut(prompt)


async def test_a_dropped_session_is_never_owed_more_than_its_limit_and_starts_a_new_epoch() -> None:
    dropped = session()
    dropped.connection = None
    most = 0
    for number in range(100):
        say(dropped, number)
        most = max(most, owed(dropped))
    assert most <= 8
    assert dropped.epoch > 1
    assert not dropped.can_replay(1, 0)


async def test_frames_that_still_wait_to_be_sent_cannot_be_acknowledged() -> None:
    liar = session()
    for number in range(3):
        say(liar, number)
    with pytest.raises(ProtocolViolation, match="last one sent was 0"):
        liar.acknowledge(1)
    assert owed(liar) == 3


async def test_an_acknowledgement_of_frames_to_come_ends_the_stream(hall: Hall) -> None:
    async with visitor(hall, "ann") as ann:
        await ann.hello()
        await ann.join("", "ann")
        await ann.next("join_ended")
        await ann.send(ack=pb.Ack(seq=2**60))
        with pytest.raises(ProtocolViolation, match="acknowledged"):
            await ann.next("join_ended")


async def test_a_slow_reader_loses_its_stream_and_resumes_with_whole_views(tmp_path: Path) -> None:
    async with open_hall(tmp_path, limits=FEW) as hall:
        async with visitor(hall, "ann") as ann:
            welcome = await ann.hello()
            for number in range(1, 12):
                await ann.join("", "ann", number=number)
            assert "unacknowledged" in (await ann.next("go_away")).go_away.reason
        async with visitor(hall, "ann") as again:
            resumed = await again.hello(
                session_id=welcome.session_id, resume_token=welcome.resume_token, epoch=welcome.epoch
            )
            assert (resumed.session_id, resumed.epoch) == (welcome.session_id, 2)
            await again.join("", "ann", number=99)
            assert (await again.next("join_ended", when=lambda f: f.join_ended.join_id == 99)).seq


async def test_frames_queued_while_a_message_is_under_way_leave_after_it_and_in_order() -> None:
    busy = session(Limits())
    connection = busy.connection
    assert connection is not None
    gate = connection.stream
    assert isinstance(gate, Gate)
    durable = asyncio.Event()
    durable.set()
    writer = asyncio.create_task(connection.write(busy.seal, durable))
    say(busy, 1)
    await asyncio.sleep(0)  # the writer holds the first message before the gate
    for number in range(2, 7):
        say(busy, number)
    busy.accept(70)
    busy.accept(71)
    gate.open.set()
    async with asyncio.timeout(5):
        while len(gate.sent) < 7:
            gate.took.clear()
            await gate.took.wait()
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    assert [frame.seq for frame in gate.sent] == list(range(1, 8))
    assert list(gate.sent[-1].accepted.request_ids) == [70, 71]
