"""One match of each setting, kept move by move: the same seed and actions always lead to the same events and outcome.

To write the files anew after a change of rules: `python -m plugins.werewolf.tests.test_golden`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from arena.agents.sampling import sample
from arena.core.canonical import canonical, digest
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Seat
from arena_werewolf.game import VERSION
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import EVERYTHING, make

GOLDEN = Path(__file__).parent / "golden"
SEEDS = {"ww7-lspo": 11, "ww4-mini": 3}
SHOWN = (
    "import sys; from plugins.werewolf.tests.test_golden import replay, load; "
    "print(replay(sys.argv[1], load(sys.argv[1])['moves'])['digest'])"
)


def load(name: str) -> dict[str, Any]:
    golden: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return golden


def replay(name: str, moves: list[list[list[Any]]]) -> dict[str, Any]:
    state = make(name).new_state(Seed.of(SEEDS[name]), {})
    views = []
    for step in moves:
        views.append([state.observe(seat, EVERYTHING) for seat in state.to_move()])
        state.step({Seat(seat): state.check(Seat(seat), action) for seat, action in step})
    return {"version": VERSION, "moves": moves, **shown(state), "digest": digest([shown(state), views]).hex()}


def shown(state: WerewolfState) -> dict[str, Any]:
    outcome = [[s.rank, s.score, s.role, s.team, dict(s.metrics)] for s in state.outcome() or ()]
    events = [list(event[1:]) for event in state.events(OMNISCIENT, 0)]
    plain: dict[str, Any] = json.loads(canonical({"events": events, "outcome": outcome}))
    return plain


@pytest.mark.parametrize("name", SEEDS)
def test_the_same_seed_and_actions_give_the_same_match(name: str) -> None:
    """RULES.md 1, 3.4"""
    golden = load(name)
    assert replay(name, golden["moves"]) == golden


@pytest.mark.parametrize("name", SEEDS)
def test_another_process_gives_the_same_match(name: str) -> None:
    env = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", SHOWN, name], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == load(name)["digest"]


def write(name: str) -> None:
    state, rng, moves = make(name).new_state(Seed.of(SEEDS[name]), {}), Random(SEEDS[name]), []
    while movers := state.to_move():
        step = {seat: state.check(seat, sample(state.legal(seat), rng)) for seat in movers}
        moves.append([[seat, action] for seat, action in step.items()])
        state.step(step)
    lines = [f" {json.dumps(key)}: {_lines(value)}" for key, value in replay(name, moves).items()]
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _lines(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n  " + ",\n  ".join(json.dumps(entry) for entry in value) + "\n ]"


if __name__ == "__main__":
    for setting in SEEDS:
        write(setting)
