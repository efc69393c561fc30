"""Unary calls and commands that cannot be are answered with one sentence; a match beside them goes on untouched."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from arena.client.remote import Remote
from arena.core.errors import ArenaError, BadOption, BadRequest, UnknownGame, UnknownMatch
from arena.v1 import lobby_pb2
from tests.e2e.serving import Server, arena
from tests.security.bystanders import Bystanders
from tests.security.sentences import PYTHON_WORDS

TTT = "openspiel/tic_tac_toe"


Call = Callable[[Remote], object]
CALLS: dict[str, tuple[Call, type[ArenaError]]] = {
    "options no JSON": (
        lambda remote: remote._call(remote._lobby.GetGame, lobby_pb2.GetGameRequest(game=TTT, options_json=b"\xff")),
        BadOption,
    ),
    "challenge of nobody": (lambda remote: remote.challenge(TTT, "nobody", "noone"), BadRequest),
    "challenge at no game": (lambda remote: remote.challenge("nothing/at-all", "nobody", "noone"), UnknownGame),
    "ladder of no system": (lambda remote: remote.ladder(TTT, "astrology"), BadRequest),
    "watch of no match": (lambda remote: list(remote.watch("no-such-match", ["text"])), UnknownMatch),
}


@pytest.mark.parametrize(("call", "error"), CALLS.values(), ids=CALLS)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_call_that_cannot_be_is_answered_with_its_error(
    server: Server, bystanders: Bystanders, call: Call, error: type[ArenaError]
) -> None:
    with Remote(server.address) as remote, pytest.raises(ArenaError) as raised:
        await asyncio.to_thread(call, remote)
    assert type(raised.value) is error, raised.value
    assert not any(word in str(raised.value) for word in PYTHON_WORDS)


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
    assert "Traceback" not in server.log, server.log[-3000:]


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
