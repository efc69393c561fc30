"""The same frames over a real gRPC server on loopback: the SDK's transport, and a client of nothing but stubs."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from arena.client import Agent, Client, Patience, ServerUnreachable, join
from arena.core.errors import ArenaError, BadRequest, Forbidden, NameTaken, ProtocolViolation, Unauthenticated
from arena.core.legal import Choices, FreeText, Legal, Schema
from arena.v1 import lobby_pb2, lobby_pb2_grpc
from arena.v1 import play_pb2 as pb
from arena.wire.codec import CODEC
from arena.wire.frames import ERROR_METADATA, error_message

RAW_CLIENT = Path(__file__).resolve().parents[1] / "wire/raw_client.py"
QUICK = Patience(first=0.01, longest=0.05, connect=0.3, reconnect=0.3)
Play = Callable[[Any], Awaitable[None]]
LEGALS: tuple[Legal, ...] = (
    Choices([4, 5]),
    FreeText(20),
    Schema({"type": "object", "properties": {"vote": {"enum": [2, 3]}}, "required": ["vote"]}),
)


class Lobby(lobby_pb2_grpc.LobbyServiceServicer):
    async def GetGame(self, request: Any, context: Any) -> lobby_pb2.GetGameResponse:  # noqa: N802
        reply = lobby_pb2.GetGameResponse()
        reply.game.rated_id, reply.game.brief = request.game, "the rules"
        return reply


@asynccontextmanager
async def serving(play: Play) -> AsyncIterator[str]:
    """A server whose Play streams are handled by `play`; its address."""

    async def handle(_: Any, context: Any) -> None:
        await play(context)

    server = grpc.aio.server()
    handler = grpc.stream_stream_rpc_method_handler(handle)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("arena.v1.PlayService", {"Play": handler}),))
    lobby_pb2_grpc.add_LobbyServiceServicer_to_server(Lobby(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


class Match:
    """One match that asks for each form of LEGALS in turn, then ends."""

    def __init__(self) -> None:
        self.actions: list[object] = []
        self.metadata: dict[str, str] = {}

    async def play(self, context: Any) -> None:
        self.metadata = dict(context.invocation_metadata())
        frames: list[pb.ServerFrame] = [pb.ServerFrame(welcome=pb.Welcome(session_id="s", epoch=1))]
        seq = 0
        while (data := await context.read()) is not grpc.aio.EOF:
            for frame in pb.ClientBatch.FromString(data).frames:
                for answer in self._answers(frame):
                    seq += 1
                    answer.seq = seq
                    frames.append(answer)
            if frames:
                await context.write(pb.ServerBatch(frames=frames).SerializeToString())
            frames = []

    def _answers(self, frame: pb.ClientFrame) -> list[pb.ServerFrame]:
        match frame.WhichOneof("frame"):
            case "join":
                seat = pb.SeatAssigned(seat_ref=1, join_id=1, match_id="m", seat=1, seats=2, rated_id=frame.join.game)
                seat.agent_seed = bytes(16)
                joined = pb.Joined(join_id=1, rated_id=frame.join.game)
                return [pb.ServerFrame(joined=joined), pb.ServerFrame(seat_assigned=seat), self._ask()]
            case "act":
                self.actions.append(CODEC.decode_action(frame.act.action.SerializeToString()))
                accepted = pb.ServerFrame(accepted=pb.Accepted(request_ids=[frame.act.request_id]))
                return [accepted, *([self._ask()] if len(self.actions) < len(LEGALS) else self._end())]
        return []

    def _ask(self) -> pb.ServerFrame:
        legal = LEGALS[len(self.actions)]
        prompt = CODEC.encode_prompt(0, {}, (), legal, labels=False, from_start=False)
        request = pb.DecisionRequest(request_id=1 + len(self.actions), seat_ref=1, prompt=pb.Prompt.FromString(prompt))
        return pb.ServerFrame(decision_request=request)

    def _end(self) -> list[pb.ServerFrame]:
        outcomes = [pb.SeatOutcome(seat=s, rank=2 - s, score=s, cause=pb.CAUSE_RULES) for s in range(2)]
        ended = pb.MatchEnded(seat_ref=1, match_id="m", outcomes=outcomes)
        return [pb.ServerFrame(match_ended=ended), pb.ServerFrame(join_ended=pb.JoinEnded(join_id=1, matches=1))]


class First(Agent):
    def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
        match legal:
            case Choices(ids=ids):
                return ids[0]
            case FreeText():
                return ""
            case _:
                return {"vote": 2}


async def test_sdk_plays_over_the_network_and_shows_its_token() -> None:
    match = Match()
    async with serving(match.play) as address:
        summary = await join("toy/game", First, server=address, token="secret", matches=1)
    assert match.actions == [4, "", {"vote": 2}]
    assert match.metadata["authorization"] == "Bearer secret"
    assert (summary.wins, summary.score, summary.causes) == (1, 1.0, {"rules": 1})


async def test_client_of_nothing_but_stubs_plays_the_same_match() -> None:
    match = Match()
    async with serving(match.play) as address:
        process = await asyncio.create_subprocess_exec(
            sys.executable, RAW_CLIENT, address, "toy/game", stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
    report = json.loads(out)
    assert match.actions == [4, "", {"vote": 2}]
    assert (process.returncode, report["game"], report["decisions"], report["error"]) == (0, "toy/game", 3, "")
    result = {"match": "m", "seat": 1, "rank": 1, "score": 1.0, "cause": "rules", "void": "", "rated": False}
    assert report["results"] == [result]


async def run_against(address: str) -> None:
    client = Client(address, patience=QUICK)
    client.join("toy/game", First)
    await client.run()


@pytest.mark.parametrize("leaf", [NameTaken, Unauthenticated, Forbidden, ProtocolViolation])
async def test_error_of_the_server_arrives_as_itself(leaf: type[ArenaError]) -> None:
    async def refuse(context: Any) -> None:
        metadata = ((ERROR_METADATA, error_message(leaf("not you")).SerializeToString()),)
        await context.abort(grpc.StatusCode.INTERNAL, "status text", metadata)

    async with serving(refuse) as address:
        with pytest.raises(leaf, match="not you"):
            await run_against(address)


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, Unauthenticated),
        (grpc.StatusCode.PERMISSION_DENIED, Forbidden),
        (grpc.StatusCode.UNIMPLEMENTED, ProtocolViolation),
        (grpc.StatusCode.UNAVAILABLE, ServerUnreachable),
    ],
)
async def test_bare_status_of_something_in_between_is_understood(
    status: grpc.StatusCode, leaf: type[ArenaError]
) -> None:
    async def refuse(context: Any) -> None:
        await context.abort(status, "from a proxy")

    async with serving(refuse) as address:
        with pytest.raises(leaf):
            await run_against(address)


async def test_nobody_listening_is_said_in_one_sentence() -> None:
    async with serving(Match().play) as address:
        pass
    with pytest.raises(ServerUnreachable, match=f"no arena server for 0.3 s: {address}: ") as caught:
        await run_against(address)
    assert "\n" not in str(caught.value)


def test_missing_certificates_are_named() -> None:
    with pytest.raises(BadRequest, match=r"from /nowhere\.pem: No such file"):
        Client("localhost:1", tls_ca="/nowhere.pem")
