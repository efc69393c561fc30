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
from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Seat
from arena_werewolf.game import VERSION, WerewolfGame
from arena_werewolf.presets import BY_NAME, PRESETS
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import EVERYTHING

GOLDEN = Path(__file__).parent / "golden"
SEEDS = {
    "ww7-lspo": 11,
    "ww4-mini": 3,
    **{f"{preset.name}-now": 20 + number for number, preset in enumerate(PRESETS)},
}
"""`ww7-lspo` and `ww4-mini` were written by the first engine, with the options of its time; the rest by this one."""
SHOWN = (
    "import sys; from plugins.werewolf.tests.test_golden import replay, load; "
    "print(replay(sys.argv[1], load(sys.argv[1])['moves'])['digest'])"
)


def load(name: str) -> dict[str, Any]:
    golden: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return golden


def dealt(name: str) -> WerewolfState:
    """The first state, under the options that there were when the record was written."""
    preset = BY_NAME[name.removesuffix("-now")]
    config = resolve(preset.options, {})
    if not name.endswith("-now"):
        config = {name: config[name] for name in ("roles", "max_days", "speech_chars", "tie", "abstain")}
    return WerewolfGame(preset, config).new_state(Seed.of(SEEDS[name]), {})


def replay(name: str, moves: list[list[list[Any]]]) -> dict[str, Any]:
    state = dealt(name)
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
    state, rng, moves = dealt(name), Random(SEEDS[name]), []
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
    for setting in (name for name in SEEDS if name.endswith("-now")):
        write(setting)
