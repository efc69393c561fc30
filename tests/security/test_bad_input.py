"""Whatever a peer asks for wrongly gets its documented code and one sentence; a match beside it goes on untouched."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing
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
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore:The test .* is marked with:pytest.PytestWarning"),
]
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


class Bystanders:
    """Two peers whose matches go on, a move at a time, while bad things happen beside them."""

    def __init__(self, peers: tuple[Peer, Peer]) -> None:
        self.peers = peers
        self.open: tuple[Peer, pb.DecisionRequest] | None = None

    async def join(self) -> None:
        """Meet in connect four for as long as needed, and wait for the first request."""
        for name, agent in zip(("by", "stander"), self.peers, strict=True):
            await agent.hello()
            await agent.join("openspiel/connect_four", name)
        await self._wait_for_request()

    async def move(self) -> None:
        """Answer the open request and wait for the next, which comes only when all is well."""
        assert self.open is not None
        agent, asked = self.open
        await agent.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])
        assert asked.request_id in (await agent.next("accepted", "refused")).accepted.request_ids
        await self._wait_for_request()

    async def _wait_for_request(self) -> None:
        frames = [asyncio.create_task(self._next_request(agent)) for agent in self.peers]
        done, others = await asyncio.wait(frames, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.open = done.pop().result()

    async def _next_request(self, agent: Peer) -> tuple[Peer, pb.DecisionRequest]:
        return agent, (await agent.next("decision_request")).decision_request

    def check(self) -> None:
        """Nothing was refused, defaulted or charged, and no frame is missing."""
        for agent in self.peers:
            kinds = {frame.WhichOneof("frame") for frame in agent.seen}
            assert not kinds & {"refused", "defaulted", "error", "join_ended"}
            for ended in (frame.match_ended for frame in agent.seen if frame.HasField("match_ended")):
                assert not ended.void
                assert {outcome.cause for outcome in ended.outcomes} == {pb.CAUSE_RULES}
            numbers = [frame.seq for frame in agent.seen if frame.seq]
            assert numbers == list(range(1, len(numbers) + 1))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def live_match(server: Server) -> AsyncIterator[Bystanders]:
    """One match after another, all through this module."""
    async with peer(server.address) as one, peer(server.address) as two:
        standing = Bystanders((one, two))
        await standing.join()
        yield standing


@pytest_asyncio.fixture(loop_scope="module")
async def bystanders(live_match: Bystanders) -> AsyncIterator[Bystanders]:
    """A match in the middle of which the test happens."""
    yield live_match
    await live_match.move()
    live_match.check()


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
    async with asked_first(server, game) as (agent, asked):
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
        assert bystanders.open is not None
        await thief.act(bystanders.open[1].request_id, choice=3)
        refused = (await thief.next("refused")).refused
        check_sentence(refused.error, "NOT_YOUR_SEAT")


async def test_an_action_for_a_finished_match_is_told_so(server: Server, bystanders: Bystanders) -> None:
    async with asked_first(server, STEER) as (agent, asked):
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
        arrived = "".join(map(words_of, [*one.seen, *two.seen]))
    assert not set("\u202e\u2066\x1b\x07\x00\u200b\ufeff") & set(arrived)
    assert "abc[2J" in arrived


def words_of(frame: pb.ServerFrame) -> str:
    """All that a prompt shows, as its reader takes it."""
    prompt = frame.decision_request.prompt
    shown = [field.text for field in prompt.fields] + [field.json.decode() for field in prompt.fields]
    shown += [event.data_json.decode() for event in prompt.events]
    return "".join(
        json.dumps(json.loads(text), ensure_ascii=False) if text[:1] in ("{", "[") else text for text in shown
    )


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
    play = ("play", TTT, "--matches", "2", "--seed", "1")
    wrong = {
        (*join, "--agent", "nonsense"): "nonsense",
        (*join, "--agent", "no.such.module:Agent"): "no.such.module",
        ("join", "openspiel/no_such", "--agent", "random", "--server", server.address): "no_such",
        (*play, "--agents", "random,random,random"): "agents",
        (*play, "--agents", "random", "--option", "size=4"): "size",
        ("serve", "--port", str(server.port), "--db", f"sqlite:///{tmp_path / 'other.db'}"): str(server.port),
        ("serve", "--port", "1", "--db", server.db): "another server",
    }
    with ThreadPoolExecutor(3) as threads:
        said = threads.map(lambda arguments: sentence_of(*arguments), wrong)
        for word, sentence in zip(wrong.values(), said, strict=True):
            assert word in sentence


def test_a_ledger_of_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    assert arena("token", "create", "host", "--db", url).returncode == 0

    def query(statement: str) -> list[tuple[str]]:
        with closing(sqlite3.connect(tmp_path / "newer.db", isolation_level=None)) as connection:
            return connection.execute(statement).fetchall()

    query("UPDATE alembic_version SET version_num = '9999'")
    assert "newer" in sentence_of("serve", "--db", url)
    assert query("SELECT version_num FROM alembic_version") == [("9999",)]
    assert len(query("SELECT owner FROM token")) == 1


def test_the_server_met_no_surprise(server: Server) -> None:
    """Last: everything above left no traceback in its log."""
    assert "Traceback" not in server.log, server.log[-3000:]
