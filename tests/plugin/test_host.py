"""A plugin process: what it is denied, what becomes of what it prints, and that it never outlives its parent."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from arena.plugin.blackbox import BATCH, GAME, BlackBox, Entry
from arena.plugin.host import Host, HostSettings, clean_environment

ROOT = Path(__file__).parents[2]


def probe(sock: socket.socket, box: BlackBox, settings: Mapping[str, Any]) -> None:
    """Main function of the hosted process: says what it finds, then waits for the end of its channel."""
    print("printed by the probe", flush=True)
    box.begin(7, 1_000, 2_000)
    box.enter(3)
    try:
        bytearray(1 << 30)
        memory = "unbounded"
    except MemoryError:
        memory = "bounded"
    found = {
        "settings": dict(settings),
        "environment": sorted(os.environ),
        "memory": memory,
        "sigint": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
        "group": os.getpgid(0) == os.getpid(),
    }
    sock.sendall(json.dumps(found).encode() + b"\n")
    while sock.recv(1):
        pass


def stubborn(sock: socket.socket, box: BlackBox, settings: Mapping[str, Any]) -> None:
    """Main function that never looks at its channel."""
    sock.sendall(b"{}\n")
    while True:
        time.sleep(60)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Host, dict[str, Any]]]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("ARENA_TOKEN", "secret")
    monkeypatch.setenv("SOME_API_KEY", "secret")

    def started(main: str) -> tuple[Host, dict[str, Any]]:
        settings = HostSettings(
            main=f"tests.plugin.test_host:{main}",
            settings={"codec": ""},
            memory_bytes=1 << 28,
            output=tmp_path / "output.log",
        )
        host = Host.start(settings)
        return host, json.loads(host.channel.makefile().readline())

    return started


def test_process_is_walled_off(start: Callable[[str], tuple[Host, dict[str, Any]]], tmp_path: Path) -> None:
    host, found = start("probe")
    assert found["settings"] == {"codec": ""}
    assert not {"ARENA_TOKEN", "SOME_API_KEY"} & set(found["environment"])
    assert found["memory"] == "bounded"
    assert found["sigint"]
    assert found["group"]
    entry = host.box.read()
    assert entry is not None
    assert entry[1:] == (7, 3, 2_000)
    assert (tmp_path / "output.log").read_bytes() == b"printed by the probe\n"
    host.channel.shutdown(socket.SHUT_RDWR)
    assert host.wait(10) == 0
    host.close()


def test_process_that_ignores_its_channel_is_killed(start: Callable[[str], tuple[Host, dict[str, Any]]]) -> None:
    host, _ = start("stubborn")
    host.kill()
    assert host.wait(10) == -signal.SIGKILL
    host.close()


@pytest.mark.parametrize("main", ["probe", "stubborn"])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_process_never_outlives_its_parent(main: str, sent: signal.Signals) -> None:
    program = (
        "from arena.plugin.host import Host, HostSettings\n"
        f"host = Host.start(HostSettings(main='tests.plugin.test_host:{main}', settings={{}}))\n"
        "host.channel.makefile().readline()\n"
        "print(host.process.pid, flush=True)\n"
        "import time; time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    with parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(sent)
        parent.wait(10)
        gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone == [child]


def test_a_secret_is_passed_on_where_its_owner_names_it(
    start: Callable[[str], tuple[Host, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARENA_PASS_ENV", "OTHER_KEY, SOME_API_KEY")
    host, found = start("probe")
    assert "SOME_API_KEY" in found["environment"]
    assert "ARENA_TOKEN" not in found["environment"]
    host.channel.shutdown(socket.SHUT_RDWR)
    assert host.wait(10) == 0
    host.close()


def test_secrets_are_told_by_their_names() -> None:
    environment = dict.fromkeys(
        [
            "PATH",
            "HOME",
            "ARENA_TOKEN",
            "ARENA_DB",
            "OPENAI_API_KEY",
            "aws_secret_access_key",
            "DB_PASSWORD",
            "KEYBOARD",
        ],
        "",
    )
    assert sorted(clean_environment(environment)) == ["HOME", "KEYBOARD", "PATH"]
    assert "OPENAI_API_KEY" in clean_environment(environment, frozenset({"OPENAI_API_KEY"}))


def test_black_box_tells_every_call_apart() -> None:
    box = BlackBox.create()
    reader = BlackBox(os.dup(box.fd))
    assert reader.read() is None
    box.begin(5, 10, 20)
    assert reader.read() == Entry(1, 5, GAME, 10)
    box.enter(0)
    assert reader.read() == Entry(2, 5, 0, 20)
    box.enter(BATCH)
    assert reader.read() == Entry(3, 5, BATCH, 10)
    with box.patience(500):
        assert reader.read() == Entry(3, 5, BATCH, 500)
    assert reader.read() == Entry(4, 5, BATCH, 10)
    box.leave()
    assert reader.read() is None
    reader.close()
    box.close()
