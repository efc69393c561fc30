"""A session over several streams: cuts, resumes, new epochs, a server that forgot, and servers that never come."""

import asyncio

import pytest

from arena.client import Agent, Client, Patience, ServerUnreachable
from arena.core.errors import ProtocolViolation, Unauthenticated
from arena.testing.loopback import LoopbackStream, LoopbackTransport
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from tests.client.agents import recorder
from tests.client.driving import QUICK, finish, playing
from tests.client.fake_server import FakeServer, seat


async def test_resume_shows_the_latest_token_and_the_last_frame() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated()
        await peer.settle()
        peer.cut()
        peer, hello = await server.welcome(token=b"t2", after=2)
        assert (hello.session_id, hello.resume_token, hello.epoch, hello.last_seq) == ("s1", b"t1", 1, 2)
        await peer.settle()
        peer.cut()
        peer, hello = await server.welcome(token=b"t3", after=2)
        assert (hello.resume_token, hello.last_seq) == (b"t2", 2)
        await finish(server, peer, task, 1)


async def test_cut_within_a_batch_counts_only_what_arrived() -> None:
    server, agent = FakeServer(), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated(seats=2)
        frames = [server.ask(1, 1), server.ask(2, 2), server.frame(accepted=pb.Accepted())]
        await peer.send(frames[0])
        await peer.expect("act")
        peer.cut()
        peer, hello = await server.welcome(after=3)  # a server may replay more than it must
        assert hello.last_seq == 4
        await peer.send(*frames)
        acts = [await peer.expect("act") for _ in range(2)]
        assert [act.request_id for act in acts] == [1, 2]
        server._seq = 6
        await finish(server, peer, task, 1, 2)
    assert len(agent.seen) == 2, "a replayed request is not decided twice"


async def test_unacknowledged_answers_are_sent_again_and_acknowledged_ones_are_not() -> None:
    server, agent = FakeServer(), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated(seats=2)
        await peer.send(server.ask(1, 1), server.ask(2, 2))
        await peer.expect("act")
        await peer.expect("act")
        await peer.send(server.frame(accepted=pb.Accepted(request_ids=[1])))
        await peer.settle()
        peer.cut()
        peer, hello = await server.welcome(after=6)
        again = await peer.expect("act")
        assert (again.request_id, hello.last_seq) == (2, 6)
        await peer.send(server.frame(accepted=pb.Accepted(request_ids=[2])))
        await finish(server, peer, task, 1, 2)
    assert len(agent.seen) == 2


async def test_join_is_not_sent_again_once_it_was_answered() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer, _ = await server.welcome()
        await peer.expect("join")
        peer.cut()
        peer, _ = await server.welcome()
        assert (await peer.expect("join")).join_id == 1
        await peer.send(server.frame(joined=pb.Joined(join_id=1, rated_id="toy/game")))
        await peer.settle()
        peer.cut()
        peer, _ = await server.welcome(after=1)
        await finish(server, peer, task)


async def test_new_epoch_forgets_seats_and_builds_agents_anew() -> None:
    server, agent = FakeServer(), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated()
        await peer.send(server.ask(1))
        await peer.expect("act")
        peer.cut()
        peer, hello = await server.welcome(epoch=2)
        assert hello.epoch == 1
        assert (await peer.expect("join")).join_id == 1
        await peer.send(server.frame(seat_assigned=seat(9, match="m1")), server.ask(4, 9, from_start=True))
        assert (await peer.expect("act")).request_id == 4
        summary = await finish(server, peer, task, 9)
    assert len(agent.built) == 2
    assert summary.matches == 1


async def test_match_whose_end_was_lost_with_the_server_is_told_as_unseen() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated(seats=2)
        await peer.send(server.end(1))
        await peer.settle()
        peer.cut()
        peer, _ = await server.welcome(epoch=2)
        await peer.expect("join")
        await peer.send(server.join_ended(matches=2))
        (summary,) = await task
    assert (summary.matches, summary.unseen) == (1, 1)


async def test_gap_that_the_server_cannot_replay_is_a_new_start() -> None:
    server, agent = FakeServer(), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated()
        await peer.settle()
        peer.cut()
        peer, _ = await server.welcome(after=50)
        assert (await peer.expect("join")).join_id == 1
        await peer.send(server.frame(seat_assigned=seat(1)), server.ask(1, from_start=True))
        assert (await peer.expect("act")).request_id == 1
        await finish(server, peer, task, 1)


