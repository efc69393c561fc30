"""Promises about a match from start to end: the spec, replay, randomness, time, and the outcome."""

import io
import random
from contextlib import redirect_stderr, redirect_stdout
from itertools import pairwise
from random import Random
from time import perf_counter

import numpy as np

from arena.core.canonical import canonical, digest, finite
from arena.core.game import GameSpec, Outcome, SeatOutcome
from arena.core.seed import Seed
from arena.testing.findings import require
from arena.testing.trial import Actions, GameTrial


def the_spec_is_sound(trial: GameTrial) -> None:
    """The spec names the game, its seats, fields and score range without contradiction."""
    spec = trial.game.spec
    require(spec.id.count("/") == 1 and all(spec.id.split("/")), f"{spec.id!r} is not of the form plugin/variant")
    require(spec.version and spec.summary and spec.brief, "version, summary and brief must not be empty")
    require(spec.seats >= 1 and spec.max_decisions >= 1, "there must be a seat and a decision")
    require(finite([spec.score_low, spec.score_high]), "score_low and score_high must be finite")
    require(spec.score_low < spec.score_high, f"score_low {spec.score_low} is not below score_high {spec.score_high}")
    require(len(trial.fields) == len(spec.fields), "two fields have one name")
    for field in spec.fields:
        tensor = field.kind == "tensor"
        require(tensor == bool(field.dtype), f"field {field.name}: a tensor, and nothing else, has a dtype")


def every_team_is_manned(trial: GameTrial) -> None:
    """In a game of teams each deal gives every seat a team and every team a seat."""
    spec = trial.game.spec
    for seed in trial.seeds:
        teams = list(trial.game.teams(Seed.of(seed)))
        require(len(teams) == spec.seats, f"teams gives {len(teams)} entries for {spec.seats} seats")
        require(set(teams) == set(range(spec.parties)), f"teams gives {teams} where there are {spec.parties} parties")


def replay_gives_the_same(trial: GameTrial) -> None:
    """The same seed and actions lead through the same states to the same outcome."""
    for seed in trial.seeds:
        first, moves = _recorded(trial, seed)
        require(_replayed(trial, seed, moves) == first, f"a replay of seed {seed} leads elsewhere")


def _recorded(trial: GameTrial, seed: int) -> tuple[bytes, list[Actions]]:
    rng, state, moves, seen = Random(seed), trial.start(seed), list[Actions](), list[str]()
    while state.to_move() and len(moves) < trial.max_steps:
        moves.append(trial.draw(state, rng))
        state.step(moves[-1])
        seen.append(trial.snapshot(state).decode())
    state.close()
    return digest(seen), moves


def _replayed(trial: GameTrial, seed: int, moves: list[Actions]) -> bytes:
    state, seen = trial.start(seed), list[str]()
    for actions in moves:
        state.step(actions)
        seen.append(trial.snapshot(state).decode())
    state.close()
    return digest(seen)


def matches_do_not_meet(trial: GameTrial) -> None:
    """Two matches played side by side go as they go alone."""
    one, other = trial.seeds[0], trial.seeds[-1]
    alone, moves = _recorded(trial, one)
    neighbour, rng, state, seen = trial.start(other), Random(0), trial.start(one), list[str]()
    for actions in moves:
        if neighbour.to_move():
            neighbour.step(trial.draw(neighbour, rng))
        state.step(actions)
        seen.append(trial.snapshot(state).decode())
    neighbour.close()
    state.close()
    require(digest(seen) == alone, "a match goes otherwise when another is played beside it")


def stepping_many_is_stepping_each(trial: GameTrial) -> None:
    """`step_many` leads where `step` leads, and reports no error for checked actions."""
    pairs = [(trial.start(seed), trial.start(seed), Random(seed)) for seed in trial.seeds]
    for _ in range(min(trial.max_steps, 50)):
        live = [pair for pair in pairs if pair[0].to_move()]
        actions = [trial.draw(state, rng) for state, _, rng in live]
        errors = trial.game.step_many([state for state, _, _ in live], actions)
        require(list(errors) == [None] * len(live), f"step_many reports {errors!r:.80}")
        for (_, single, _), chosen in zip(live, actions, strict=True):
            single.step(chosen)
    for many, single, _ in pairs:
        require(trial.snapshot(many) == trial.snapshot(single), "step_many leads elsewhere than step")
        many.close()
        single.close()


