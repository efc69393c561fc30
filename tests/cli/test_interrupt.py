"""Ctrl-C on a command that takes long."""

import signal
import subprocess

import psutil
import pytest

from tests.cli.terminal import ARENA, environment


def _take_signals():
    """A shell without job control has its background processes ignore Ctrl-C, and they hand that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def playing(tmp_path):
    """`arena play` in the midst of more matches than anybody waits for."""
    process = subprocess.Popen(
        [ARENA, "play", "openspiel/tic_tac_toe", "--agents", "random,first", "--matches", "10000000"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_take_signals,  # noqa: PLW1509 - one system call
    )
    while not (tmp_path / "arena.db-wal").exists():  # ends by the test's timeout
        assert process.poll() is None, process.stderr.read()
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def test_an_interrupted_play_ends_quietly_with_its_workers(playing):
    workers = psutil.Process(playing.pid).children(recursive=True)
    playing.send_signal(signal.SIGINT)
    out, err = playing.communicate(timeout=60)
    assert (playing.returncode, out, err) == (130, "", "")
    assert psutil.wait_procs(workers, timeout=30)[1] == []
