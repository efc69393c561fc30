"""A whole client in one file, written from protos/README.md: nothing of `arena` but the generated stubs, and grpc.

It plays N matches of a game with the first legal action and prints what came of them as JSON:

    python raw_client.py localhost:7777 openspiel/tic_tac_toe --matches 10 --name raw
"""

import argparse
import json
import math
import queue
import struct
import sys
from collections.abc import Iterator

import grpc

from arena.v1 import common_pb2, lobby_pb2, lobby_pb2_grpc, play_pb2, play_pb2_grpc

TENSOR_FORMATS = {common_pb2.DTYPE_FLOAT32: "f", common_pb2.DTYPE_FLOAT64: "d", common_pb2.DTYPE_INT32: "i"}


def first_action(legal: play_pb2.Legal) -> play_pb2.Action:
    """The first choice, the empty text, the least value of a schema, or the low corner of a box."""
    match legal.WhichOneof("form"):
        case "choices":
            return play_pb2.Action(choice=legal.choices.ids[0])
        case "text":
            return play_pb2.Action(text="")
        case "schema_json":
            return play_pb2.Action(json=json.dumps(least(json.loads(legal.schema_json))).encode())
    count = math.prod(legal.box.shape)
    code = TENSOR_FORMATS[legal.box.dtype]
    number = int(legal.box.low) if code == "i" else legal.box.low
    data = struct.pack(f"<{count}{code}", *[number] * count)
    return play_pb2.Action(tensor=common_pb2.Tensor(dtype=legal.box.dtype, shape=legal.box.shape, data=data))


def least(schema: dict) -> object:
    """A value that fits a JSON Schema of the kinds that games narrow their actions to."""
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return least(schema[key][0])
    match schema.get("type"):
        case "object":
            return {name: least(schema["properties"][name]) for name in schema.get("required", [])}
        case "array":
            return [least(schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
    return ""


class RawClient:
    """One session on one stream, without resuming: enough to play."""

    def __init__(self, game: str, name: str, matches: int, seats: int) -> None:
        self.seats: dict[int, play_pb2.SeatAssigned] = {}
        self.results: list[dict] = []
        self.decisions = 0
        self.error = ""
        self._outgoing: queue.SimpleQueue[list[play_pb2.ClientFrame] | None] = queue.SimpleQueue()
        self._frames: list[play_pb2.ClientFrame] = []
        self._join = play_pb2.Join(join_id=1, game=game, agent=name, matches=matches, seats=seats)

    def play(self, stub: play_pb2_grpc.PlayServiceStub, metadata: tuple) -> None:
        """Say hello and join, then answer batch after batch until the join has ended."""
        hello = play_pb2.Hello(client="raw/1")
        self._frames += [play_pb2.ClientFrame(hello=hello), play_pb2.ClientFrame(join=self._join)]
        self._flush()
        for batch in stub.Play(self._batches(), metadata=metadata):
            going_on = [self.take(frame) for frame in batch.frames]
            last = max(frame.seq for frame in batch.frames)
            self._frames.append(play_pb2.ClientFrame(ack=play_pb2.Ack(seq=last)))
            self._flush()
            if not all(going_on):
                break
        self._outgoing.put(None)

    def take(self, frame: play_pb2.ServerFrame) -> bool:
        """Apply one frame; False when it is the last one of interest."""
        match frame.WhichOneof("frame"):
            case "seat_assigned":
                self.seats[frame.seat_assigned.seat_ref] = frame.seat_assigned
            case "decision_request":
                self._answer(frame.decision_request)
            case "refused":
                self.error = self.error or f"refused: {frame.refused.error.message}"
            case "match_ended":
                self._record(frame.match_ended)
            case "ping":
                self._frames.append(play_pb2.ClientFrame(pong=play_pb2.Pong(nonce=frame.ping.nonce)))
            case "error":
                self.error = frame.error.message
                return False
            case "join_ended":
                self.error = self.error or frame.join_ended.error.message
                return False
        return True

    def _answer(self, request: play_pb2.DecisionRequest) -> None:
        self.decisions += 1
        act = play_pb2.Act(request_id=request.request_id, action=first_action(request.prompt.legal))
        self._frames.append(play_pb2.ClientFrame(act=act))

    def _record(self, ended: play_pb2.MatchEnded) -> None:
        seat = self.seats.pop(ended.seat_ref).seat
        own = next(outcome for outcome in ended.outcomes if outcome.seat == seat)
        cause = play_pb2.Cause.Name(own.cause).removeprefix("CAUSE_").lower()
        result = {"match": ended.match_id, "seat": seat, "rank": own.rank, "score": own.score, "cause": cause}
        self.results.append(result | {"void": ended.void, "rated": ended.rated})

    def _flush(self) -> None:
        frames, self._frames = self._frames, []
        self._outgoing.put(frames)

    def _batches(self) -> Iterator[play_pb2.ClientBatch]:
        while (frames := self._outgoing.get()) is not None:
            for begin in range(0, len(frames), 200):
                yield play_pb2.ClientBatch(frames=frames[begin : begin + 200])


def main() -> int:
    """Play, print, and succeed only when nothing was refused."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server")
    parser.add_argument("game")
    parser.add_argument("--name", default="raw")
    parser.add_argument("--matches", type=int, default=1)
    parser.add_argument("--seats", type=int, default=1)
    parser.add_argument("--token", default="")
    given = parser.parse_args()
    metadata = (("authorization", f"Bearer {given.token}"),) if given.token else ()
    client = RawClient(given.game, given.name, given.matches, given.seats)
    with grpc.insecure_channel(given.server) as channel:
        lobby = lobby_pb2_grpc.LobbyServiceStub(channel)
        game = lobby.GetGame(lobby_pb2.GetGameRequest(game=given.game), metadata=metadata).game
        client.play(play_pb2_grpc.PlayServiceStub(channel), metadata)
    report = {"game": game.rated_id, "decisions": client.decisions, "results": client.results, "error": client.error}
    print(json.dumps(report))
    return 1 if client.error else 0


if __name__ == "__main__":
    sys.exit(main())
