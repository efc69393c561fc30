"""A session that nothing disturbs: joins, seats, batches, outcomes."""

import asyncio

import pytest

from arena.client import Agent, Client
from arena.core.errors import BadOption, NameTaken
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from tests.client.agents import recorder
from tests.client.driving import QUICK, finish, playing
from tests.client.fake_server import FakeServer, seat


async def test_join_says_what_was_ordered() -> None:
    server = FakeServer()
    order = {"name": "ada", "version": "v2", "parent_version": "v1", "seats": 4, "matches": 9, "options": {"a": 1}}
    async with playing(server, recorder(), **order):
        peer, hello = await server.welcome()
        join = await peer.expect("join")
    assert (hello.session_id, hello.resume_token) == ("", b"")
    assert hello.client.startswith("arena-py/")
    assert (join.game, join.agent, join.agent_version, join.parent_version) == ("toy/game", "ada", "v2", "v1")
    assert (join.seats, join.matches, join.options_json, list(join.wants)) == (4, 9, b'{"a":1}', [])


async def test_agent_is_told_its_seat_the_brief_and_its_outcome() -> None:
    server, agent = FakeServer(brief="three in a row"), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated()
        await peer.send(server.ask(5, fields={"text": "hello"}, step=3))
        act = await peer.expect("act")
        await peer.send(server.frame(accepted=pb.Accepted(request_ids=[5])))
        summary = await finish(server, peer, task, 1)
    (info,) = agent.built
    assert (info.match_id, info.seat, info.seats, info.game, info.brief) == ("m1", 0, 2, "toy/game", "three in a row")
    assert info.config == {"rounds": 3}
    ((observation, _, clock),) = agent.seen
    assert (observation.step, observation.text, clock.decision, clock.bank) == (3, "hello", 1.5, 60.0)
    assert (act.request_id, act.action.choice) == (5, 7)
    assert [outcome.rank for outcome in agent.outcomes] == [1]
    assert (summary.matches, summary.wins, summary.losses, summary.causes) == (1, 1, 0, {"rules": 1})


async def test_brief_is_fetched_once_for_all_seats_of_a_game() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated(seats=5)
        await finish(server, peer, task, 1, 2, 3, 4, 5)
    assert server.asked_games == ["toy/game"]


async def test_last_frames_are_acknowledged_before_the_stream_ends() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated()
        await finish(server, peer, task, 1)
        assert await peer.closed() == 4


async def test_acks_go_out_by_themselves_when_much_is_unacknowledged() -> None:
    server = FakeServer()
    async with playing(server, recorder()):
        peer = await server.seated(max_unacked_frames=80)
        await peer.send(*(server.frame(accepted=pb.Accepted()) for _ in range(20)))
        assert await peer.hear_ack() == 22


async def test_batches_stay_within_the_limits_of_the_welcome() -> None:
    server = FakeServer()
    async with playing(server, recorder()):
        peer = await server.seated(seats=30, max_batch=8, max_frame_bytes=100)
        await peer.send(*(server.ask(100 + ref, ref) for ref in range(1, 31)))
        for _ in range(30):
            await peer.expect("act")
    assert max(len(batch.frames) for batch in peer.batches) <= 8
    assert max(batch.ByteSize() for batch in peer.batches[1:] if len(batch.frames) > 1) <= 100


async def test_seats_of_one_team_count_as_one_match() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer, _ = await server.welcome()
        await peer.expect("join")
        both = [seat(1, match="m1"), seat(2, match="m1")]
        both[1].seat = 1
        await peer.send(*(server.frame(seat_assigned=assigned) for assigned in both))
        outcomes = [pb.SeatOutcome(seat=s, rank=1 + s // 2, team="ab"[s // 2], score=1 - s // 2) for s in range(4)]
        ends = [pb.MatchEnded(seat_ref=ref, match_id="m1", outcomes=outcomes) for ref in (1, 2)]
        await peer.send(*(server.frame(match_ended=end) for end in ends), server.join_ended())
        (summary,) = await task
    assert (summary.matches, summary.wins, summary.losses, summary.causes.total()) == (1, 1, 0, 2)


async def test_void_match_is_nobodys_win_or_loss() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated()
        await peer.send(server.end(1, void="the game failed"), server.join_ended())
        (summary,) = await task
    assert (summary.matches, summary.voids, summary.wins + summary.draws + summary.losses) == (1, 1, 0)


async def test_stop_leaves_and_finishes_running_matches() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer = await server.seated()
        await peer.send(server.ask(1))
        await peer.expect("act")
        task.client.stop()  # type: ignore[attr-defined]
        assert (await peer.expect("leave")).join_id == 1
        summary = await finish(server, peer, task, 1)
    assert summary.wins == 1


@pytest.mark.parametrize("leaf", [NameTaken, BadOption])
async def test_refused_join_is_raised_as_the_servers_error(leaf: type[Exception]) -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer, _ = await server.welcome()
        await peer.expect("join")
        error = common_pb2.Error(code=leaf.code, message="cannot be")  # type: ignore[attr-defined]
        await peer.send(server.join_ended(error=error))
        with pytest.raises(leaf, match="cannot be"):
            await task


async def test_join_that_the_server_has_no_room_for_is_tried_again() -> None:
    server = FakeServer()
    async with playing(server, recorder()) as task:
        peer, _ = await server.welcome()
        first = await peer.expect("join")
        error = common_pb2.Error(code=common_pb2.ERROR_CODE_DRAINING, message="no new matches", retry_after_ms=1)
        await peer.send(server.join_ended(error=error))
        second = await peer.expect("join")
        assert second.join_id != first.join_id
        await peer.send(server.join_ended(second.join_id))
        await task


async def test_entry_is_made_for_the_games_own_config() -> None:
    server = FakeServer()
    server.game.game.config_json = b'{"format":"doubles"}'
    server.game.game.game = "toy/game"
    server.game.game.dynamics, server.game.game.forfeit = 1, 1

    class Trainer(Agent):
        @classmethod
        def entry(cls, game, config):  # type: ignore[no-untyped-def]
            return {"for": game, "format": config["format"]}

        def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            return 0

    async with playing(server, Trainer):
        peer, _ = await server.welcome()
        join = await peer.expect("join")
    assert join.entry_json == b'{"for":"toy/game","format":"doubles"}'


async def test_several_joins_share_one_session() -> None:
    server, one, two = FakeServer(), recorder(), recorder()
    client = Client(transport=server.transport, patience=QUICK)
    client.join("toy/one", one, name="one")
    client.join("toy/two", two, name="two")
    task = asyncio.create_task(client.run())
    peer, _ = await server.welcome()
    joins = [await peer.expect("join") for _ in range(2)]
    await peer.send(*(server.frame(seat_assigned=seat(j.join_id, j.join_id)) for j in joins))
    await peer.send(server.end(1, 1), server.end(2, 2), *(server.join_ended(j.join_id) for j in joins))
    summaries = await task
    assert [(s.agent, s.wins, s.losses) for s in summaries] == [("one", 1, 0), ("two", 0, 1)]
    assert (len(one.outcomes), len(two.outcomes)) == (1, 1)