async def test_missing_frame_leads_to_a_resume() -> None:
    server = FakeServer()
    async with playing(server, recorder()):
        peer = await server.seated()
        lost = server.ask(1)
        await peer.send(server.ask(2))
        peer, hello = await server.welcome(after=2)
        assert hello.last_seq == 2
        await peer.send(lost)
        assert (await peer.expect("act")).request_id == 1


async def test_server_that_forgot_the_session_is_joined_anew_for_what_is_left() -> None:
    server = FakeServer()
    async with playing(server, recorder(), matches=5) as task:
        peer = await server.seated()
        await peer.send(server.end(1))
        await peer.settle()
        peer.cut()
        peer = await server.accept()
        await peer.expect("hello")
        error = common_pb2.Error(code=common_pb2.ERROR_CODE_UNKNOWN_SESSION, message="no such session")
        await peer.send(pb.ServerFrame(error=error))
        peer, hello = await server.welcome(session="s2")
        assert hello.session_id == ""
        assert (await peer.expect("join")).matches == 4
        await finish(server, peer, task)


async def test_go_away_is_played_through_and_then_reconnected() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated()
        await peer.send(pb.ServerFrame(go_away=pb.GoAway(reason="update", reconnect_after_ms=1)), server.ask(1))
        await peer.expect("act")
        await peer.close()
        peer, hello = await server.welcome(after=3)
        assert hello.last_seq == 3
        assert (await peer.expect("act")).request_id == 1
        await finish(server, peer, task, 1)


async def test_silent_server_is_given_up_and_resumed() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        await server.seated(heartbeat_ms=10)
        peer, hello = await server.welcome(after=2)
        assert (hello.session_id, hello.last_seq) == ("s1", 2)
        assert (await finish(server, peer, task, 1)).matches == 1


async def test_answers_wait_for_a_server_that_does_not_read_and_all_arrive() -> None:
    server = FakeServer(capacity=1)
    async with playing(server, recorder()):
        peer = await server.seated(seats=100, max_batch=3)
        await peer.send(*(server.ask(ref, ref) for ref in range(1, 101)))
        answered = [(await peer.expect("act")).request_id for _ in range(100)]
    assert sorted(answered) == list(range(1, 101))
    assert len(answered) == len(set(answered))


@pytest.mark.parametrize("by_frame", [True, False])
async def test_refused_session_is_raised_and_not_tried_again(by_frame: bool) -> None:
    tries = 0

    async def refuse(stream: LoopbackStream) -> None:
        nonlocal tries
        tries += 1
        if not by_frame:
            raise Unauthenticated("the token is unknown")
        await stream.receive()
        error = common_pb2.Error(code=common_pb2.ERROR_CODE_UNAUTHENTICATED, message="the token is unknown")
        await stream.send(pb.ServerBatch(frames=[pb.ServerFrame(error=error)]).SerializeToString())

    client = Client(transport=LoopbackTransport(refuse), patience=QUICK)
    client.join("toy/game", recorder())
    with pytest.raises(Unauthenticated, match="the token is unknown"):
        await client.run()
    assert tries == 1


async def test_unreachable_server_is_given_up_with_a_clear_sentence() -> None:
    async def hang_up(stream: LoopbackStream) -> None:
        stream.cut()

    client = Client(transport=LoopbackTransport(hang_up), patience=Patience(first=0, longest=0, connect=0.05))
    client.join("toy/game", recorder())
    with pytest.raises(ServerUnreachable, match=r"no arena server for 0\.05 s: loopback: "):
        await client.run()


async def test_stop_without_a_server_returns_at_once() -> None:
    async def hang_up(stream: LoopbackStream) -> None:
        client.stop()
        stream.cut()

    client = Client(transport=LoopbackTransport(hang_up), patience=QUICK)
    client.join("toy/game", recorder())
    (summary,) = await client.run()
    assert summary.matches == 0


async def test_bytes_that_are_no_batch_end_the_run_with_a_protocol_violation() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated()
        await peer._stream.send(b"\xff\xff\xff")
        with pytest.raises(ProtocolViolation):
            await task


async def test_cancelled_run_leaves_no_task_behind() -> None:
    server = FakeServer()

    class Forever(Agent):
        async def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            await asyncio.Event().wait()

    before = asyncio.all_tasks()
    async with playing(server, Forever):
        peer = await server.seated()
        await peer.send(server.ask(1))
        await peer.settle()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
