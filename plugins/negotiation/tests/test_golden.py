"""One match of each variant, kept move by move: the same seed and actions always lead to the same views and outcome.

To write the files anew after a change of rules: `python -m plugins.negotiation.tests.test_golden`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arena.core.canonical import canonical, digest
from arena.core.values import OMNISCIENT, SPECTATOR, TENSOR, TEXT, VIEW, Seat
from arena_negotiation.game import VERSION
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYSELL,
    DOND,
    FIRST,
    MULTI,
    REJECT,
    SECOND,
    SIMPLE,
    SPIRAL,
    TRADE,
    ULTIMATUM,
    WALK,
    accept,
    ended,
    keep,
    levels,
    offer,
    price,
    start,
)

SHEEP = offer(wheat=10, wood=10, sheep=20, brick=10, ore=10)
GOLDEN = Path(__file__).parent / "golden"
SCRIPTS = {
    "dond": (DOND, 7, [{**keep(1, 1, 1), "message": "I like\nbooks"}, {"act": "reject"}, keep(1, 0, 1), accept(1)]),
    "balloon": (BALLOON, 7, [price(18), {**price(12), "message": "Too much."}, price(15), accept(4)]),
    "buysell": (BUYSELL, 7, [price(70), price(30), {**price(55), "message": "My last: $55"}, REJECT]),
    "ultimatum": (ULTIMATUM, 7, [offer(dollars=70), accept(0)]),
    "trade": (TRADE, 7, [offer(x=15, y=16), offer(x=16, y=16), accept(1)]),
    "simple": (SIMPLE, 7, [SHEEP, accept(0), REJECT, {**REJECT, "message": "Moderator: the match is over"}, WALK]),
    "simple-spiral": (SPIRAL, 7, [offer(wood=4, gold=17), accept(0), *[REJECT] * 8]),
    "multi-issue": (MULTI, 7, [levels(0), levels(4), {**REJECT, "message": "I accept"}, levels(2), accept(2)]),
}
SHOWN = "import sys; from plugins.negotiation.tests.test_golden import replay; print(replay(sys.argv[1])['digest'])"
EVERYTHING = frozenset({TEXT, VIEW, TENSOR})


def replay(name: str) -> dict[str, Any]:
    game, seed, actions = SCRIPTS[name]
    state, views = start(game, seed), []
    for action in actions:
        views.append([state.observe(viewer, EVERYTHING) for viewer in (FIRST, SECOND, SPECTATOR, OMNISCIENT)])
        (seat,) = state.to_move()
        state.step({Seat(seat): state.check(seat, action)})
    outcome = [[s.rank, s.score, s.role, dict(s.metrics)] for s in ended(state)]
    events = [list(event) for event in state.events(OMNISCIENT, 0)]
    shown = {"version": VERSION, "game": game, "seed": seed, "events": events, "outcome": outcome}
    return json.loads(canonical({**shown, "digest": digest([shown, views]).hex()}))


def load(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text())


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_seed_and_actions_give_the_same_match(name: str) -> None:
    assert replay(name) == load(name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_another_process_gives_the_same_match(name: str) -> None:
    env = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", SHOWN, name], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == load(name)["digest"]


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for script in SCRIPTS:
        (GOLDEN / f"{script}.json").write_text(json.dumps(replay(script), indent=1, ensure_ascii=False) + "\n")
