"""A join that cannot be gets its documented code and one sentence; a match beside it goes on untouched."""

import json
from typing import Any

import pytest

from arena.v1 import play_pb2 as pb
from tests.e2e.peer import peer
from tests.e2e.serving import Server
from tests.security.bystanders import Bystanders
from tests.security.sentences import code_of

TTT, COUNTDOWN, PARLEY, STEER = "openspiel/tic_tac_toe", "testing/countdown", "testing/parley", "testing/steer"
pytestmark = pytest.mark.asyncio(loop_scope="module")

JOINS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown plugin": ({"game": "no_such_plugin/game"}, "UNKNOWN_GAME"),
    "unknown variant": ({"game": "openspiel/no_such_game"}, "UNKNOWN_GAME"),
    "no game": ({"game": ""}, "UNKNOWN_GAME"),
    "long game": ({"game": "x" * 100_000}, "UNKNOWN_GAME"),
    "bidi game": ({"game": "openspiel/\u202etic\x1b[2J"}, "UNKNOWN_GAME"),
    "unknown option": ({"options_json": b'{"size": 4}'}, "BAD_OPTION"),
    "option out of range": ({"game": COUNTDOWN, "options_json": b'{"start": 0}'}, "BAD_OPTION"),
    "option of another type": (
        {"game": COUNTDOWN, "options_json": b'{"start": "many"}'}, "BAD_OPTION"
    ),
    "option NaN": ({"game": COUNTDOWN, "options_json": b'{"start": NaN}'}, "BAD_OPTION"),
    "option beyond 64 bits": (
        {"game": COUNTDOWN, "options_json": b'{"start": 99999999999999999999}'}, "BAD_OPTION"
    ),
    "options no JSON": ({"options_json": b"\xff{"}, "BAD_OPTION"),
    "options no object": ({"options_json": b"[1]"}, "BAD_OPTION"),
    "options too deep": ({"options_json": b'{"a":' + b"[" * 100 + b"]" * 100 + b"}"}, "BAD_OPTION"),
    "too many seats": ({"seats": 1_000_000}, "BAD_SEATS"),
    "no name": ({"agent": ""}, "BAD_REQUEST"),
    "name with spaces": ({"agent": "two words"}, "BAD_REQUEST"),
    "name with controls": ({"agent": "a\u202eb\x00"}, "BAD_REQUEST"),
    "long name": ({"agent": "a" * 65}, "BAD_REQUEST"),
    "bad version": ({"agent_version": "v\n1"}, "BAD_REQUEST"),
    "join without a number": ({"join_id": 0}, "BAD_REQUEST"),
    "entry not acceptable": ({"game": PARLEY, "entry_json": json.dumps("x" * 21).encode()}, "BAD_ENTRY"),
    "entry no JSON": ({"game": PARLEY, "entry_json": b"nonsense"}, "BAD_ENTRY"),
    "too many wants": ({"wants": [f"w{i}" for i in range(65)]}, "BAD_REQUEST"),
    "file of the server": ({"game": "openspiel/efg_game?filename=/etc/passwd"}, "BAD_OPTION"),
    "file with a false digest": (
        {"game": "openspiel/efg_game", "options_json": b'{"filename": {"sha256": "00", "text": "x"}}'}, "BAD_OPTION"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", JOINS)
async def test_a_join_that_cannot_be_is_answered_and_the_stream_goes_on(
    server: Server, bystanders: Bystanders, case: str
) -> None:
    wrong, code = JOINS[case]
    async with peer(server.address) as asker:
        await asker.hello()
        wish = {"join_id": 7, "game": TTT, "agent": "asker", "seats": 1, **wrong}
        await asker.send(join=pb.Join(**wish))
        ended = (await asker.next("join_ended")).join_ended
        assert ended.join_id == wish["join_id"]
        assert code_of(ended.error) == code
        assert "root:" not in ended.error.message
        await asker.join(STEER, "asker", number=8, matches=1)
        assert (await asker.next("joined", "join_ended")).HasField("joined")
