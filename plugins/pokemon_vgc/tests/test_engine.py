"""Node processes may die, hang and be recycled; no match is lost, and none of them stays behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import psutil
import pytest

from arena.core.errors import GameFault
from arena_pokemon_vgc.engine import sharing
from arena_pokemon_vgc.engine.node import require_node
from arena_pokemon_vgc.engine.simulator import Answer, Simulator
from arena_pokemon_vgc.game import VgcGame
from plugins.pokemon_vgc.tests.driving import begun, finished, played, whole_log

_HOLDER: Final = """
import sys
from arena.core.errors import GameFault
from arena_pokemon_vgc.engine import sharing
from arena_pokemon_vgc.engine.node import require_node
from arena_pokemon_vgc.engine.simulator import Simulator
simulator = Simulator(require_node("test"))
simulator.ask({"do": "validate", "format": "gen9vgc2025regi", "team": "pikachu|||static|tackle|||||||"})
print(simulator.processes[0].pid, flush=True)
sys.stdin.read()
"""


def test_match_goes_on_as_before_after_node_was_killed_at_any_point(made: Callable[..., VgcGame]) -> None:
    game = made()
    undisturbed = whole_log(finished(begun(game)))
    state, rng = begun(game), Random(0)
    for step, _ in enumerate(played(state, rng)):
        if step % 3 == 1:
            os.kill(game.simulator.processes[-1].pid, signal.SIGKILL)
    assert whole_log(state) == undisturbed


def test_other_matches_of_a_dead_process_go_on_too(made: Callable[..., VgcGame]) -> None:
    game = made()
    states = [begun(game, seed) for seed in (1, 2, 3)]
    os.kill(game.simulator.processes[-1].pid, signal.SIGKILL)
    actions = [{seat: state.legal(seat).ids[0] for seat in state.to_move()} for state in states]
    assert list(game.step_many(states, actions)) == [None] * 3
    assert [state.turn for state in states] == [1, 1, 1]


def test_hanging_node_is_replaced_and_the_match_goes_on(made: Callable[..., VgcGame]) -> None:
    teams = made().check.legal(made().pool[0])
    simulator = Simulator(require_node("test"), patience=1.0)
    try:
        match, _ = simulator.open("gen9championsvgc2026regmb", f"sodium,{'0' * 64}", (teams, teams))
        hung = simulator.processes[0].pid
        os.kill(hung, signal.SIGSTOP)
        answer = simulator.step([(match, [(0, "team 1234"), (1, "team 1234")])])[0]
        assert isinstance(answer, Answer)
        assert answer.turn == 1
        assert not psutil.pid_exists(hung)
    finally:
        simulator.close()


@pytest.mark.parametrize("said", ["", "\\n", "\\nTypeError: out of ideas\\n    at battle.js"])
def test_error_of_the_simulator_is_told_whatever_it_says(tmp_path: Path, said: str) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\nwhile read -r line; do printf '%s\\n' '{{\"error\":\"{said}\"}}'; done\n")
    node.chmod(0o755)
    simulator = Simulator(node)
    try:
        expected = "TypeError: out of ideas" if "TypeError" in said else "an error without a message"
        with pytest.raises(GameFault, match=f"the Showdown simulator raised {expected}$"):
            simulator.ask({"do": "dex", "format": "any"})
        with pytest.raises(GameFault, match=f"the Showdown simulator raised {expected}$"):
            simulator.open("any", "sodium,00", ("", ""))
    finally:
        simulator.close()


def test_recycling_loses_no_match_and_ends_old_processes(made: Callable[..., VgcGame]) -> None:
    teams = made().check.legal(made().pool[0])
    simulator = Simulator(require_node("test"), recycled_after=2)
    try:
        matches = [simulator.open("gen9championsvgc2026regmb", f"sodium,{n:064}", (teams, teams))[0] for n in range(3)]
        assert len(simulator.processes) == 2
        choices = [(0, "team 1234"), (1, "team 1234")]
        answers = simulator.step([(match, choices) for match in matches])
        assert [isinstance(answer, Answer) and answer.turn for answer in answers] == [1, 1, 1]
        for match in matches[:2]:
            simulator.release(match)
        assert len(simulator.processes) == 1
    finally:
        simulator.close()


@pytest.mark.parametrize("end", ["kill", "stop node and kill"])
def test_node_ends_with_the_process_that_started_it(made: Callable[..., VgcGame], end: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder:
        node = psutil.Process(int(holder.stdout.readline()))
        if end != "kill":
            node.suspend()
        holder.kill()
    node.wait(10)


def test_last_to_let_go_ends_the_processes(made: Callable[..., VgcGame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing._Shared, "simulator", None)
    monkeypatch.setattr(sharing._Shared, "holders", 0)
    one, other = made(), made(best_of=3)
    begun(one)
    begun(other)
    pids = [process.pid for process in one.simulator.processes]
    assert one.simulator is other.simulator
    one.close()
    assert all(psutil.pid_exists(pid) for pid in pids)
    other.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)
