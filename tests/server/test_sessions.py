"""Sessions over their streams and restarts: whose time runs when, which token opens them, how many there may be."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from arena.core.errors import RateLimited, UnknownSession
from arena.ledger import Ledger
from arena.match.pool import WorkerPool
from arena.server.addresses import caller_address
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.server.settings import Settings
from arena.testing.loopback import LoopbackTransport
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits
from tests.e2e.peer import Peer, peer
from tests.e2e.serving import install_plugin
from tests.server.conftest import EVERYBODY, open_hall, visitor
from tests.server.test_restoring import answer, back, killed_copy, meet, play_out

DOUBLET = "testing/doublet"
Hang = Callable[[Hall, str], Callable[[], None]]


@pytest.fixture(autouse=True)
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers know the tiny games."""
    monkeypatch.setenv("PYTHONPATH", install_plugin(tmp_path, "testing", "tests.e2e.tiny_plugin")["PYTHONPATH"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the first hall keeps its files."""
    (tmp_path / "first").mkdir()
    return tmp_path / "first"


# ---- time


async def test_a_slow_restart_takes_nothing_of_the_time_to_resume(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = 0.1
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, _, _ = await meet(stack, hall, DOUBLET, matches=2)
        await ann.next("seat_assigned")
        quick = WorkerPool.describe

        async def slow(*of: Any) -> Any:
            passed = asyncio.Event()
            asyncio.get_running_loop().call_later(3 * window, passed.set)
            await passed.wait()
            return await quick(*of)

        monkeypatch.setattr(WorkerPool, "describe", slow)
        async with killed_copy(folder, limits=Limits(resume_window=window)) as later:
            assert len(later.play.sessions) == 2
            assert len(later.arbiter.matches) == 1
            async with asyncio.timeout(10):
                await later.arbiter.idle()
    ledger = Ledger.open(later.settings.db)
    (line,) = ledger.matches()
    assert {seat.cause.value for seat in line.seats} == {"void"}
    assert ledger.ladder(DOUBLET) == []
    ledger.close()


async def test_restored_sessions_wait_without_end_until_the_server_serves(folder: Path) -> None:
    async with open_hall(folder) as hall, visitor(hall, "ann") as ann:
        await ann.hello()
        await ann.join(DOUBLET, "ann")
        await ann.next("joined")
        settings = Settings(db=f"sqlite:///{folder / 'arena.db'}", state=folder / "second")
        (folder / "second").mkdir()
        (folder / "second" / "journal").write_bytes((folder / "arena.db.state" / "journal").read_bytes())
        later = await Hall.open(settings)
        (restored,) = later.play.sessions.values()
        dropped = [restored.dropped_at]
        later.serving()
        dropped.append(restored.dropped_at)
        await later.close()
        assert dropped[0] is None
        assert dropped[1] is not None


# ---- joins beside the reader


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Hang:
    """Has a hall's workers not describe one game until the function returned is called."""

    def begin(hall: Hall, game: str) -> Callable[[], None]:
        go_on = asyncio.Event()
        describe = hall.pool.describe

        async def hanging(name: str, *rest: Any) -> Any:
            if name == game:
                await go_on.wait()
            return await describe(name, *rest)

        monkeypatch.setattr(hall.pool, "describe", hanging)
        return go_on.set

    return begin


async def seated_first(stack: AsyncExitStack, hall: Hall) -> Peer:
    """The one of two agents that is asked first."""
    ann, bob, _ = await meet(stack, hall, DOUBLET, matches=2)
    seats = {(await agent.next("seat_assigned")).seat_assigned.seat: agent for agent in (ann, bob)}
    return seats[0]


async def test_answers_are_taken_while_a_join_waits_for_its_game(folder: Path, hang: Hang) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder, limits=Limits(heartbeat=0.2)))
        first = await seated_first(stack, hall)
        go_on = hang(hall, "testing/guess")
        await first.join("testing/guess", "other", number=7)
        await answer(first)
        for _ in range(3):  # its Pongs are heard, else it would be cut
            await first.send(pong=pb.Pong(nonce=(await first.next("ping")).ping.nonce))
        assert not [frame for frame in first.seen if frame.HasField("go_away")]
        go_on()
        assert (await first.next("joined", when=lambda frame: frame.joined.join_id == 7)).joined.rated_id


async def test_a_leave_never_overtakes_its_join(folder: Path, hang: Hang) -> None:
    async with open_hall(folder, patience=60.0) as hall, visitor(hall, "ann") as ann:
        await ann.hello()
        go_on = hang(hall, DOUBLET)
        await ann.join(DOUBLET, "ann")
        await ann.send(leave=pb.Leave(join_id=1))
        go_on()
        assert (await ann.next("joined", "join_ended")).HasField("joined")
        assert not (await ann.next("join_ended")).join_ended.HasField("error")
        assert not hall.lobby.takings()


