"""Matches: set structure, frames, replay, actions good and bad (RULES.md 1, 3, 5, 6)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from arena.core.canonical import canonical
from arena.core.errors import GameUnavailable
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, TENSOR, TEXT, VIEW, Seat
from arena.testing import GAME_PROMISES, check_game
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.play import game as games
from arena_drone_volleyball.rules.rally import Verdict
from arena_drone_volleyball.rules.score import Score
from plugins.drone_volleyball.tests.courts import contest, game, same

HOVER = np.full(4, HOVER_COMMAND, dtype=np.float32)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("1v1", {"rallies": 2}),
        ("1v1", {"level": "ctbr", "chunk": 10, "dt": 0.002}),
        ("3v3", {"level": "skill", "rallies": 2}),
        ("3v3", {"level": "hcsp", "rallies": 1}),
        ("6v6", {"chunk": 10, "rallies": 1, "dt": 0.002}),
    ],
)
def test_every_court_and_level_keeps_the_contract_of_a_game(name: str, options) -> None:
    found = check_game(game(name, **options), seeds=(1,), max_steps=25)
    assert len(found) == len(GAME_PROMISES)


def test_points_are_won_by_two_and_rallies_are_limited():
    """RULES.md 3.5"""
    near, far = Verdict(0, ()), Verdict(1, ())
    score = Score(5, 15)
    for verdict in [near, far] * 4 + [near]:
        assert not score.over
        score.note(verdict)
    assert score.points == [5, 4]
    assert not score.over
    score.note(near)
    assert score.over
    short = Score(5, 2)
    short.note(near)
    short.note(Verdict(None, ()))
    assert short.over


def test_serve_alternates_and_both_sides_start_alike():
    """RULES.md 3.2"""
    made = contest("3v3", rallies=3)
    servers = []
    while not made.outcome():
        assert np.allclose(made.world.poses[:3, :2], -made.world.poses[3:, :2])
        servers.append(made.rally.serving_drone)
        made.world.ball[:] = (1.0, 0.0, 0.1)
        made.step({Seat(n): HOVER for n in range(6)})
    assert servers == [2, 5, 2]
    assert [seat.rank for seat in made.outcome()] == [4, 4, 4, 1, 1, 1]


def test_a_hit_and_a_rally_pay():
    """RULES.md 3.6"""
    made = contest()
    made.world.ball[:] = made.world.poses[0, :3] + (0.0, 0.0, 0.2)
    made.world.ball_velocity[2] = -3.0
    made.step({Seat(0): HOVER, Seat(1): HOVER})
    assert made.rewards() == {0: {"hit": 5.0}}
    made.world.ball[:] = (-1.0, 0.0, 0.1)
    made.step({Seat(0): HOVER, Seat(1): HOVER})
    assert made.rewards() == {0: {"rally": 100.0}, 1: {"rally": -100.0}}


def test_mirrored_actions_give_mirrored_play():
    """RULES.md 6.1: what side near sees when it serves, far sees when it does, bit for bit in what it is shown."""
    near, far = contest(), contest()
    far.rally.turn = far.rally.last = 1
    far.rally.server = far.rally._half = 1
    far.world.ball[:2] *= -1.0
    rng = np.random.default_rng(1)
    for _ in range(60):
        one, other = (rng.uniform(0.0, 0.5, 4).astype(np.float32) for _ in range(2))
        near.step({Seat(0): one, Seat(1): other})
        far.step({Seat(0): other, Seat(1): one})
        for seat in (0, 1):
            seen = near.observe(Seat(seat), frozenset({TENSOR}))[TENSOR]
            mirrored = far.observe(Seat(1 - seat), frozenset({TENSOR}))[TENSOR]
            assert np.allclose(seen, mirrored, atol=1e-6)


@pytest.mark.parametrize(("name", "size"), [("1v1", 37), ("3v3", 57), ("6v6", 78)])
def test_observations_have_the_published_sizes(name: str, size: int):
    """RULES.md 6.2"""
    made = contest(name)
    for seat in range(made.seats):
        assert made.observe(Seat(seat), frozenset({TENSOR}))[TENSOR].shape == (size,)
    (tensor,) = (field for field in game(name).spec.fields if field.name == TENSOR)
    assert tensor.help.count("[") == {"1v1": 12, "3v3": 14, "6v6": 14}[name]
    assert f":{size}]" in tensor.help


def test_the_tensor_says_what_its_layout_says():
    """RULES.md 6.1, 6.2"""
    made = contest()
    made.world.twists[1] = (1.0, 2.0, 3.0, 0.1, 0.2, 0.3)
    far = made.observe(Seat(1), frozenset({TENSOR}))[TENSOR]
    place = made.world.poses[1, :3] * (-1.0, -1.0, 1.0)
    ball = made.world.ball * (-1.0, -1.0, 1.0)
    assert np.allclose(far[:3], place)
    assert np.allclose(far[3:7], (1.0, 0.0, 0.0, 0.0), atol=1e-6)
    assert np.allclose(far[7:10], (-1.0, -2.0, 3.0))
    assert np.allclose(far[10:13], (0.1, 0.2, 0.3))
    assert np.allclose(far[23:26], place - (1.5, 0.0, 2.0))
    assert np.allclose(far[26:29], made.world.poses[0, :3] * (-1.0, -1.0, 1.0) - place, atol=1e-6)
    assert np.allclose(far[29:32], place - ball, atol=1e-6)
    assert far[35:].tolist() == [0.0, 1.0]


def test_text_and_view_tell_where_things_are():
    """RULES.md 6.3"""
    made = contest("3v3", level="skill")
    for viewer in (Seat(4), SPECTATOR, OMNISCIENT):
        seen = made.observe(viewer, frozenset({TEXT, VIEW}))
        assert "is to serve" in seen[TEXT]
        assert "comes down through 1.9 m" in seen[TEXT]
        assert json.loads(canonical(seen[VIEW]))["serving"] is True
    assert "You fly drone 4 of the far side" in made.observe(Seat(4), frozenset({TEXT}))[TEXT]


def test_a_match_is_bit_identical_when_it_is_played_again():
    """RULES.md 2.1"""
    rng = np.random.default_rng(5)
    rows = rng.uniform(-0.2, 0.6, (200, 2, 4)).astype(np.float32)
    one, other = contest(seed=7), contest(seed=7)
    for row in rows:
        for made in (one, other):
            if made.to_move():
                made.step({Seat(0): row[0], Seat(1): row[1]})
    assert same(one.world.data.qpos, other.world.data.qpos)
    assert canonical([e.data for e in one.events(SPECTATOR, 0)]) == canonical(
        [e.data for e in other.events(SPECTATOR, 0)]
    )


def test_nothing_loads_mujoco_before_a_match_begins():
    """RULES.md 1"""
    script = (
        "import sys\n"
        "from arena.cli.main import run\n"
        "assert run(['games', '--json']) == 0\n"
        "assert 'mujoco' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    offers = {offer["id"]: offer for offer in json.loads(done.stdout)["games"]}
    assert offers["drone_volleyball/6v6"]["available"]


def test_without_mujoco_the_game_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(games, "find_spec", lambda name: None)
    with pytest.raises(GameUnavailable, match=r"pip install 'mujoco>=4.0,<5'"):
        game()


def test_seeds_scatter_the_start():
    first, second = contest(seed=1), contest(seed=2)
    assert not np.allclose(first.world.poses, second.world.poses)
    assert np.abs(first.world.poses[:, :3] - first.court.anchors()).max() <= 0.1
    assert Seed.of(1) != Seed.of(2)


def test_every_section_of_the_rules_is_cited_by_a_test():
    root = Path(__file__).parent.parent
    sections = set(re.findall(r"^([1-9]\.\d) [A-Z`]", (root / "RULES.md").read_text(), re.MULTILINE))
    texts = [path.read_text() for path in (root / "tests").glob("test_*.py")]
    cited = {one for text in texts for found in re.findall(r"RULES\.md ([\d., ]+)", text) for one in found.split(", ")}
    assert sections <= {section.strip(" .") for section in cited}
