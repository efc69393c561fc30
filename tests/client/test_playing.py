"""A session that nothing disturbs: joins, seats, decisions, outcomes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeAlias

import pytest

from arena.client import (
    Agent,
    BatchAgent,
    Client,
    Decision,
    JoinSummary,
    Patience,
    Provenance,
    Reply,
    Resign,
    Unavailable,
)
from arena.core.errors import BadOption, NameTaken
from arena.core.game import Event
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from tests.client.agents import recorder
from tests.client.fake_server import FakeServer, Peer, seat

Run: TypeAlias = "asyncio.Task[list[JoinSummary]]"
QUICK = Patience(first=0.0, longest=0.0, connect=2.0, reconnect=2.0, welcome=2.0)


@asynccontextmanager
async def playing(server: FakeServer, agent: object, **order: object) -> AsyncIterator[Run]:
    """A client that plays toy/game in the background."""
    client = Client(transport=server.transport, patience=QUICK)
    client.join("toy/game", agent, **order)  # type: ignore[arg-type]
    task = asyncio.create_task(client.run())
    task.client = client  # type: ignore[attr-defined]
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def finish(server: FakeServer, peer: Peer, task: Run, *refs: int) -> JoinSummary:
    await peer.send(*(server.end(ref) for ref in refs), server.join_ended(matches=len(refs)))
    async with asyncio.timeout(5):
        (summary,) = await task
    return summary


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


async def test_ping_is_answered_while_an_agent_thinks() -> None:
    server, thinking = FakeServer(), threading.Event()

    class Slow(Agent):
        def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            thinking.wait(5)
            return legal.ids[0]

    async with playing(server, Slow):
        peer = await server.seated()
        await peer.send(server.ask(1), pb.ServerFrame(ping=pb.Ping(nonce=42)))
        pong = await peer.expect("pong")
        thinking.set()
        await peer.expect("act")
    assert pong.nonce == 42


async def test_all_answers_to_one_batch_leave_in_one_batch() -> None:
    server = FakeServer()
    async with playing(server, recorder()):
        peer = await server.seated(seats=64)
        before = len(peer.batches)
        await peer.send(*(server.ask(100 + ref, ref) for ref in range(1, 65)))
        answered = {(await peer.expect("act")).request_id for _ in range(64)}
    assert answered == {100 + ref for ref in range(1, 65)}
    assert len(peer.batches) - before == 1


async def test_batches_stay_within_the_limits_of_the_welcome() -> None:
    server = FakeServer()
    async with playing(server, recorder()):
        peer = await server.seated(seats=30, max_batch=8, max_frame_bytes=100)
        await peer.send(*(server.ask(100 + ref, ref) for ref in range(1, 31)))
        for _ in range(30):
            await peer.expect("act")
    assert max(len(batch.frames) for batch in peer.batches) <= 8
    assert max(batch.ByteSize() for batch in peer.batches[1:] if len(batch.frames) > 1) <= 100


async def test_async_agents_decide_at_the_same_time() -> None:
    server, both = FakeServer(), asyncio.Barrier(2)

    class Waiting(Agent):
        async def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            async with asyncio.timeout(2):
                await both.wait()
            return legal.ids[1]

    async with playing(server, Waiting):
        peer = await server.seated(seats=2)
        await peer.send(server.ask(1, 1), server.ask(2, 2))
        answers = [await peer.expect("act") for _ in range(2)]
    assert {act.request_id for act in answers} == {1, 2}
    assert {act.action.choice for act in answers} == {8}


async def test_factory_of_async_agents_is_awaited_too() -> None:
    server = FakeServer()

    class Async(Agent):
        async def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            await asyncio.sleep(0)
            return legal.ids[2]

    async with playing(server, partial(lambda cls, info: cls(info), Async)):
        peer = await server.seated()
        await peer.send(server.ask(1))
        assert (await peer.expect("act")).action.choice == 9


async def test_batch_agent_gets_what_gathered_while_it_was_thinking() -> None:
    server, sizes, begun, go_on = FakeServer(), [], threading.Event(), threading.Event()

    class Model(BatchAgent):
        wants = frozenset()

        def act_batch(self, decisions: Sequence[Decision]) -> list[int]:
            sizes.append(len(decisions))
            begun.set()
            go_on.wait(5)
            return [decision.legal.ids[0] for decision in decisions]  # type: ignore[union-attr]

    async with playing(server, Model):
        peer = await server.seated(seats=5)
        await peer.send(server.ask(1, 1))
        await asyncio.to_thread(begun.wait, 5)
        await peer.send(server.ask(2, 2), server.ask(3, 3))
        await peer.send(server.ask(4, 4), server.ask(5, 5), pb.ServerFrame(ping=pb.Ping(nonce=1)))
        await peer.expect("pong")
        go_on.set()
        answered = [(await peer.expect("act")).request_id for _ in range(5)]
    assert sizes == [1, 4]
    assert answered == [1, 2, 3, 4, 5]


async def test_async_batch_agent_and_per_seat_failures() -> None:
    server = FakeServer()

    class Model(BatchAgent):
        async def act_batch(self, decisions: Sequence[Decision]) -> list[object]:  # type: ignore[override]
            await asyncio.sleep(0)
            return [7, Resign(), Unavailable("busy"), RuntimeError("x"), object()][: len(decisions)]

    async with playing(server, Model()):
        peer = await server.seated(seats=5)
        await peer.send(*(server.ask(ref, ref) for ref in range(1, 6)))
        kinds = [(await peer.next()).WhichOneof("frame") for _ in range(5)]
    assert kinds == ["act", "resign", "unavailable", "unavailable", "unavailable"]


async def test_agent_that_raises_loses_one_decision_and_disturbs_no_other_seat() -> None:
    server = FakeServer()

    class Faulty(Agent):
        def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            match self.seat.match_id:
                case "m1":
                    raise ZeroDivisionError("secret path /home/me")
                case "m2":
                    raise SystemExit(3)
                case "m3":
                    return float("nan")
                case "m4":
                    raise Resign
                case "m5":
                    raise Unavailable("the model\nis loading")
            how = Provenance(policy_version="p7", completion_token_ids=[1, 2], logprobs=[-1.0, -0.5])
            return Reply(legal.ids[0], how)

    async with playing(server, Faulty):
        peer = await server.seated(seats=6)
        await peer.send(*(server.ask(ref, ref) for ref in range(1, 7)))
        frames = [await peer.next() for _ in range(6)]
    assert [frame.unavailable.reason for frame in frames[:2]] == ["the agent failed"] * 2
    assert "whole number" in frames[2].unavailable.reason
    assert frames[3].resign.seat_ref == 4
    assert frames[4].unavailable.reason == "the model is loading"
    assert frames[5].act.provenance.policy_version == "p7"
    assert len(frames[5].act.provenance.logprobs_f32) == 8


async def test_refused_agent_is_asked_again_with_the_same_view() -> None:
    server, agent = FakeServer(), recorder()
    async with playing(server, agent):
        peer = await server.seated()
        await peer.send(server.ask(1, fields={"text": "view"}))
        await peer.expect("act")
        error = common_pb2.Error(code=common_pb2.ERROR_CODE_ILLEGAL_ACTION, message="not here")
        clock = common_pb2.Clock(decision_ms=700)
        await peer.send(server.frame(refused=pb.Refused(request_id=1, error=error, clock=clock)))
        await peer.expect("act")
    assert [(o.text, c.decision) for o, _, c in agent.seen] == [("view", 1.5), ("view", 0.7)]


async def test_request_that_is_defaulted_with_its_refusal_is_not_asked_again() -> None:
    server, agent = FakeServer(), recorder()
    async with playing(server, agent) as task:
        peer = await server.seated()
        await peer.send(server.ask(1))
        await peer.expect("act")
        error = common_pb2.Error(code=common_pb2.ERROR_CODE_ILLEGAL_ACTION, message="not here")
        await peer.send(
            server.frame(refused=pb.Refused(request_id=1, error=error)),
            server.frame(defaulted=pb.Defaulted(request_id=1, cause=pb.CAUSE_ILLEGAL)),
        )
        await finish(server, peer, task, 1)
    assert len(agent.seen) == 1


async def test_answer_to_a_request_that_was_closed_meanwhile_is_not_sent() -> None:
    server, go_on = FakeServer(), threading.Event()

    class Slow(Agent):
        def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            if observation.step == 1:
                go_on.wait(5)
            return legal.ids[0]

    async with playing(server, Slow):
        peer = await server.seated(seats=2)
        await peer.send(server.ask(1, step=1), server.frame(accepted=pb.Accepted()))
        await peer.send(server.frame(defaulted=pb.Defaulted(request_id=1, cause=pb.CAUSE_TIMEOUT)))
        await peer.send(server.ask(2), pb.ServerFrame(ping=pb.Ping(nonce=1)))
        await peer.expect("pong")
        go_on.set()
        assert (await peer.expect("act")).request_id == 2


async def test_events_are_told_once_even_when_the_server_repeats_them() -> None:
    server, agent = FakeServer(), recorder()
    events = [Event(number, "said", {"text": str(number)}) for number in range(4)]
    async with playing(server, agent):
        peer = await server.seated()
        await peer.send(server.ask(1, events=events[:2], from_start=True))
        await peer.expect("act")
        await peer.send(server.frame(accepted=pb.Accepted(request_ids=[1])))
        await peer.send(server.ask(2, events=events, from_start=True))
        await peer.expect("act")
    assert [[event.number for event in o.events] for o, _, _ in agent.seen] == [[0, 1], [2, 3]]


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