async def test_a_leave_behind_a_join_that_hangs_stands_when_the_stream_ends(folder: Path, hang: Hang) -> None:
    async with open_hall(folder, patience=60.0) as hall:
        transport = LoopbackTransport(lambda stream: hall.play.serve(stream, EVERYBODY))
        async with peer(transport) as ann:
            await ann.hello()
            await ann.join(DOUBLET, "ann")
            await ann.next("joined")
            hang(hall, "testing/guess")
            await ann.join("testing/guess", "ann", number=2)
            await ann.send(leave=pb.Leave(join_id=1))
            await ann.send(act=pb.Act(request_id=5))
            await ann.next("refused")  # all before it has been read
        await transport.close()
        assert not hall.lobby.takings()
        assert hall.journal.snapshot.joins == {}


# ---- tokens


async def test_a_token_that_was_void_before_a_restart_is_void_after_it(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann = await stack.enter_async_context(visitor(hall, "ann"))
        old = await ann.hello()
        await ann.join(DOUBLET, "ann")
        await ann.next("joined")
        await ann.close()
        ann = await stack.enter_async_context(visitor(hall, "ann"))
        latest = await ann.hello(**back(old))
        await ann.join("", "ann", number=9)
        await ann.next("join_ended")  # it was heard from: the old token is void
        later = await stack.enter_async_context(killed_copy(folder))
        thief = await stack.enter_async_context(visitor(later, "ann"))
        with pytest.raises(UnknownSession):
            await thief.hello(**back(old))
        owner = await stack.enter_async_context(visitor(later, "ann"))
        assert (await owner.hello(**back(latest))).session_id == old.session_id


# ---- how many


async def test_dropped_sessions_that_are_owed_frames_count(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder, max_sessions=3))
        for _ in range(3):
            async with visitor(hall, "mallory") as dropped:
                await dropped.hello()
                await dropped.join("", "m")
                await dropped.next("join_ended")
        fourth = await stack.enter_async_context(visitor(hall, "mallory"))
        with pytest.raises(RateLimited):
            await fourth.hello()
        other = await stack.enter_async_context(visitor(hall, "ann"))
        assert (await other.hello()).session_id


async def test_anonymous_callers_of_one_address_leave_room_for_those_of_another(folder: Path) -> None:
    def caller(hall: Hall, address: str) -> Any:
        anybody = Principal("", EVERYBODY.scopes, address=address)
        return peer(LoopbackTransport(lambda stream: hall.play.serve(stream, anybody)))

    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder, max_sessions=2))
        for _ in range(2):
            greedy = await stack.enter_async_context(caller(hall, "192.0.2.1"))
            await greedy.hello()
        refused = await stack.enter_async_context(caller(hall, "192.0.2.1"))
        with pytest.raises(RateLimited):
            await refused.hello()
        other = await stack.enter_async_context(caller(hall, "192.0.2.2"))
        assert (await other.hello()).session_id


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("ipv4:192.0.2.7:50123", "192.0.2.7"),
        ("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:50123", "2001:db8:1:2::/64"),
        ("ipv6:[2001:db8:1:2::9]:1", "2001:db8:1:2::/64"),
        ("ipv6:[::ffff:192.0.2.7]:1", "192.0.2.7"),
        ("ipv6:[fe80::1%25eth0]:1", "fe80::/64"),
        ("unix:/run/arena.sock", "local"),
        ("", "local"),
    ],
)
def test_callers_are_told_apart_by_the_network_that_was_given_to_them(named: str, address: str) -> None:
    assert caller_address(named) == address


# ---- the ends of matches


async def test_an_end_that_was_not_heard_is_told_again_in_a_new_epoch(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, bob, (welcome, _) = await meet(stack, hall, DOUBLET, matches=2)
        ends, _ = await asyncio.gather(play_out(ann), play_out(bob))
        await ann.close()
        (session,) = [s for s in hall.play.sessions.values() if s.id == welcome.session_id]
        session.new_epoch()  # as when too much gathered for a dropped peer
        heard = next(frame.seq for frame in ann.seen if frame.HasField("match_ended"))
        again = await stack.enter_async_context(visitor(hall, "ann"))
        assert (await again.hello(**back(welcome), last_seq=heard)).epoch == 3
        seat = (await again.next("seat_assigned")).seat_assigned
        ended = (await again.next("match_ended")).match_ended
        assert (
            (ended.match_id, ended.seat_ref) == (seat.match_id, seat.seat_ref) == (ends[1].match_id, ends[1].seat_ref)
        )
        assert ended.outcomes == ends[1].outcomes
        await again.join(DOUBLET, "ann", matches=2)
        assert (await again.next("join_ended")).join_ended.matches == 2
        assert not [frame for frame in again.frames if frame.HasField("match_ended")]
        assert not session.holds


async def test_an_end_that_was_acknowledged_is_not_told_again(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, bob, (welcome, _) = await meet(stack, hall, DOUBLET, matches=2)
        await asyncio.gather(play_out(ann), play_out(bob))
        await ann.send(ack=pb.Ack(seq=max(frame.seq for frame in ann.seen)))
        await ann.join(DOUBLET, "ann", number=5, matches=2)
        await ann.next("joined")
        await ann.close()
        again = await stack.enter_async_context(visitor(hall, "ann"))
        await again.hello(session_id=welcome.session_id, resume_token=welcome.resume_token)
        await again.next("joined")
        assert not [frame for frame in again.seen if frame.HasField("match_ended")]
