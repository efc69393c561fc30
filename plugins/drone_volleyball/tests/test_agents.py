"""What the agents that come along can do. Figures at full size: `make bench-volley`."""

from math import dist

import numpy as np
import pytest

from arena_drone_volleyball.control.skills import Order, Skill
from plugins.drone_volleyball.tests.playing import attack, drill, play

UNSEEN = range(1_000, 1_006)


@pytest.mark.parametrize("level", ["prt", "ctbr", "skill"])
def test_the_scripted_rally_lasts_at_every_level(level: str):
    """RULES.md 3.3"""
    hits = [
        rally.hits for seed in UNSEEN[:3] for rally in play("1v1", ("rally", "rally"), seed, level=level, rallies=1)
    ]
    assert np.mean(hits) >= (15 if level == "ctbr" else 18)


def test_the_scripted_rally_holds_twenty_hits():
    hits = [rally.hits for seed in UNSEEN for rally in play("1v1", ("rally", "rally"), seed, rallies=1)]
    assert np.mean(hits) >= 20


@pytest.mark.parametrize("level", ["prt", "skill"])
def test_the_team_returns_serves(level: str):
    rallies = play("3v3", ("team", "team"), 1_000, points=25, rallies=10, level=level)
    assert sum(rally.legal_serve for rally in rallies) >= 8
    assert sum(rally.returned for rally in rallies) >= 6


@pytest.mark.parametrize("level", ["prt", "skill"])
def test_six_return_serves_and_attack_until_somebody_wins(level: str):
    rallies = play("6v6", ("team", "team"), 1_000, points=25, rallies=8, level=level)
    assert sum(rally.legal_serve for rally in rallies) >= 7
    assert sum(rally.returned for rally in rallies) >= 5
    assert sum(rally.winner is not None for rally in rallies) >= 6


@pytest.mark.parametrize("flight", [0.8, 1.0, 1.2])
def test_an_attack_of_a_high_set_lands_over_the_net_within_a_metre_of_its_target(flight: float):
    for number in range(4):
        landed = attack(Order(Skill.ATTACK, (-4.5, 1.5, 0.2), flight), lift=1.8, away=0.1 * number)
        assert landed.over_net > 2.43
        assert dist(landed.place, (-4.5, 1.5)) < 1.0


@pytest.mark.parametrize(
    ("task", "least"),
    [
        ("back_and_forth", 6.0),
        ("hit_the_ball", 7.0),
        ("solo_bump", 12.0),
        ("bump_and_pass", 9.0),
        ("set_and_spike_easy", 0.5),
        ("set_and_spike_hard", 0.5),
    ],
)
def test_tasks_are_scored_well_above_null_and_random(task: str, least: float):
    """RULES.md 7"""
    scores = {agent: [drill(task, agent, seed) for seed in UNSEEN[:3]] for agent in ("task", "null", "random")}
    assert np.mean(scores["task"]) >= least
    assert np.mean(scores["task"]) > 1.5 * max(np.mean(scores["null"]), np.mean(scores["random"]))


@pytest.mark.parametrize("level", ["ctbr", "skill"])
def test_the_scripted_agent_knows_its_task_at_every_level(level: str):
    assert drill("solo_bump", "task", 1_000, level=level) >= 12


@pytest.mark.parametrize(("court", "agents"), [("1v1", ("rally", "hover")), ("1v1", ("rally", "random"))])
def test_who_can_play_beats_who_cannot(court: str, agents: tuple[str, str]):
    for seed in UNSEEN[:2]:
        rallies = play(court, agents, seed)
        assert sum(rally.winner == "near" for rally in rallies) == 5
        assert not any(rally.winner == "far" for rally in rallies)


def test_the_team_beats_random():
    rallies = play("3v3", ("team", "random"), 1_000)
    assert sum(rally.winner == "near" for rally in rallies) >= 5
