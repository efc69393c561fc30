"""Turns, chance, scores and rewards (RULES.md, 2, 3, 4 and 6), and golden records of two games."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from arena.agents.sampling import sample
from arena.core.errors import IllegalAction, MalformedAction
from arena.core.game import Game, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, TEXT, VIEW, Seat
from arena.testing.trial import GameTrial

Made = Callable[..., Game]
GOLDEN = Path(__file__).parent / "golden"


def play(state: State, *ids: int) -> None:
    """One action after the other, by whoever is to move."""
    for action in ids:
        state.step({seat: state.check(seat, action) for seat in state.to_move()})


def moves(state: State) -> list[list[int]]:
    """Every move so far, chance included."""
    view: Any = state.observe(OMNISCIENT, frozenset({VIEW}))[VIEW]
    found: list[list[int]] = view["moves"]
    return found


def scores(state: State) -> list[tuple[int, float]]:
    """Rank and score of each seat."""
    outcome = state.outcome()
    assert outcome is not None
    return [(entry.rank, entry.score) for entry in outcome]


def test_win_and_draw_are_ranked_by_return(made: Made) -> None:
    won, drawn = (made("tic_tac_toe").new_state(Seed.of(1), {}) for _ in range(2))
    play(won, 0, 3, 1, 4, 2)
    play(drawn, 0, 4, 8, 1, 7, 6, 2, 5, 3)
    assert scores(won) == [(1, 1.0), (2, -1.0)]
    assert scores(drawn) == [(1, 0.0), (1, 0.0)]


def test_simultaneous_node_asks_every_seat(made: Made) -> None:
    state = made("matrix_rps").new_state(Seed.of(1), {})
    assert state.to_move() == (0, 1)
    state.step({Seat(0): 1, Seat(1): 0})
    assert scores(state) == [(1, 1.0), (2, -1.0)]


def test_cooperative_and_single_seat_games_are_scored(made: Made) -> None:
    assert made("tiny_hanabi").spec.scored
    assert made("2048").spec.scored
    assert not made("tic_tac_toe").spec.scored


def test_taken_field_is_illegal_and_other_forms_are_malformed(made: Made) -> None:
    state = made("tic_tac_toe").new_state(Seed.of(1), {})
    play(state, 4)
    with pytest.raises(IllegalAction, match=r"RULES.md, 3"):
        state.check(Seat(1), 4)
    with pytest.raises(MalformedAction, match=r"RULES.md, 3"):
        state.check(Seat(1), "4")


def test_first_listed_action_is_the_default(made: Made) -> None:
    state = made("tic_tac_toe").new_state(Seed.of(1), {})
    play(state, 0)
    assert state.default_action(Seat(1)) == 1


def test_labels_are_the_engines(made: Made) -> None:
    state = made("tic_tac_toe").new_state(Seed.of(1), {})
    legal = state.legal(Seat(0))
    assert isinstance(legal, Choices)
    assert legal.labels[:2] == ["x(0,0)", "x(0,1)"]


def test_deals_follow_their_probabilities(made: Made) -> None:
    game = made("kuhn_poker")
    deals = [str(game.new_state(Seed.of(n), {}).observe(Seat(0), frozenset({TEXT}))[TEXT]) for n in range(900)]
    assert all(240 <= deals.count(card) <= 360 for card in "012")


def test_choices_do_not_shift_the_dice(made: Made) -> None:
    game = made("pig")
    rolls = []
    for hold_first in (False, True):
        state = game.new_state(Seed.of(7), {})
        play(state, *((1,) if hold_first else ()), 0)
        rolls.append([action for seat, action in moves(state) if seat == -1])
    assert rolls[0] == rolls[1] != []


@pytest.mark.parametrize(("name", "openings"), [("negotiation", 4), ("tarok", 4), ("stones_and_gems", 1)])
def test_chance_inside_the_engine_follows_the_seed(made: Made, name: str, openings: int) -> None:
    game = made(name)
    views = [game.new_state(Seed.of(n), {}).observe(OMNISCIENT, frozenset({TEXT}))[TEXT] for n in (1, 1, 2, 3, 4)]
    assert views[0] == views[1]
    assert len(set(map(str, views))) == openings


@pytest.mark.parametrize("name", ["2048", "hanabi", "coop_box_pushing", "cliff_walking", "laser_tag"])
def test_rewards_sum_to_the_score(made: Made, name: str) -> None:
    trial = GameTrial(game=made(name), seeds=(4,), max_steps=3000)
    totals, outcome = [0.0] * trial.game.spec.seats, None
    for number, state in enumerate(trial.walk(4)):
        for seat, channels in state.rewards().items() if number else ():
            totals[seat] += channels["reward"]
        outcome = state.outcome()
    assert outcome is not None
    assert totals == pytest.approx([entry.score for entry in outcome])


@pytest.mark.parametrize("name", ["tic_tac_toe", "kuhn_poker"])
def test_golden_record_replays(made: Made, name: str) -> None:
    for record in json.loads((GOLDEN / f"{name}.json").read_text()):
        assert replayed(made(name), record["seed"], record["moves"]) == record


def replayed(game: Game, seed: int, played: list[list[int]]) -> dict[str, Any]:
    """The record of these moves: scores, and a digest of everything any viewer saw at any step."""
    trial, seen = GameTrial(game=game, seeds=(seed,), max_steps=0), hashlib.sha256()
    state = game.new_state(Seed.of(seed), {})
    for seat, action in played:
        seen.update(trial.snapshot(state))
        state.step({Seat(seat): state.check(Seat(seat), action)})
    seen.update(trial.snapshot(state))
    return {"seed": seed, "moves": played, "scores": [list(pair) for pair in scores(state)], "seen": seen.hexdigest()}


def record(game: Game, seed: int) -> dict[str, Any]:
    """A new golden record, of one random match."""
    rng, state, chosen = Random(seed), game.new_state(Seed.of(seed), {}), list[list[int]]()
    while movers := list(state.to_move()):
        action = sample(state.legal(movers[0]), rng)
        assert isinstance(action, int)
        chosen.append([movers[0], action])
        play(state, action)
    return replayed(game, seed, chosen)
