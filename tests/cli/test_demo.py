"""`make demo` in small: real processes, ladders at the end, and nothing left behind however it ends."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.cli.terminal import ARENA, environment

SMALL = """
import sys
from arena.cli import demo
demo.GAMES = {"openspiel/tic_tac_toe": ("random", "first"), "openspiel/kuhn_poker": ("random", "null")}
demo.SETS = int(sys.argv[1])
demo.main()
"""


@pytest.fixture
def demo(tmp_path):
    """Start the demo in a folder of its own; whatever it leaves running is found by the mark in its environment."""
    started = []

    def start(sets, seconds="60"):
        process = subprocess.Popen(
            [sys.executable, "-c", SMALL, str(sets)],
            cwd=tmp_path,
            env=environment(DEMO_SECONDS=seconds, DEMO_MARK=str(tmp_path)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def left_behind(folder):
    """Processes that carry the demo's mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("DEMO_MARK") == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def await_matches(process, folder):
    """Return once agents have begun to play; fail when the demo ends first."""
    while not any((folder / "demo" / "logs").glob("openspiel-kuhn_poker-*.log")):
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)


def test_a_demo_plays_shows_ladders_and_cleans_up(demo, tmp_path):
    process = demo(sets=3)
    out, _ = process.communicate(timeout=100)
    assert process.returncode == 0, out
    assert "openspiel/tic_tac_toe by trueskill" in out
    assert "openspiel/kuhn_poker by trueskill" in out
    assert left_behind(tmp_path) == []
    replay = next(line for line in out.splitlines() if "arena replay" in line).partition("arena replay ")[2]
    shown = subprocess.run([ARENA, "replay", *replay.split()], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "rank 1" in shown.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_demo_leaves_nothing_running(demo, tmp_path, number):
    process = demo(sets=1_000_000)
    await_matches(process, tmp_path)
    process.send_signal(number)
    out, _ = process.communicate(timeout=100)
    assert process.returncode == 130
    assert "Traceback" not in out
    assert left_behind(tmp_path) == []


def test_a_killed_demo_takes_its_processes_along(demo, tmp_path):
    process = demo(sets=1_000_000)
    await_matches(process, tmp_path)
    process.kill()
    process.wait()
    assert psutil.wait_procs(left_behind(tmp_path), timeout=60)[1] == []


def test_two_demos_do_not_share_a_folder(demo, tmp_path):
    first = demo(sets=1_000_000)
    await_matches(first, tmp_path)
    second = demo(sets=1)
    out, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "another demo is running" in out
    os.kill(first.pid, signal.SIGINT)
    assert first.wait(100) == 130


def test_a_mistaken_number_of_seconds_is_refused(demo):
    process = demo(sets=1, seconds="soon")
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "arena: DEMO_SECONDS is 'soon'; give a number of seconds\n")
