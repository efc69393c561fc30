"""What becomes of a decision: sync, async and batch agents, failures, refusals, late answers."""

import asyncio
import threading
from collections.abc import Sequence
from functools import partial

from arena.client import Agent, BatchAgent, Decision, Provenance, Reply, Resign, Unavailable
from arena.core.game import Event
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from tests.client.agents import recorder
from tests.client.driving import finish, playing
from tests.client.fake_server import FakeServer


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


async def test_refused_agent_is_asked_again_with_the_same_view_and_the_reason() -> None:
    server, agent = FakeServer(), recorder()
    async with playing(server, agent):
        peer = await server.seated()
        await peer.send(server.ask(1, fields={"text": "view"}))
        await peer.expect("act")
        error = common_pb2.Error(code=common_pb2.ERROR_CODE_ILLEGAL_ACTION, message="not here")
        clock = common_pb2.Clock(decision_ms=700)
        await peer.send(server.frame(refused=pb.Refused(request_id=1, error=error, clock=clock)))
        await peer.expect("act")
    assert [(o.text, o.refusal, c.decision) for o, _, c in agent.seen] == [("view", "", 1.5), ("view", "not here", 0.7)]


async def test_agent_that_waits_for_an_answer_is_cancelled_when_nobody_needs_it_any_more() -> None:
    server, cancelled = FakeServer(), asyncio.Semaphore(0)

    class Waiting(Agent):
        async def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.release()

    async with playing(server, Waiting):
        peer = await server.seated(seats=2)
        await peer.send(server.ask(1, 1), server.ask(2, 2), pb.ServerFrame(ping=pb.Ping(nonce=1)))
        await peer.expect("pong")
        await peer.send(server.frame(defaulted=pb.Defaulted(request_id=1, cause=pb.CAUSE_TIMEOUT)), server.end(2))
        async with asyncio.timeout(5):
            await cancelled.acquire()
            await cancelled.acquire()


async def test_agents_load_before_they_join_and_let_go_after_the_last_match() -> None:
    server, noted = FakeServer(), []

    class Loaded(recorder()):  # type: ignore[misc]  # a class made at run time
        @classmethod
        async def prepare(cls) -> None:
            noted.append("loaded")

        @classmethod
        async def release(cls) -> None:
            noted.append("let go")

    async with playing(server, Loaded) as task:
        peer = await server.seated()
        assert noted == ["loaded"]
        await finish(server, peer, task, 1)
    assert noted == ["loaded", "let go"]


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
