"""A command line in this process, and servers in processes that end with the tests."""

import shutil
from typing import NamedTuple

import pytest

from arena.cli.main import run
from arena.cli.processes import Children
from tests.cli.terminal import Done, arena, await_port, free_port


class Server(NamedTuple):
    """A server in a process of its own."""

    address: str
    db: str


@pytest.fixture
def cli(tmp_path, monkeypatch, capfd, own_logs):
    """`cli("play", ...)` runs a command line in a fresh folder, in this process."""
    monkeypatch.chdir(tmp_path)
    for name in ("ARENA_DB", "ARENA_TOKEN", "ARENA_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*args):
        capfd.readouterr()
        code = run([str(arg) for arg in args])
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A folder with a ledger in it: 20 matches of tic-tac-toe, one of Werewolf."""
    folder = tmp_path_factory.mktemp("template")
    play = ("play", "--seed", 1, "--workers", 1, "--agents")
    assert arena(*play, "random,first", "openspiel/tic_tac_toe", "--matches", 20, cwd=folder).code == 0
    assert arena(*play, "random", "werewolf/ww4-mini", cwd=folder).code == 0
    return folder


@pytest.fixture
def ledger(cli, template, tmp_path):
    """A ledger of one's own in the folder of `cli`, as `template` describes it."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An open server on a ledger of its own."""
    folder = tmp_path_factory.mktemp("server")
    port, db = free_port(), f"sqlite:///{folder}/arena.db"
    with Children(folder / "logs") as children:
        await_port(children.start("server", "serve", "--port", str(port), "--db", db), port)
        yield Server(f"127.0.0.1:{port}", db)
