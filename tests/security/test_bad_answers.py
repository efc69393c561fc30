"""An answer that cannot be is refused with its code and one sentence; a match beside it goes on untouched."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from tests.e2e.peer import Peer, peer
from tests.e2e.serving import Server
from tests.security.bystanders import Bystanders
from tests.security.sentences import code_of

COUNTDOWN, PARLEY, STEER = "testing/countdown", "testing/parley", "testing/steer"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def asked_first(server: Server, game: str) -> AsyncIterator[tuple[Peer, pb.DecisionRequest]]:
    """A match of two agents (or one, where one is enough): the one that is asked, and its request."""
    names = ("clumsy",) if game == STEER else ("clumsy", "partner")
    async with AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(peer(server.address)) for _ in names]
        for name, agent in zip(names, agents, strict=True):
            await agent.hello()
            await agent.join(game, name, matches=1)
        for agent in agents:
            if (await agent.next("seat_assigned")).seat_assigned.seat == 0:
                yield agent, (await agent.next("decision_request")).decision_request
                break


Spoil = Callable[[Peer, pb.DecisionRequest], Awaitable[None]]


def action(**value: Any) -> Spoil:
    """Answer with this action."""

    async def send(agent: Peer, asked: pb.DecisionRequest) -> None:
        await agent.act(asked.request_id, **value)

    return send


def provenance(**values: Any) -> Spoil:
    """Answer well, with this beside it."""

    async def send(agent: Peer, asked: pb.DecisionRequest) -> None:
        good = pb.Action(choice=asked.prompt.legal.choices.ids[0])
        act = pb.Act(request_id=asked.request_id, action=good, provenance=pb.Provenance(**values))
        await agent.send(act=act)

    return send


async def stale(agent: Peer, asked: pb.DecisionRequest) -> None:
    """Answer a request that never was."""
    await agent.act(asked.request_id + 1, choice=0)


def tensor(dtype: int, shape: list[int], data: bytes) -> Spoil:
    """Answer with a tensor."""
    return action(tensor=common_pb2.Tensor(dtype=common_pb2.DType.ValueType(dtype), shape=shape, data=data))


NAN8, ONE8 = b"\0\0\0\0\0\0\xf8\x7f", b"\0\0\0\0\0\0\xf0\x3f"
ANSWERS: dict[str, tuple[str, Spoil, str]] = {
    "choice not listed": (COUNTDOWN, action(choice=9), "ILLEGAL_ACTION"),
    "choice far out of range": (COUNTDOWN, action(choice=-(2**63)), "ILLEGAL_ACTION"),
    "text for a choice": (COUNTDOWN, action(text="one"), "MALFORMED_ACTION"),
    "nothing": (COUNTDOWN, action(), "MALFORMED_ACTION"),
    "JSON with NaN": (COUNTDOWN, action(json=b'{"keep": NaN}'), "MALFORMED_ACTION"),
    "JSON beyond 64 bits": (COUNTDOWN, action(json=b'{"keep": 99999999999999999999}'), "MALFORMED_ACTION"),
    "JSON too deep": (COUNTDOWN, action(json=b"[" * 5000 + b"]" * 5000), "MALFORMED_ACTION"),
    "tensor with NaN": (STEER, tensor(6, [2], ONE8 + NAN8), "MALFORMED_ACTION"),
    "tensor out of its box": (STEER, tensor(6, [2], ONE8 + b"\0\0\0\0\0\0\x59\x40"), "ILLEGAL_ACTION"),
    "tensor of another shape": (STEER, tensor(6, [4], ONE8 * 4), "MALFORMED_ACTION"),
    "tensor without its bytes": (STEER, tensor(6, [1 << 20, 1 << 20], ONE8), "MALFORMED_ACTION"),
    "speech over the game's bound": (PARLEY, action(text="x" * 41), "MALFORMED_ACTION"),
    "speech over the bound of an action": (PARLEY, action(text="x" * 300_000), "MALFORMED_ACTION"),
    "stale request": (COUNTDOWN, stale, "STALE_REQUEST"),
    "provenance with NaN": (COUNTDOWN, provenance(cost=float("nan")), "MALFORMED_ACTION"),
    "provenance with a logprob too many": (
        COUNTDOWN, provenance(logprobs_f32=b"\0" * 8, completion_token_ids=[1]), "MALFORMED_ACTION",
    ),
}  # fmt: skip

GOOD: dict[str, Any] = {
    "choices": {"choice": 1},
    "text": {"text": "hello"},
    "box": {"tensor": common_pb2.Tensor(dtype=common_pb2.DTYPE_FLOAT64, shape=[2], data=ONE8 * 2)},
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_an_answer_that_cannot_be_is_refused_and_a_good_one_still_counts(
    server: Server, bystanders: Bystanders, case: str
) -> None:
    game, spoil, code = ANSWERS[case]
    async with asked_first(server, game) as (agent, asked):
        await spoil(agent, asked)
        assert code_of((await agent.next("refused")).refused.error) == code
        await agent.act(asked.request_id, **GOOD[asked.prompt.legal.WhichOneof("form")])
        assert asked.request_id in (await agent.next("accepted")).accepted.request_ids


async def test_a_foreign_request_is_refused_and_its_owner_undisturbed(server: Server, bystanders: Bystanders) -> None:
    async with peer(server.address) as thief:
        await thief.hello()
        assert bystanders.open is not None
        await thief.act(bystanders.open[1].request_id, choice=3)
        assert code_of((await thief.next("refused")).refused.error) == "NOT_YOUR_SEAT"


async def test_an_action_for_a_finished_match_is_told_so(server: Server, bystanders: Bystanders) -> None:
    async with asked_first(server, STEER) as (agent, asked):
        await agent.send(resign=pb.Resign(seat_ref=asked.seat_ref))
        await agent.next("match_ended")
        await agent.act(asked.request_id, **GOOD["box"])
        assert code_of((await agent.next("refused")).refused.error) == "MATCH_OVER"
