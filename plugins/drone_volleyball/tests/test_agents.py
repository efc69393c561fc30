"""What the agents that come along can do. Figures at full size: `make bench-volley`."""

import numpy as np
import pytest

from plugins.drone_volleyball.tests.playing import play

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


@pytest.mark.parametrize("court", ["3v3", "6v6"])
def test_the_team_returns_serves(court: str):
    rallies = play(court, ("team", "team"), 1_000, rallies=10)
    assert sum(rally.legal_serve for rally in rallies) >= 8
    assert sum(rally.returned for rally in rallies) >= 5


@pytest.mark.parametrize(("court", "agents"), [("1v1", ("rally", "hover")), ("1v1", ("rally", "random"))])
def test_who_can_play_beats_who_cannot(court: str, agents: tuple[str, str]):
    for seed in UNSEEN[:2]:
        rallies = play(court, agents, seed)
        assert sum(rally.winner == "near" for rally in rallies) == 5
        assert not any(rally.winner == "far" for rally in rallies)


def test_the_team_beats_random():
    rallies = play("3v3", ("team", "random"), 1_000)
    assert sum(rally.winner == "near" for rally in rallies) >= 5
