"""The interface of the batch engine, and that it stays out of matches."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from arena.core.errors import BadRequest, IllegalAction, MalformedAction
from arena.core.game import Game
from arena.core.options import resolve
from arena_drone_volleyball.batch.commands import Preset
from arena_drone_volleyball.batch.skills import SKILLS
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.play.game import listings
from arena_drone_volleyball.rules.drills import DRILLS
from arena_drone_volleyball.rules.faults import FAULTS

TRAINING = {"batch", "loops"}
PLUGIN = Path(__file__).parent.parent / "arena_drone_volleyball"
SIZES = {"1v1": (2, 37), "3v3": (6, 57), "6v6": (12, 78), "back_and_forth": (1, 26), "hit_the_ball": (1, 32)}
SIZES |= {"solo_bump": (1, 32), "bump_and_pass": (2, 40), "set_and_spike_easy": (2, 40), "set_and_spike_hard": (2, 40)}


def hover(volley: Volleyball) -> np.ndarray:
    return np.full((volley.num_envs, volley.seats, 4), HOVER_COMMAND, np.float32)


def drawn(volley: Volleyball, rng: np.random.Generator) -> np.ndarray:
    return np.clip(hover(volley) + rng.uniform(-0.3, 0.3, hover(volley).shape), -1.0, 1.0).astype(np.float32)


@pytest.mark.parametrize("name", SIZES)
def test_every_game_has_its_published_observations(name: str):
    """RULES.md 6.2, 7.7"""
    volley = Volleyball(name, 3)
    seats, size = SIZES[name]
    seen, _ = volley.reset()
    assert (seen.shape, seen.dtype, volley.observation_shape) == ((3, seats, size), np.float32, (size,))
    after, rewards, ended, late, _ = volley.step(hover(volley))
    assert (after.shape, rewards.shape, ended.shape, late.shape) == (seen.shape, (3, seats), (3,), (3,))
    assert rewards.dtype == np.float32
    assert set(SIZES) >= {drill.name for drill in DRILLS}


def test_the_same_seed_and_actions_give_the_same_bits():
    runs = []
    for _ in range(2):
        volley, rng = Volleyball("3v3", 40), np.random.default_rng(1)
        seen = [volley.reset(seed=3)[0].tobytes()]
        for _ in range(150):
            observations, rewards, *_ = volley.step(drawn(volley, rng))
            seen += [observations.tobytes(), rewards.tobytes()]
        runs.append(seen)
    assert runs[0] == runs[1]
    assert volley.reset(seed=3)[0].tobytes() == runs[0][0]
    assert volley.reset()[0].tobytes() != runs[0][0]
    assert volley.reset(seed=4)[0].tobytes() != runs[0][0]


@pytest.mark.parametrize("name", ["1v1", "solo_bump"])
def test_the_step_after_an_end_begins_the_next_episode(name: str):
    volley, rng = Volleyball(name, 64), np.random.default_rng(2)
    volley.reset()
    before, episodes = np.zeros(64, bool), 0
    for _ in range(150):
        servers = None if name == "solo_bump" else volley.rules.server.copy()
        _, rewards, ended, late, infos = volley.step(drawn(volley, rng))
        assert not (ended | late)[before].any()
        assert (rewards[before] == 0.0).all()
        assert infos["decide"][before | ended].all()
        if servers is not None:
            assert ((volley.rules.server != servers) == before).all()
            assert (infos["faults"].any(axis=(0, 1)) == ended)[~before].all()
            assert (rewards[ended].sum(axis=1) == 0.0).all()
        assert np.abs(volley.bodies.velocity[:, :, before]).sum() == 0.0
        before, episodes = ended | late, episodes + ended.sum()
    assert episodes >= 64


def test_time_truncates_and_nobody_is_at_fault():
    """RULES.md 3.4"""
    volley = Volleyball("back_and_forth", 4)
    volley.reset()
    for step in range(800):
        _, _, ended, late, _ = volley.step(hover(volley))
        assert not ended.any()
        assert late.all() == (step == 799)


def test_a_court_that_loses_its_footing_disturbs_no_other():
    one, other = Volleyball("3v3", 3), Volleyball("3v3", 3)
    for volley in (one, other):
        volley.reset(seed=1)
    one.bodies.velocity[0, 2, 1] = np.nan
    for step in range(20):
        mine, *_, late, infos = one.step(hover(one))
        theirs, *_ = other.step(hover(other))
        assert np.isfinite(mine).all()
        assert mine[[0, 2]].tobytes() == theirs[[0, 2]].tobytes()
        assert late.tolist() == infos["lost"].tolist() == [False, step == 0, False]


def test_orders_hold_until_something_happens():
    """RULES.md 5.4: what is ordered in between is not heard."""
    one, other = (Volleyball("1v1", 8, level="skill") for _ in range(2))
    serve = np.tile((SKILLS.index("serve"), -1.5, 0.0, 1.9, 1.05), (8, 2, 1))
    away = np.tile((SKILLS.index("goto"), 2.5, 1.0, 1.0, 0.0), (8, 2, 1))
    for volley in (one, other):
        volley.reset(seed=1)
        volley.step(away)
    one.reset(seed=2)
    due, passed = other.reset(seed=2)[1]["decide"], 0
    assert due.all()
    while passed < 80:
        mine, *_, infos = one.step(serve)
        if infos["decide"].any():
            break
        theirs, *_ = other.step(serve if due.all() else away)
        assert mine.tobytes() == theirs.tobytes()
        due, passed = infos["decide"], passed + 1
    assert 10 < passed < 80
    assert (one.rules.hits[infos["decide"]] == 1).all()


def test_hcsp_is_a_choice_of_three_four_and_six():
    """RULES.md 5.7"""
    volley, rng = Volleyball("3v3", 32, level="hcsp"), np.random.default_rng(3)
    volley.reset()
    assert Preset.choices == (3, 4, 6)
    for _ in range(80):
        volley.step(np.stack([rng.integers(0, most, 32) for most in Preset.choices * 2], axis=1))
    assert volley.rules.hits.max() >= 1
    with pytest.raises(IllegalAction, match=r"\(3, 4, 6\)"):
        volley.step(np.full((32, 6), 5))


@pytest.mark.parametrize(
    ("level", "change", "told"),
    [
        ("prt", lambda a: a * np.nan, "from -1 to 1"),
        ("prt", lambda a: a + np.inf, "from -1 to 1"),
        ("prt", lambda a: a * 0.0 + 1.01, "from -1 to 1"),
        ("ctbr", lambda a: a[:, :1], r"of shape \(2, 2, 4\), not \(2, 1, 4\)"),
        ("prt", lambda a: a[0], r"of shape \(2, 2, 4\)"),
        ("skill", lambda a: a, r"of shape \(2, 2, 5\)"),
        ("skill", lambda a: np.full((2, 2, 5), 7.0), "from 0 to 6"),
        ("skill", lambda a: np.full((2, 2, 5), 4.0), "within 3 and 1.5 m"),
        ("skill", lambda a: np.full((2, 2, 5), (4.0, 1.0, 1.0, 1.0, 9.0)), "0.3 to 3 s"),
    ],
)
def test_bad_actions_are_refused_with_the_bound_and_nothing_moves(level: str, change, told: str):
    """RULES.md 5.1, 5.5"""
    volley = Volleyball("1v1", 2, level=level)
    seen = volley.reset()[0].tobytes()
    with pytest.raises((MalformedAction, IllegalAction), match=told):
        volley.step(change(hover(volley)))
    volley._see()
    assert volley._observations.tobytes() == seen


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"game": "2v2"}, "there is 1v1, 3v3, 6v6, back_and_forth"),
        ({"level": "hcsp"}, "for 3v3"),
        ({"level": "thrust"}, "prt, ctbr, skill"),
        ({"courts": 0}, "at least 1 court"),
        ({"substeps": 1}, "4 to 40 substeps"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(wanted, told: str):
    with pytest.raises(BadRequest, match=told):
        Volleyball(**{"courts": 2, **wanted})


def test_no_match_is_ever_played_on_it():
    """What plays matches may not import the batch or the loops that train on it, at any moment, and nothing in the
    batch is a game. The plugin itself names its loop, which imports the batch when it is run."""
    outside = [path for path in PLUGIN.rglob("*.py") if not TRAINING & set(path.relative_to(PLUGIN).parts)]
    for path in outside:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            allowed = {"arena_drone_volleyball.loops"} if path.name == "plugin.py" else set()
            assert not any(TRAINING & set(name.split(".")) for name in set(names) - allowed), path
    assert len(outside) > 20
    script = "import sys, arena_drone_volleyball.plugin\nassert not any('.batch' in name for name in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert not issubclass(Volleyball, Game)
    for listing in listings():
        assert ".batch." not in type(listing.make(resolve(listing.options, {}))).__module__


def test_the_example_of_the_readme_trains(capsys: pytest.CaptureFixture[str]):
    (code,) = re.findall(r"^```python\n(.*?)^```$", (PLUGIN.parent / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    shown = "train(courts=1024, iterations=55)"
    assert shown in code
    exec(compile(code.replace(shown, "train(courts=40, iterations=2)"), "README.md", "exec"), {})
    assert "1: mean score" in capsys.readouterr().out


def test_training_needs_no_mujoco():
    script = (
        "import sys\n"
        "from arena_drone_volleyball.batch import Volleyball\n"
        "for game in ('6v6', 'set_and_spike_hard'):\n"
        "    Volleyball(game, 2).reset()\n"
        "assert 'mujoco' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_row_of_the_fault_table_is_named_in_infos():
    volley = Volleyball("1v1", 2)
    volley.reset()
    volley.bodies.ball[:, 0] = (1.0, 0.0, 0.1)
    _, rewards, ended, _, infos = volley.step(hover(volley))
    assert ended.tolist() == [True, False]
    assert [FAULTS[row].name for row in np.flatnonzero(infos["faults"][:, 0, 0])] == ["ball down"]
    assert rewards.tolist() == [[-100.0, 100.0], [0.0, 0.0]]
