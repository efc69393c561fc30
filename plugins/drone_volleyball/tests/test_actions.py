"""What a seat may answer at each level, what becomes of it, and what is refused (RULES.md 5)."""

import numpy as np
import pytest

from arena.agents.simple import DefaultAgent
from arena.core.agent import Clock, Observation, SeatInfo
from arena.core.errors import BadOption, IllegalAction, MalformedAction
from arena.core.seed import Seed
from arena.core.values import SPECTATOR, MatchId, Seat
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.play.frame import own_ball
from arena_drone_volleyball.play.levels import Skills
from plugins.drone_volleyball.tests.courts import contest, game

SEAT = SeatInfo(
    match_id=MatchId("match"),
    seat=Seat(1),
    seats=2,
    game="drone_volleyball/1v1",
    config={},
    brief="",
    seed=Seed.of(1),
)
HOVER = np.full(4, HOVER_COMMAND, dtype=np.float32)


def test_a_chunk_is_flown_step_by_step_and_discarded_at_an_event():
    """RULES.md 5.3"""
    made = contest(chunk=10)
    made.step({Seat(0): made.check(Seat(0), np.tile(HOVER, (10, 1))), Seat(1): made.check(Seat(1), HOVER)})
    assert list(made.to_move()) == [1]
    assert made.rally.steps == 1
    made.world.ball[:] = made.world.poses[0, :3] + (0.0, 0.0, 0.2)
    made.world.ball_velocity[2] = -3.0
    made.step({Seat(1): made.check(Seat(1), np.tile(HOVER, (4, 1)))})
    assert list(made.to_move()) == [0, 1]
    assert made.rally.hits == 1


def test_silence_repeats_the_last_step_and_hovers_at_first():
    """RULES.md 5.6"""
    made = contest(chunk=10)
    assert np.allclose(made.default_action(Seat(0)), HOVER)
    rows = np.linspace(-0.5, 0.5, 12, dtype=np.float32).reshape(3, 4)
    made.step({Seat(0): made.check(Seat(0), rows), Seat(1): made.check(Seat(1), HOVER)})
    assert np.allclose(made.default_action(Seat(0)), rows[-1])
    assert game().spec.forfeit == "plays default"
    assert game().spec.max_refusals == 1


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (np.full(4, np.nan, dtype=np.float32), "from -1 to 1, not nan"),
        (np.array([0, 0, 0, np.inf]), "from -1 to 1, not inf"),
        (np.array([0.0, -1.5, 0.0, 0.0]), "from -1 to 1, not -1.5"),
        (np.zeros(5), r"not of shape \(5,\)"),
        (np.zeros((11, 4)), "at most 10 steps, not 11"),
        (np.zeros((0, 4)), "shape"),
        ([0.0, "x", 0.0, 0.0], "tensor or list of numbers"),
        ("up", "tensor or list of numbers"),
        (7, "tensor or list of numbers"),
    ],
)
def test_bad_rotor_commands_are_refused_with_the_bound_they_break(action, said: str):
    """RULES.md 5.1, 5.2, 5.3"""
    for level in ("prt", "ctbr"):
        with pytest.raises((MalformedAction, IllegalAction), match=said):
            contest(chunk=10, level=level).check(Seat(0), action)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"skill": "smash"}, "unknown skill 'smash'; there is hover"),
        ({"skill": "goto"}, "goto takes skill, target"),
        ({"skill": "goto", "target": [7.0, 0.0, 2.0]}, "x is from -6 to 6 m, not 7"),
        ({"skill": "goto", "target": [1.0, 3.5, 2.0]}, "y is from -3 to 3 m, not 3.5"),
        ({"skill": "goto", "target": [1.0, 0.0, 9.0]}, "z is from 0 to 8 m, not 9"),
        ({"skill": "goto", "target": [1.0, float("nan"), 2.0]}, "finite number"),
        ({"skill": "goto", "target": [1.0, True, 2.0]}, "finite number"),
        ({"skill": "goto", "target": "here"}, "three numbers"),
        ({"skill": "pass", "target": [1.0, 0.0, 2.0], "flight": 9.0}, "0.3 to 3 s, not 9"),
        ({"skill": "hover", "why": "not"}, "takes skill and nothing else"),
        ({}, "unknown skill 'None'"),
        ("hover", "answer with an order"),
    ],
)
def test_bad_orders_are_refused_with_the_bound_they_break(order, said: str):
    """RULES.md 5.4, 5.5"""
    with pytest.raises((MalformedAction, IllegalAction), match=said):
        Skills(12.0, 6.0).check(order)


def test_chunks_belong_to_the_low_levels():
    with pytest.raises(BadOption, match="chunk"):
        game(level="skill", chunk=2)


def test_seats_decide_at_events_only_at_the_level_of_skills():
    """RULES.md 5.4"""
    made = contest(level="skill")
    serve = {"skill": "serve", "target": [-1.5, 0.0, 1.9]}
    made.step({Seat(0): made.check(Seat(0), serve), Seat(1): made.check(Seat(1), {"skill": "hover"})})
    assert made.rally.hits == 1
    made.step({Seat(0): {"skill": "hover"}, Seat(1): {"skill": "hover"}})
    assert [event.kind for event in made.events(SPECTATOR, 0)][:3] == ["serve", "hit", "crossing"]


def test_orders_are_asked_for_when_the_ball_has_left_the_racket():
    """RULES.md 5.4: before, nobody can tell where a hit sends it."""
    made = contest(level="skill")
    serve = {"skill": "serve", "target": [-1.5, 0.0, 1.9], "flight": 1.05}
    made.step({Seat(0): made.check(Seat(0), serve), Seat(1): made.check(Seat(1), {"skill": "hover"})})
    ball = own_ball(made.world, 0)
    assert not made.world.touching
    assert ball.at(ball.falls_to(1.9)).position[0] == pytest.approx(-1.5, abs=0.5)


@pytest.mark.parametrize(("level", "chunk"), [("prt", 1), ("ctbr", 10), ("skill", 1)])
def test_the_agent_that_does_nothing_hovers(level: str, chunk: int):
    """RULES.md 5.6"""
    made = contest(level=level, chunk=chunk, dt=0.002)
    null = DefaultAgent(SEAT)
    for _ in range(20):
        legal = made.legal(Seat(1))
        action = null.act(Observation(0, {}), legal, Clock(1.0, 1.0))
        made.world.ball[:] = (1.0, 0.0, 6.0)
        made.step({seat: made.check(seat, action) for seat in made.to_move()})
        if made.rally.steps >= 40:
            break
    assert np.allclose(made.world.poses[1, :3], made.court.anchors()[1], atol=0.15)


def test_the_choices_of_hcsp_bring_the_ball_over_the_net():
    """RULES.md 5.7"""
    made = contest("3v3", level="hcsp", rallies=1)
    assert [len(made.legal(Seat(seat)).ids) for seat in range(6)] == [3, 4, 6] * 2
    made.step({Seat(2): 3, Seat(0): 0, Seat(1): 0, Seat(3): 2, Seat(4): 3, Seat(5): 5})
    assert made.rally.by == [1, 0]
    while made.to_move() and not made.rally.crossings:
        made.step({Seat(n): made.default_action(Seat(n)) for n in range(6)})
    assert made.rally.crossings or made.outcome()
    assert any(event.kind == "crossing" for event in made.events(SPECTATOR, 0))
    for wrong in (-1, 6, "set"):
        with pytest.raises((MalformedAction, IllegalAction)):
            made.levels[2].check(wrong)
    with pytest.raises(BadOption, match="3v3 alone"):
        game("1v1", level="hcsp")
