"""Whatever a peer asks for wrongly gets its documented code and one sentence, and a match beside it goes on untouched."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from arena.client.remote import Remote
from arena.core.errors import ArenaError, BadOption
from arena.v1 import common_pb2, lobby_pb2
from arena.v1 import play_pb2 as pb
from tests.e2e.peer import Peer, peer
from tests.e2e.serving import Server, arena, install_plugin, serving

TTT = "openspiel/tic_tac_toe"
PARLEY, STEER = "testing/parley", "testing/steer"
CODES = common_pb2.ErrorCode
PYTHON_WORDS = ("Traceback", "Error(", "<class", "object at 0x", "site-packages", ".py", "NoneType", "Exception")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the tiny games beside the installed ones."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, env=install_plugin(folder, "testing", "tests.e2e.tiny_plugin")) as started:
        yield started


def check_sentence(error: common_pb2.Error, code: str) -> None:
    """The documented code, and one sentence without a word of Python."""
    assert CODES.Name(error.code) == f"ERROR_CODE_{code}", error
    assert 10 <= len(error.message) <= 500
    assert "\n" not in error.message
    assert not any(word in error.message for word in PYTHON_WORDS), error.message


@dataclass
class Bystanders:
    """A match between two other peers, half played while something bad happens beside it."""

    peers: tuple[Peer, Peer]
    refs: tuple[int, int]
    open: pb.ServerFrame

    async def finish(self) -> None:
        """Play on to the end: nothing was refused, defaulted or charged, and no frame is missing."""
        one, two = self.peers
        seen = [*one.seen, *two.seen]
        assert not any(frame.WhichOneof("frame") in {"refused", "defaulted", "error"} for frame in seen)
        ends = await asyncio.gather(play_on(one), play_on(two))
        for end, watched in zip(ends, self.peers, strict=True):
            assert [outcome.cause for outcome in end.outcomes] == [pb.CAUSE_RULES] * 2
            assert not end.void
            numbers = [frame.seq for frame in watched.seen if frame.seq]
            assert numbers == list(range(1, len(numbers) + 1))


async def play_on(agent: Peer, *, first: pb.ServerFrame | None = None) -> pb.MatchEnded:
    """Answer with the first legal choice until a match has ended."""
    while True:
        frame = first or await agent.next("decision_request", "match_ended")
        first = None
        if frame.HasField("match_ended"):
            return frame.match_ended
        asked = frame.decision_request
        await agent.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])


@pytest_asyncio.fixture
async def bystanders(server: Server) -> AsyncIterator[Bystanders]:
    """Two peers in the middle of a match of connect four; afterwards they play it to its end."""
    async with peer(server.address) as one, peer(server.address) as two:
        for name, agent in (("by", one), ("stander", two)):
            await agent.hello()
            await agent.join("openspiel/connect_four", name, matches=2)
        pair = (one, two)
        assigned = [await agent.next("seat_assigned") for agent in pair]
        first = pair[0] if assigned[0].seat_assigned.seat == 0 else pair[1]
        other = pair[1] if first is one else one
        asked = (await first.next("decision_request")).decision_request
        await first.act(asked.request_id, choice=0)
        waiting = await other.next("decision_request")
        refs = (assigned[0].seat_assigned.seat_ref, assigned[1].seat_assigned.seat_ref)
        yield Bystanders(pair, refs, waiting)
        await other.act(waiting.decision_request.request_id, choice=1)
        await Bystanders(pair, refs, waiting).finish()


# ---- joins that cannot be

JOINS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown plugin": ({"game": "no_such_plugin/game"}, "UNKNOWN_GAME"),
    "unknown variant": ({"game": "openspiel/no_such_game"}, "UNKNOWN_GAME"),
    "no game": ({"game": ""}, "UNKNOWN_GAME"),
    "long game": ({"game": "x" * 100_000}, "UNKNOWN_GAME"),
    "bidi game": ({"game": "openspiel/\u202etic\x1b[2J"}, "UNKNOWN_GAME"),
    "unknown option": ({"options_json": b'{"size": 4}'}, "BAD_OPTION"),
    "option out of range": ({"game": "testing/countdown", "options_json": b'{"start": 0}'}, "BAD_OPTION"),
    "option of another type": (
        {"game": "testing/countdown", "options_json": b'{"start": "many"}'}, "BAD_OPTION"
    ),
    "option NaN": ({"game": "testing/countdown", "options_json": b'{"start": NaN}'}, "BAD_OPTION"),
    "option beyond 64 bits": (
        {"game": "testing/countdown", "options_json": b'{"start": 99999999999999999999}'}, "BAD_OPTION"
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
        check_sentence(ended.error, code)
        assert "root:" not in ended.error.message
        await asker.join("testing/steer", "asker", number=8, matches=1)
        assert (await asker.next("joined", "join_ended")).HasField("joined")


# ---- answers that cannot be

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
    "choice not listed": ("testing/countdown", action(choice=9), "ILLEGAL_ACTION"),
    "choice far out of range": ("testing/countdown", action(choice=-(2**63)), "ILLEGAL_ACTION"),
    "text for a choice": ("testing/countdown", action(text="one"), "MALFORMED_ACTION"),
    "nothing": ("testing/countdown", action(), "MALFORMED_ACTION"),
    "JSON with NaN": ("testing/countdown", action(json=b'{"keep": NaN}'), "MALFORMED_ACTION"),
    "JSON beyond 64 bits": ("testing/countdown", action(json=b'{"keep": 99999999999999999999}'), "MALFORMED_ACTION"),
    "JSON too deep": ("testing/countdown", action(json=b"[" * 5000 + b"]" * 5000), "MALFORMED_ACTION"),
    "tensor with NaN": (STEER, tensor(6, [2], ONE8 + NAN8), "MALFORMED_ACTION"),
    "tensor out of its box": (STEER, tensor(6, [2], ONE8 + b"\0\0\0\0\0\0\x59\x40"), "ILLEGAL_ACTION"),
    "tensor of another shape": (STEER, tensor(6, [4], ONE8 * 4), "MALFORMED_ACTION"),
    "tensor without its bytes": (STEER, tensor(6, [1 << 20, 1 << 20], ONE8), "MALFORMED_ACTION"),
    "speech over the game's bound": (PARLEY, action(text="x" * 41), "MALFORMED_ACTION"),
    "speech over the bound of an action": (PARLEY, action(text="x" * 300_000), "MALFORMED_ACTION"),
    "stale request": ("testing/countdown", stale, "STALE_REQUEST"),
    "provenance with NaN": ("testing/countdown", provenance(cost=float("nan")), "MALFORMED_ACTION"),
    "provenance with a logprob too many": (
        "testing/countdown", provenance(logprobs_f32=b"\0" * 8, completion_token_ids=[1]), "MALFORMED_ACTION",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
async def test_an_answer_that_cannot_be_is_refused_and_a_good_one_still_counts(
    server: Server, bystanders: Bystanders, case: str
) -> None:
    game, spoil, code = ANSWERS[case]
    async with peer(server.address) as agent:
        await agent.hello()
        await agent.join(game, "clumsy", matches=1)
        asked = (await agent.next("decision_request")).decision_request
        await spoil(agent, asked)
        refused = (await agent.next("refused")).refused
        check_sentence(refused.error, code)
        await agent.act(asked.request_id, **GOOD[asked.prompt.legal.WhichOneof("form")])
        assert asked.request_id in (await agent.next("accepted")).accepted.request_ids


GOOD: dict[str, Any] = {
    "choices": {"choice": 1},
    "text": {"text": "hello"},
    "box": {"tensor": common_pb2.Tensor(dtype=common_pb2.DTYPE_FLOAT64, shape=[2], data=ONE8 * 2)},
}


async def test_a_foreign_request_is_refused_and_its_owner_undisturbed(server: Server, bystanders: Bystanders) -> None:
    async with peer(server.address) as thief:
        await thief.hello()
        await thief.act(bystanders.open.decision_request.request_id, choice=3)
        refused = (await thief.next("refused")).refused
        check_sentence(refused.error, "NOT_YOUR_SEAT")


async def test_an_action_for_a_finished_match_is_told_so(server: Server, bystanders: Bystanders) -> None:
    async with peer(server.address) as agent:
        await agent.hello()
        await agent.join(STEER, "late", matches=1)
        asked = (await agent.next("decision_request")).decision_request
        await agent.send(resign=pb.Resign(seat_ref=asked.seat_ref))
        await agent.next("match_ended")
        await agent.act(asked.request_id, **GOOD["box"])
        check_sentence((await agent.next("refused")).refused.error, "MATCH_OVER")


# ---- messages that cannot be

MESSAGES: dict[str, tuple[bytes, str]] = {
    "no protobuf": (b"\xff\xff\xff", "PROTOCOL_VIOLATION"),
    "no UTF-8": (b"\x0a\x06\x12\x04\x12\x02\xff\xfe", "PROTOCOL_VIOLATION"),
    "an empty frame": (b"\x0a\x00", "PROTOCOL_VIOLATION"),
    "10 MB of speech": (
        pb.ClientBatch(frames=[pb.ClientFrame(act=pb.Act(request_id=1, action=pb.Action(text="x" * 10_000_000)))])
        .SerializeToString(),
        "TOO_LARGE",
    ),
    "too many frames": (
        pb.ClientBatch(frames=[pb.ClientFrame(pong=pb.Pong())] * 300).SerializeToString(), "TOO_LARGE"
    ),
    "a second hello": (
        pb.ClientBatch(frames=[pb.ClientFrame(hello=pb.Hello(client="again"))]).SerializeToString(),
        "PROTOCOL_VIOLATION",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MESSAGES)
@pytest.mark.parametrize("entered", [True, False], ids=["after hello", "as hello"])
async def test_a_message_that_cannot_be_ends_its_own_stream_with_the_reason(
    server: Server, bystanders: Bystanders, case: str, entered: bool
) -> None:
    data, code = MESSAGES[case]
    if not entered and case == "a second hello":
        return
    async with peer(server.address) as asker:
        if entered:
            await asker.hello()
        await asker.send_bytes(data)
        error = (await asker.next("error")).error
        check_sentence(error, "PROTOCOL_VIOLATION" if not entered and case == "an empty frame" else code)
        with pytest.raises(ArenaError) as raised:
            await asker.next("nothing")
        assert raised.value.code == error.code


async def test_a_session_is_opened_only_with_its_own_token(server: Server, bystanders: Bystanders) -> None:
    async with peer(server.address) as owner:
        welcome = await owner.hello()
        for token in (b"", b"x" * 32, welcome.resume_token[:-1] + b"x"):
            async with peer(server.address) as thief:
                await thief.send(hello=pb.Hello(session_id=welcome.session_id, resume_token=token))
                check_sentence((await thief.next("error")).error, "UNKNOWN_SESSION")
        await owner.join(STEER, "owner", matches=1)
        assert (await owner.next("joined")).joined.join_id == 1


# ---- speech


async def test_bidi_and_control_characters_reach_nobody_as_they_are(server: Server, bystanders: Bystanders) -> None:
    evil = "a\u202eb\u2066c\x1b[2J\x07\x00\u200b\ud7ff\ufeffd"
    async with peer(server.address) as one, peer(server.address) as two:
        for name, agent in (("mouth", one), ("ear", two)):
            await agent.hello()
            await agent.join("werewolf/ww4-mini", name, matches=2, wants=["text", "events"])
        await asyncio.gather(*(converse(agent, evil) for agent in (one, two)))
        arrived = b"".join(frame.SerializeToString() for agent in (one, two) for frame in agent.seen)
    for bad in "\u202e\u2066\x1b\u200b\ufeff":
        assert bad.encode() not in arrived
        assert json.dumps(bad).strip('"').encode() not in arrived
    assert b"abc[2J" in arrived


async def converse(agent: Peer, words: str) -> None:
    """Say `words` whenever speech is asked for, until one match has ended."""
    while True:
        frame = await agent.next("decision_request", "match_ended")
        if frame.HasField("match_ended"):
            return
        asked = frame.decision_request
        form = asked.prompt.legal.WhichOneof("form")
        if form == "text":
            await agent.act(asked.request_id, text=words)
        else:
            await agent.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])


# ---- unary calls and the command line


async def test_calls_that_cannot_be_are_answered_with_their_error(server: Server, bystanders: Bystanders) -> None:
    def call() -> None:
        with Remote(server.address) as remote:
            with pytest.raises(BadOption, match="option"):
                remote._call(remote._lobby.GetGame, lobby_pb2.GetGameRequest(game=TTT, options_json=b"\xff"))
            for refused in (
                lambda: remote.challenge(TTT, "nobody", "noone"),
                lambda: remote.challenge("nothing/at-all", "nobody", "noone"),
                lambda: remote.ladder(TTT, "astrology"),
                lambda: list(remote.watch("no-such-match", ["text"])),
            ):
                with pytest.raises(ArenaError) as raised:
                    refused()
                assert raised.value.code
                assert not any(word in str(raised.value) for word in PYTHON_WORDS)

    await asyncio.to_thread(call)


def sentence_of(*arguments: str) -> str:
    """The last line of a command that must fail, which is all that it says of the reason."""
    done = arena(*arguments)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("arena: ")
    assert "bug in arena" not in last
    return last


def test_the_command_line_says_in_a_sentence_what_is_wrong(server: Server, tmp_path: Path) -> None:
    join = ("join", TTT, "--server", server.address)
    assert "nonsense" in sentence_of(*join, "--agent", "nonsense")
    assert "no_such" in sentence_of("join", "openspiel/no_such", "--agent", "random", "--server", server.address)
    assert "no.such.module" in sentence_of(*join, "--agent", "no.such.module:Agent")
    assert "agents" in sentence_of("play", TTT, "--agents", "random,random,random", "--matches", "2", "--seed", "1")
    assert "size" in sentence_of(
        "play", TTT, "--agents", "random", "--matches", "2", "--seed", "1", "--option", "size=4"
    )
    db = f"sqlite:///{tmp_path / 'other.db'}"
    assert str(server.port) in sentence_of("serve", "--port", str(server.port), "--db", db)
    assert "another server" in sentence_of("serve", "--port", "1", "--db", server.db)


def test_a_ledger_of_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "newer.db"
    url = f"sqlite:///{file}"
    assert arena("token", "create", "host", "--db", url).returncode == 0
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    assert "newer" in sentence_of("serve", "--db", url)
    assert file.read_bytes() == before


def test_the_server_met_no_surprise(server: Server) -> None:
    """Last: everything above left no traceback in its log."""
    assert "Traceback" not in server.log, server.log[-3000:]
