"""`arena train skills`: it learns, freezes what plays, goes on after a kill, and says what it cannot do."""

import json
from pathlib import Path

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.options import resolve
from arena.ledger import Ledger
from arena.loops.run import Asked, opened
from arena.plugin.registry import Registry
from arena_drone_volleyball.agents.network import Layer, Network
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.loops.course import Pilot, Shape
from arena_drone_volleyball.loops.fleet import CoursePlan, Fleet
from arena_drone_volleyball.loops.heads import Choice, Head, Normal
from arena_drone_volleyball.loops.learner import Learner, Tuning
from arena_drone_volleyball.loops.settings import SETTINGS
from arena_drone_volleyball.loops.shaping import FALL, SHAPINGS, Potential
from arena_drone_volleyball.loops.tasks import TaskCourse
from arena_drone_volleyball.physics.iris import HOVER_COMMAND

torch = pytest.importorskip("torch")
SMALL = {"environments": 32, "updates": 2, "every": 1, "deals": 2, "width": 8, "processes": 0, "batches": 2}

FAST = {"width": 16, "tuning": Tuning(rate=3e-3, divergence=0.05), "device": "cpu", "seed": 0}


class Killed(BaseException):
    """What a kill is to the code that runs."""


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        yield ledger


def train(
    ledger: Ledger, folder: Path, game: str, *, kill: int | None = None, referee: bool = True, **settings
) -> None:
    """Train, and be killed when the `kill`-th checkpoint is to be kept. Without `referee` checkpoints do not play."""
    registry = Registry()
    listing = registry.loop("skills", game)
    resolved = resolve(SETTINGS, {**SMALL, **settings})
    asked = Asked(loop="skills", game=registry.ref(game), settings=resolved, name=folder.name)
    with opened(asked, folder, ledger, lambda: registry.make_game(asked.game), workers=1, quiet=True) as run:
        keep, kept = run.keep, []

        def keeping(state):
            if len(kept) == kill:
                raise Killed
            kept.append(state)
            keep(state)

        run.keep = keeping
        if not referee:
            run.play, run.grounds.scores = lambda meetings: None, lambda member: [0.0, 1.0]
        listing.train(run)


def weights(folder: Path, version: str) -> dict[str, bytes]:
    with np.load(folder / "checkpoints" / version / "policy.npz") as arrays:
        return {name: arrays[name].tobytes() for name in arrays.files}


def hovering(size: int, spread: float) -> Pilot:
    """What holds a drone level and steers nothing, at level ctbr."""
    bias = np.array((0.0, 0.0, 0.0, HOVER_COMMAND), np.float32)
    layer = Layer(np.zeros((size, 4), np.float32), bias)
    return Pilot(Network([layer], np.zeros(size), np.ones(size), {}), np.full(4, spread, np.float32))


def test_a_killed_run_goes_on_to_the_same_weights_bit_for_bit(tmp_path, ledger):
    game = "drone_volleyball/solo_bump?level=ctbr"
    settings = {"updates": 6, "every": 2, "referee": False}
    train(ledger, tmp_path / "whole", game, **settings)
    with pytest.raises(Killed):
        train(ledger, tmp_path / "killed", game, kill=3, **settings)
    assert json.loads((tmp_path / "killed" / "state.json").read_text()) == 4
    train(ledger, tmp_path / "killed", game, **settings)
    for version in "0246":
        assert weights(tmp_path / "killed", version) == weights(tmp_path / "whole", version)
    assert weights(tmp_path / "whole", "6") != weights(tmp_path / "whole", "4")
    lines = {line.agent: line for line in ledger.checkpoints.all()}
    assert lines["killed-6"].parent == ("killed-4", "4")
    assert {line.frozen.stage for line in lines.values()} == {"skills"}


def test_in_1v1_a_strategy_comes_first_and_then_meets_those_before_it(tmp_path, ledger):
    game = "drone_volleyball/1v1?level=skill&points=1&rallies=2"
    train(ledger, tmp_path / "run", game, updates=2, strategy=1, steps=64, deals=1, draws=2)
    lines = {line.agent: line for line in ledger.checkpoints.all()}
    assert [lines[f"run-{n}"].frozen.stage for n in range(3)] == ["strategy", "strategy", "co-self-play"]
    met = {
        frozenset(standing.agent for standing in each.standings) for each in ledger.ladder_sets(ledger.games()[0].game)
    }
    assert frozenset({"run-2", "run-0"}) in met
    assert frozenset({"run-2", "drone_volleyball:rally"}) in met
    figures = [json.loads(line) for line in (tmp_path / "run" / "figures.jsonl").read_text().splitlines()]
    assert {"divergence", "entropy", "score/scripted"} <= {name for line in figures for name in line}


@pytest.mark.parametrize(
    ("game", "settings", "told"),
    [
        ("drone_volleyball/3v3", {}, "trained on 1v1 and the tasks"),
        ("drone_volleyball/1v1", {}, "add --option level=skill"),
        ("drone_volleyball/solo_bump?level=skill", {}, "at level prt or ctbr, not skill"),
        ("drone_volleyball/solo_bump", {"environments": 7, "processes": 2}, "cannot be shared by 2 processes"),
        ("drone_volleyball/solo_bump", {"environments": 1, "steps": 1}, "take more environments"),
    ],
)
def test_what_cannot_be_trained_is_told_in_a_sentence(tmp_path, ledger, game: str, settings, told: str):
    with pytest.raises(BadRequest, match=told):
        train(ledger, tmp_path / "run", game, **settings)


