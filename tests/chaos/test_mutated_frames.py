"""Frames with random damage: no surprise in the server, no word of Python to the peer, no harm to anybody else.

Test 6 of the reliability tests.
"""

import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path
from random import Random

import psutil
import pytest

from arena.agents.simple import RandomAgent
from arena.client import Client, Disconnected
from arena.core.errors import ArenaError
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.testing.loopback import LoopbackStream, LoopbackTransport
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits
from tests.e2e.clients import play
from tests.e2e.peer import Peer
from tests.server.conftest import open_hall
from tests.wire.mangling import mangled

EVERYBODY = frozenset({"play", "watch"})
PYTHON_WORDS = ("Error(", "Error:", "<class", "object at 0x", "NoneType", "Traceback", "google.protobuf", "int()")
LAST = 1_000_000
"""A join that cannot be: when it is answered, all before it has been dealt with."""
LIMITS = Limits(resume_window=0.05)


class Watched:
    """A play handler that notes what no handler may raise."""

    def __init__(self, hall: Hall, owner: str) -> None:
        self._hall = hall
        self._principal = Principal(owner, EVERYBODY)
        self.surprises: list[BaseException] = []

    async def serve(self, stream: LoopbackStream) -> None:
        try:
            await self._hall.play.serve(stream, self._principal)
        except ArenaError:
            raise
        except Disconnected:
            return  # the peer went away while it was written to
        except Exception as error:
            self.surprises.append(error)
            raise


def good_batches(number: int) -> list[list[pb.ClientFrame]]:
    """What a healthy client might say behind its hello."""
    frame = pb.ClientFrame
    action = pb.Action(json=b'{"keep": 3, "list": [1, 2.5, "x"]}')
    tensor = common_pb2.Tensor(dtype=common_pb2.DTYPE_FLOAT32, shape=[2, 2], data=b"\0" * 16)
    thought = pb.Provenance(policy_version="v1", completion_token_ids=[1, 2], logprobs_f32=b"\0" * 8, reasoning="so")
    return [
        [frame(join=pb.Join(join_id=1, game="openspiel/tic_tac_toe", agent=f"m{number}", seats=2, wants=["text"]))],
        [frame(join=pb.Join(join_id=2, game="negotiation/dond", agent=f"m{number}", options_json=b'{"rounds": 3}'))],
        [frame(act=pb.Act(request_id=number, action=action, provenance=thought)), frame(ack=pb.Ack(seq=3))],
        [frame(act=pb.Act(request_id=number, action=pb.Action(tensor=tensor)))] * 3,
        [frame(resign=pb.Resign(seat_ref=1)), frame(unavailable=pb.Unavailable(request_id=4, reason="down"))],
        [frame(leave=pb.Leave(join_id=1)), frame(pong=pb.Pong(nonce=7))],
    ]


async def assault(transport: LoopbackTransport, rng: Random, frames: int) -> tuple[int, list[common_pb2.Error]]:
    """Send damaged messages over as many streams as it takes; every error that came back."""
    sent, errors = 0, []
    while sent < frames:
        agent = Peer(await transport.open())
        try:
            hello = pb.ClientBatch(frames=[pb.ClientFrame(hello=pb.Hello(client="mutant"))]).SerializeToString()
            await agent.send_bytes(hello if rng.random() < 0.8 else mangled(hello, rng))
            for batch in rng.sample(good_batches(sent), 6):
                sent += 1
                await agent.send_bytes(mangled(pb.ClientBatch(frames=batch).SerializeToString(), rng))
            await agent.send(join=pb.Join(join_id=LAST))
            await agent.next("join_ended", when=lambda frame: frame.join_ended.join_id == LAST)
        except ArenaError as error:
            errors.append(common_pb2.Error(code=int(error.code), message=str(error)))  # type: ignore[arg-type]
        except (Disconnected, EOFError):
            pass
        finally:
            await agent.close()
        errors += errors_in(agent.seen)
    return sent, errors


def errors_in(frames: Sequence[pb.ServerFrame]) -> list[common_pb2.Error]:
    """Every error that these frames tell."""
    found = [frame.error for frame in frames if frame.HasField("error")]
    found += [frame.refused.error for frame in frames if frame.HasField("refused")]
    return found + [frame.join_ended.error for frame in frames if frame.join_ended.HasField("error")]


@pytest.mark.parametrize(
    "frames",
    [2_000, pytest.param(100_000, marks=[pytest.mark.chaos, pytest.mark.timeout(1800)])],
    ids=["short", "full"],
)
async def test_damaged_frames_harm_their_sender_only(tmp_path: Path, frames: int) -> None:
    rng = Random(frames)
    async with open_hall(tmp_path, limits=LIMITS) as hall:
        mutant = Watched(hall, "mutant")
        transport = LoopbackTransport(mutant.serve, capacity=64)
        good = [Watched(hall, name) for name in ("ann", "bob")]
        clients = [Client(transport=LoopbackTransport(one.serve)) for one in good]
        for name, client in zip(("ann", "bob"), clients, strict=True):
            client.join("openspiel/kuhn_poker", RandomAgent, name=name, seats=4)
        playing = asyncio.create_task(play(*clients, seconds=1500))
        await assault(transport, rng, frames // 4)
        gc.collect()
        before = psutil.Process().memory_info().rss
        sent, errors = await assault(transport, rng, frames)
        gc.collect()
        grown = (psutil.Process().memory_info().rss - before) / 1e6
        await transport.close()
        for client in clients:
            client.stop()
        ann, bob = await playing
        assert hall.ledger.verify().chain_ok
    assert not [*mutant.surprises, *good[0].surprises, *good[1].surprises]
    assert ann.matches == bob.matches > 0
    assert set(ann.causes) == set(bob.causes) == {"rules"}
    codes = {common_pb2.ErrorCode.Name(error.code) for error in errors}
    print(f"{sent} damaged messages, {len(errors)} errors of {len(codes)} kinds; memory grew by {grown:.1f} MB")
    assert "ERROR_CODE_PROTOCOL_VIOLATION" in codes
    for error in errors:
        assert error.code
        assert not any(word in error.message for word in PYTHON_WORDS), error.message
    assert grown < 20
