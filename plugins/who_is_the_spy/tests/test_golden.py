"""One match of each variant, kept move by move: the same seed and actions always lead to the same views and outcome.

To write the files anew after a change of rules: `python -m plugins.who_is_the_spy.tests.test_golden`.
"""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from arena.agents.sampling import sample
from arena.core.canonical import canonical, digest
from arena.core.errors import IllegalAction
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Seat
from arena_who_is_the_spy.game import VERSION
from plugins.who_is_the_spy.tests.driver import make

GOLDEN = Path(__file__).parent / "golden"
SEEDS = {"text": 11, "picture": 3}
WORDS = frozenset({"text", "view", "card"})
"""No picture: its file is not part of what a match is made of (RULES.md 2.3)."""


def replay(name: str, moves: list[list[list[Any]]]) -> dict[str, Any]:
    state = make(name).new_state(Seed.of(SEEDS[name]), {})
    views = []
    for step in moves:
        views.append([state.observe(seat, WORDS) for seat in state.to_move()])
        state.step({Seat(seat): state.check(Seat(seat), action) for seat, action in step})
    events = [[e.kind, e.data, e.sender] for e in state.events(OMNISCIENT, 0)]
    outcome = [[o.rank, o.score, o.role, o.team, dict(o.metrics)] for o in state.outcome() or ()]
    told = json.loads(canonical({"version": VERSION, "moves": moves, "events": events, "outcome": outcome}))
    return {**told, "digest": digest(views).hex()}


def play(name: str) -> list[list[list[Any]]]:
    state, rng, moves = make(name).new_state(Seed.of(SEEDS[name]), {}), Random(1), []
    while movers := state.to_move():
        actions = {}
        for seat in sorted(movers):
            try:
                actions[seat] = state.check(seat, sample(state.legal(seat), rng))
            except IllegalAction:
                actions[seat] = state.default_action(seat)
        moves.append([[seat, action] for seat, action in actions.items()])
        state.step(actions)
    return moves


@pytest.mark.parametrize("name", SEEDS)
def test_a_match_kept_is_played_again_to_the_same_end(name: str) -> None:
    """RULES.md 1, 2.1, 2.3"""
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert replay(name, golden["moves"]) == golden


if __name__ == "__main__":
    for each in SEEDS:
        text = json.dumps(replay(each, play(each)), indent=1, ensure_ascii=False)
        (GOLDEN / f"{each}.json").write_text(text + "\n", encoding="utf-8")
