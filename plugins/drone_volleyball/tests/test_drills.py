"""The tasks: what each counts and what ends it, from constructed states, and that they can be flown (RULES.md 7)."""

import numpy as np
import pytest

from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import TENSOR, TEXT, VIEW, Json, Seat
from arena.testing import GAME_PROMISES, check_game
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.physics.world import Touch
from arena_drone_volleyball.play.exercise import Exercise
from arena_drone_volleyball.play.game import DRILL_OPTIONS, DrillGame
from arena_drone_volleyball.rules.drills import (
    DRILLS,
    BackAndForth,
    BumpAndPass,
    Drill,
    HardSetAndSpike,
    HitTheBall,
    SetAndSpike,
    SoloBump,
)

UP = (4.5, 0.0, 3.0)


def made(drill: type[Drill], **options: Json) -> DrillGame:
    return DrillGame(drill, resolve(DRILL_OPTIONS, options))


def start(drill: type[Drill], **options: Json) -> Exercise:
    state = made(drill, **options).new_state(Seed.of(1), {})
    assert isinstance(state, Exercise)
    return state


def note(drill: Drill, *, ball=UP, rise=0.0, hits=(), move=None) -> bool:
    places = [list(place) for place in drill.starts]
    for drone, place in (move or {}).items():
        places[drone] = list(place)
    return drill.note(places, ball, rise, [Touch(*hit) for hit in hits])


@pytest.mark.parametrize("drill", DRILLS)
def test_every_task_keeps_the_contract_of_a_game(drill: type[Drill]):
    assert len(check_game(made(drill), seeds=(1,), max_steps=30)) == len(GAME_PROMISES)


@pytest.mark.parametrize(
    ("drill", "size"), [(BackAndForth, 26), (HitTheBall, 32), (SoloBump, 32), (BumpAndPass, 40), (SetAndSpike, 40)]
)
def test_tasks_are_seen_in_the_published_sizes(drill: type[Drill], size: int):
    """RULES.md 7.7"""
    seen = start(drill).observe(Seat(0), frozenset({TENSOR, VIEW, TEXT}))
    assert seen[TENSOR].shape == (size,)
    assert "score 0" in seen[TEXT]


def test_no_ball_falls_into_a_task_without_one():
    """RULES.md 7.1: who only hovers is hit by nothing, and flies until time is up."""
    state = start(BackAndForth)
    while state.to_move():
        state.step({Seat(0): np.full(4, HOVER_COMMAND, np.float32)})
    told = {event.kind: event.data for event in state.events(Seat(0), 0)}
    assert set(told) == {"start", "end"}
    assert told["end"]["reason"] == "time"


def test_a_place_counts_when_it_is_held():
    """RULES.md 7.1"""
    drill = BackAndForth()
    for _ in range(4):
        assert not note(drill, move={0: (9.0, 4.0, 2.0)})
    assert note(drill, move={0: (9.0, 4.0, 2.0)})
    assert drill.score == 1.0
    assert drill.anchor(0) == (4.5, 0.0, 2.0)
    note(drill, move={0: (4.5, 0.0, 5.1)})
    assert drill.over == "strayed"


def test_the_distance_of_one_hit_counts():
    """RULES.md 7.2"""
    drill = HitTheBall()
    note(drill, hits=[(0, True)])
    note(drill, ball=(-3.5, 6.0, 0.19))
    assert drill.over == "ball down"
    assert drill.score == 10.0
    twice = HitTheBall()
    note(twice, hits=[(0, True)])
    note(twice, hits=[(0, True)])
    assert (twice.over, twice.score) == ("wrong hit", 0.0)
    missed = HitTheBall()
    note(missed, ball=(4.5, 9.0, 0.1))
    assert missed.score == 0.0


def test_a_bump_counts_when_the_ball_rises_high_enough():
    """RULES.md 7.3"""
    drill = SoloBump()
    for top, score in ((3.4, 0.0), (3.6, 1.0), (3.7, 2.0)):
        note(drill, ball=(4.5, 0.0, 2.1), hits=[(0, True)])
        note(drill, ball=(4.5, 0.0, top))
        assert drill.score == score
    note(drill, ball=(4.5, 0.0, 2.1), hits=[(0, False)])
    assert drill.over == "wrong hit"


def test_partners_hit_in_turn():
    """RULES.md 7.4"""
    drill = BumpAndPass()
    note(drill, hits=[(0, True)])
    note(drill, ball=(4.5, 0.0, 4.1))
    note(drill, hits=[(1, True)])
    assert (drill.score, drill.turn, drill.over) == (1.0, 0, "")
    note(drill, hits=[(1, True)])
    assert drill.over == "wrong hit"


@pytest.mark.parametrize("drill", [SetAndSpike, HardSetAndSpike])
def test_a_set_and_spike_counts_by_quarters(drill: type[Drill]):
    """RULES.md 7.5, 7.6"""
    play = drill()
    note(play, hits=[(0, True)])
    assert play.score == 0.25
    note(play, hits=[(1, True)], ball=(2.0, 2.0, 3.6))
    note(play, ball=(1.5, 1.8, 3.5), rise=1.0)
    note(play, ball=(1.0, 1.6, 3.4), rise=-1.0)
    assert play.score == 0.5
    note(play, ball=(-0.4, 1.0, 3.0), rise=-3.0)
    assert play.score == 0.75
    note(play, ball=(-4.0, 0.5, 0.1), rise=-6.0)
    assert (play.score, play.over) == (1.0, "ball down")


def test_the_defender_ends_a_spike_it_receives():
    """RULES.md 7.6"""
    play = HardSetAndSpike()
    note(play, hits=[(0, True)])
    note(play, hits=[(1, True)])
    note(play, ball=(-4.0, 0.0, 2.2), hits=[(2, True)])
    assert play.over == "blocked"


@pytest.mark.parametrize("drill", DRILLS)
def test_a_crash_and_time_end_a_run(drill: type[Drill]):
    crashed = drill()
    note(crashed, move={0: (4.5, 0.0, 0.3)})
    assert crashed.over == "drone down"
    long = drill()
    while not long.over:
        note(long)
    assert (long.over, long.passed) == ("time", 500 if drill is HitTheBall else 800)


def fly(state: Exercise, order: dict[str, Json], other: dict[str, Json] | None = None) -> float:
    while state.to_move():
        orders = {0: order, 1: other or {"skill": "hover"}}
        state.step({seat: state.check(seat, orders[seat]) for seat in state.to_move()})
    outcome = state.outcome()
    assert outcome is not None
    return outcome[0].score


def test_skills_are_enough_for_the_single_tasks():
    flown = start(BackAndForth, level="skill")
    while flown.to_move():
        place: Json = list(flown.drill.anchor(0))
        flown.step({Seat(0): flown.check(Seat(0), {"skill": "goto", "target": place})})
    assert flown.outcome()[0].score >= 3.0
    far: dict[str, Json] = {"skill": "serve", "target": [-3.0, 0.0, 1.0], "flight": 1.4}
    assert fly(start(HitTheBall, level="skill"), far) > 5.0
    bump: dict[str, Json] = {"skill": "pass", "target": [4.5, 0.0, 1.9], "flight": 1.3}
    assert fly(start(SoloBump, level="skill"), bump) >= 3.0