def global_randomness_is_untouched(trial: GameTrial) -> None:
    """The game neither draws from nor seeds the generators of `random` and `numpy.random`."""
    before = _global_state()
    for state in trial.states():
        trial.snapshot(state)
    require(_global_state() == before, "the state of random or numpy.random has changed")


def _global_state() -> str:
    return repr((random.getstate(), np.random.get_state()))


def nothing_is_printed(trial: GameTrial) -> None:
    """The game writes nothing to Python's standard output or standard error."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(out):
        for state in trial.states():
            trial.snapshot(state)
    require(not out.getvalue(), f"the game prints {out.getvalue()!r:.80}")


def calls_keep_the_step_budget(trial: GameTrial) -> None:
    """No call into the game lasts longer than the spec's `step_seconds`."""
    budget, began = trial.game.spec.step_seconds, perf_counter()
    for _ in trial.states():
        took = perf_counter() - began
        require(took <= budget, f"one step took {took:.2f} s, the spec allows {budget:g}")
        began = perf_counter()


def matches_end(trial: GameTrial) -> None:
    """Random matches end within the spec's `max_decisions`."""
    limit = trial.game.spec.max_decisions
    for seed in trial.seeds:
        decisions = sum(len(state.to_move()) for state in trial.walk(seed))
        require(decisions <= limit, f"seed {seed} takes {decisions} decisions, the spec allows {limit}")


def outcomes_are_whole(trial: GameTrial) -> None:
    """The outcome has one entry a seat, ranks from 1 that no worse score beats, scores within bounds, known teams."""
    for state in trial.states():
        outcome = state.outcome()
        if outcome is not None:
            _require_whole(trial.game.spec, outcome)


def _require_whole(spec: GameSpec, outcome: Outcome) -> None:
    ranks = sorted(entry.rank for entry in outcome)
    require(len(ranks) == spec.seats, f"the outcome has {len(ranks)} entries for {spec.seats} seats")
    require(ranks[0] == 1 and all(b <= n + 1 for n, b in enumerate(ranks)), f"ranks are {ranks}")
    for entry in outcome:
        _require_entry(spec, entry)
    for better, worse in pairwise(sorted(outcome, key=lambda entry: entry.rank)):
        require(better.rank == worse.rank or better.score >= worse.score, "a better rank has a lower score")


def _require_entry(spec: GameSpec, entry: SeatOutcome) -> None:
    require(finite(entry.score), f"a score is {entry.score}")
    within = spec.score_low - 1e-6 <= entry.score <= spec.score_high + 1e-6
    require(within, f"score {entry.score} is not within [{spec.score_low}, {spec.score_high}]")
    require(not entry.team or entry.team in spec.teams, f"team {entry.team!r} is not among {spec.teams}")
    require(not entry.role or entry.role in spec.roles, f"role {entry.role!r} is not among {spec.roles}")
    canonical(dict(entry.metrics))


def rewards_belong_to_seats(trial: GameTrial) -> None:
    """Rewards are finite numbers under the number of a seat."""
    for state in trial.states():
        for seat, channels in state.rewards().items():
            require(seat in trial.seats, f"there are rewards for seat {seat}")
            require(all(map(finite, channels.values())), f"a reward of seat {seat} is NaN or infinite")


COURSE = (
    the_spec_is_sound,
    every_team_is_manned,
    matches_end,
    outcomes_are_whole,
    rewards_belong_to_seats,
    replay_gives_the_same,
    matches_do_not_meet,
    stepping_many_is_stepping_each,
    global_randomness_is_untouched,
    nothing_is_printed,
    calls_keep_the_step_budget,
)