def test_another_plugin_s_game_is_refused():
    with pytest.raises(BadRequest, match="skills does not train on openspiel/kuhn_poker"):
        Registry().loop("skills", "openspiel/kuhn_poker")


def test_a_checkpoint_that_is_spoilt_is_told_in_a_sentence(tmp_path, ledger):
    game = "drone_volleyball/solo_bump?level=ctbr"
    train(ledger, tmp_path / "run", game, updates=1, referee=False)
    (tmp_path / "run" / "checkpoints" / "1" / "learner.pt").write_bytes(b"nothing")
    with pytest.raises(BadRequest, match="cannot be read; name another folder"):
        train(ledger, tmp_path / "run", game, updates=1, referee=False)


def test_a_task_s_checkpoints_have_scores_of_the_referee_beside_the_scripted_agent(tmp_path, ledger):
    train(ledger, tmp_path / "run", "drone_volleyball/hit_the_ball?level=ctbr", updates=1)
    lines = ledger.matches(limit=50)
    played = {seat.agent for line in lines for seat in line.seats}
    assert played == {"run-0", "run-1", "drone_volleyball:task"}
    assert len(lines) == 3 * SMALL["deals"]
    figures = [json.loads(line) for line in (tmp_path / "run" / "figures.jsonl").read_text().splitlines()]
    assert sum("score/referee" in line for line in figures) == 2


def test_the_step_that_begins_a_run_anew_is_not_learnt_from():
    course = TaskCourse("solo_bump", "ctbr", 16)
    course.deal((0,))
    shape = Shape(120, course.lanes, course.seen, 4)
    block = shape.block(shape.allocate())
    tally = course.collect(hovering(course.seen, -1.0), block)
    assert block.cut.any()
    assert (~block.heard[1:] == block.cut[:-1]).all()
    assert (block.rewards[~block.heard] == 0.0).all()
    assert 0 < tally.episodes < block.cut.sum()  # those that were dealt with their clocks running do not count


def test_processes_fly_each_its_own_courts_and_are_gone_afterwards():
    plan = CoursePlan("solo_bump", "ctbr", 4)
    with Fleet(plan, 2, 8) as fleet:
        fleet.deal((1, 2))
        fleet.start(hovering(32, -2.3))
        fleet.finish()
        one, other = (block.observations.copy() for block in fleet.blocks)
    with Fleet(plan, 0, 8) as alone:
        alone.deal((1, 2))
        alone.start(hovering(32, -2.3))
        alone.finish()
    assert one.tobytes() == alone.blocks[0].observations.tobytes()
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize("head", [Normal(2), Choice()])
def test_a_learner_finds_what_pays(head: Head):
    """Each view says which action is right: two numbers near its own, or the number of its greatest part."""
    learner = Learner(3, head, np.zeros(3 if head.name == "choice" else 2, np.float32), **FAST)
    shape, rng = Shape(1, 512, 3, head.size), np.random.default_rng(0)
    block, gained = shape.block(shape.allocate()), []
    block.heard[:], block.cut[:], block.ended[:] = True, True, True
    for update in range(22):
        pilot = learner.pilot({})
        seen = block.observations[0] = rng.normal(size=(512, 3)).astype(np.float32)
        block.actions[0], block.chances[0] = head.draw(pilot.network(seen), pilot.spread, rng)
        if head.name == "choice":
            block.rewards[0] = block.actions[0, :, 0] == seen.argmax(axis=1)
        else:
            block.rewards[0] = -np.abs(block.actions[0] - seen[:, :2]).sum(axis=1)
        learner.learn([block], (0, update))
        gained.append(block.rewards.mean())
    best = 1.0 if head.name == "choice" else 0.0
    assert best - gained[-1] < 0.5 * (best - gained[0])


@pytest.mark.parametrize("game", [game for game, shaping in SHAPINGS.items() if issubclass(shaping, Potential)])
def test_what_a_potential_pays_in_a_run_adds_up_to_nothing_but_falls(game: str):
    """Else there would be a better way to earn than by the score."""
    volley, rng = Volleyball(game, 64, level="ctbr", seed=5), np.random.default_rng(6)
    shaping = SHAPINGS[game](volley)
    paid, begun, playing = np.zeros(64), None, np.ones(64, bool)
    while playing.any():
        shaping.before()
        begun = shaping.worth().copy() if begun is None else begun
        flown = 0.1 * rng.standard_normal((64, volley.seats, 4)) + (0.0, 0.0, 0.0, HOVER_COMMAND)
        _, _, ended, late, _ = volley.step(np.clip(flown, -1.0, 1.0))
        gained = shaping.after(ended | late) + FALL * shaping.fallen()
        assert (gained == gained[0]).all()
        paid += np.where(playing, gained[0], 0.0)
        playing &= ~(ended | late)
    np.testing.assert_allclose(paid, -begun, atol=1e-3)
