"""Learned skills of 1v1: an order reaches the network, frozen it stays as it is, and a checkpoint has all it needs."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from arena.core.agent import Clock, Observation
from arena.core.errors import BadOption, BadRequest
from arena.core.options import resolve
from arena.core.values import TENSOR
from arena.ledger import Ledger
from arena.loops.run import Asked, opened
from arena.plugin.registry import Registry
from arena_drone_volleyball.agents.goals import GOAL_SIZE, goals
from arena_drone_volleyball.agents.menu import CHOICES, MENUS
from arena_drone_volleyball.agents.network import Floats, Layer, Network
from arena_drone_volleyball.agents.policy import Apprentice, Commander
from arena_drone_volleyball.agents.strategy import SCRIPTED, Strategy, choices, hands, load_skills, skill_folder
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.loops.course import Pilot
from arena_drone_volleyball.loops.fleet import CoursePlan, Fleet
from arena_drone_volleyball.loops.flown import FlownCourse
from arena_drone_volleyball.loops.orders import carried_out
from arena_drone_volleyball.loops.practice import PracticeCourse
from arena_drone_volleyball.loops.settings import SETTINGS, Settings
from arena_drone_volleyball.loops.trainer import Trainer
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.play.game import OPTIONS
from plugins.drone_volleyball.tests.courts import game
from plugins.drone_volleyball.tests.playing import AGENTS, play, seat_of
from plugins.drone_volleyball.tests.test_policy import agent, made
from plugins.drone_volleyball.tests.test_training import SMALL, train

SERVES = {"game": "1v1", "level": "prt", "head": "normal", "skill": "serve"}
ORDERS = {"game": "1v1", "level": "prt", "head": "choice"}
GAME = "drone_volleyball/1v1?level=prt&points=1&rallies=1"


def always(choice: int, count: int) -> Network:
    """A strategy that makes one choice."""
    bias = np.where(np.arange(count) == choice, 50.0, 0.0).astype(np.float32)
    return Network(
        [Layer(np.zeros((37, count), np.float32), bias)], np.zeros(37, np.float32), np.ones(37, np.float32), ORDERS
    )


def learned(skill: str = "serve") -> Network:
    return made(GOAL_SIZE, 4, {**SERVES, "skill": skill})


def first_view() -> Floats:
    """The near drone's, which is to serve."""
    return Volleyball("1v1", 1).reset(seed=1)[0][0, 0].copy()


def test_a_choice_is_an_order_in_one_of_the_hands():
    skills = [learned("receive"), learned(), learned("receive")]
    assert hands(skills).tolist() == [[SCRIPTED, 1, 1], [SCRIPTED, 0, 2], [SCRIPTED, SCRIPTED, SCRIPTED]]
    assert choices(skills) == 3 * CHOICES


def test_without_controllers_they_have_only_what_nobody_has_learned():
    assert hands([learned()], controllers=False).tolist() == [[0], [SCRIPTED], [SCRIPTED]]
    assert choices([learned()], controllers=False) == CHOICES


def test_on_the_courts_an_order_to_a_learned_skill_is_flown_by_its_network(monkeypatch):
    skill, chosen = learned(), CHOICES + 5
    course = FlownCourse("prt", 8, [skill])
    flown, step = [], course.volley.step

    def noted(actions):
        flown.append((actions.copy(), course.volley._observations.copy()))
        return step(actions)

    monkeypatch.setattr(course.volley, "step", noted)
    block = course.shapes(3)[0].block(course.shapes(3)[0].allocate())
    course.deal((0,))
    course.collect(Pilot(always(chosen, choices([skill])), np.zeros(1, np.float32)), block)
    order = MENUS[0][5]
    serving = np.flatnonzero(flown[0][1][:, 0, 35] > 0.5)
    assert 0 < len(serving) < 8
    for actions, seen in flown:
        target = np.tile(np.array(order.target, np.float32), (len(serving), 1))
        wanted = skill(goals(seen[serving, 0], target, np.full(len(serving), order.flight, np.float32)))
        np.testing.assert_array_equal(actions[serving, 0], np.clip(wanted, -1.0, 1.0))


@pytest.mark.parametrize("controllers", [True, False])
def test_on_the_server_it_flies_by_the_same_numbers(tmp_path, controllers: bool):
    skill, view, order = learned(), first_view(), MENUS[0][5]
    count = choices([skill], controllers=controllers)
    strategy = always(count - CHOICES + 5, count).telling({"controllers": controllers})
    Strategy(strategy, (skill,)).save(tmp_path)
    court = game(level="prt")
    plays = agent(tmp_path)(seat_of(court, 0))
    assert isinstance(plays, Commander)
    flown = plays.act(Observation(0, {TENSOR: view}), court.levels[0].legal(), Clock(1.0, 1.0))
    target, flight = (np.array([part], np.float32) for part in (order.target, order.flight))
    np.testing.assert_array_equal(flown, np.clip(skill(goals(view[None], target, flight))[0], -1.0, 1.0))


def test_an_apprentice_is_flown_by_its_skill_where_it_has_learned_and_by_the_controllers_elsewhere(tmp_path):
    learned("receive").save(tmp_path)
    court, view = game(level="prt"), first_view()
    plays = agent(tmp_path)(seat_of(court, 0))
    assert isinstance(plays, Apprentice)
    scripted = Network([Layer(np.zeros((33, 4), np.float32), np.zeros(4, np.float32))], np.zeros(33), np.ones(33), {})
    plays.strategy.skills[0].layers = scripted.layers
    legal = court.levels[0].legal()
    assert np.abs(plays.act(Observation(0, {TENSOR: view}), legal, Clock(1.0, 1.0))).max() > 0.0
    view[32] = 1.0  # the ball moves, and it is its turn: a strike
    np.testing.assert_array_equal(plays.act(Observation(1, {TENSOR: view}), legal, Clock(1.0, 1.0)), np.zeros(4))


def practised(skill: str, *, scripted: bool) -> float:
    """How exact the hits are that the controllers make in place of a learner, or one that hovers."""
    course = PracticeCourse(skill, "prt", 32)
    course.deal((0,))
    for _ in range(60 if skill == "serve" else 100):
        flown = carried_out(course._orders, course.volley.own, "prt")[course._lane, course._own]
        course._play(flown if scripted else np.full_like(flown, HOVER_COMMAND))
    assert course.tally.episodes >= 32
    return course.tally.mean


def test_practice_counts_how_near_to_the_target_the_ball_will_be():
    assert practised("serve", scripted=True) > 0.5
    assert practised("serve", scripted=False) < 0.3
    assert practised("receive", scripted=True) > 2.0 * practised("receive", scripted=False)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("missing", "there is no"),
        ("another", "is not the skill that"),
        ("layout", "sees 32 numbers and flies by 4, where a skill has 33 and 4"),
        ("level", "carries out no orders of 1v1 at level prt: it is of 1v1 at level ctbr"),
    ],
)
def test_a_checkpoint_whose_skill_does_not_fit_is_refused_in_a_sentence(tmp_path, harm: str, told: str):
    skill = learned()
    if harm == "layout":
        skill = made(32, 4, SERVES)
    if harm == "level":
        skill = made(GOAL_SIZE, 4, {**SERVES, "level": "ctbr"})
    Strategy(always(0, 2 * CHOICES), (skill,)).save(tmp_path)
    if harm == "missing":
        shutil.rmtree(skill_folder(tmp_path, 0))
    if harm == "another":
        skill.layers[0].bias[0] += 1.0
        skill.save(skill_folder(tmp_path, 0))
    with pytest.raises(BadOption, match=told):
        agent(tmp_path)


def test_a_task_s_checkpoint_is_no_skill_of_1v1(tmp_path):
    made(32, 4, {"game": "solo_bump", "level": "prt", "head": "normal"}).save(tmp_path)
    with pytest.raises(BadOption, match="it is of solo_bump at level prt"):
        load_skills([tmp_path], "prt")


@pytest.mark.parametrize(
    ("game", "settings", "told"),
    [
        ("drone_volleyball/1v1", {"practice": "serve", "skills": "somewhere"}, "practises one skill"),
        ("drone_volleyball/1v1", {"skills": "nowhere"}, "there is no 'nowhere/policy.npz'"),
        ("drone_volleyball/1v1?level=skill", {"practice": "serve"}, "practice is for 1v1 at level prt or ctbr"),
        ("drone_volleyball/solo_bump", {"skills": "x"}, "not for solo_bump at level prt"),
    ],
)
def test_what_cannot_be_learned_or_ordered_is_told(tmp_path, game: str, settings, told: str):
    pytest.importorskip("torch")
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger, pytest.raises(BadRequest, match=told):
        train(ledger, tmp_path / "run", game, **settings)


@contextmanager
def training(folder: Path, ledger: Ledger, skills: Sequence[Network]) -> Iterator[Trainer]:
    """A trainer over these skills, in a run."""
    registry = Registry()
    asked = Asked(
        loop="skills", game=registry.ref(GAME), settings=resolve(SETTINGS, {**SMALL, "steps": 128}), name=folder.name
    )
    with opened(asked, folder, ledger, lambda: registry.make_game(asked.game), workers=1, quiet=True) as run:
        settings = Settings.of(run.settings, rallies=True)
        with Fleet(CoursePlan("1v1", "prt", settings.environments, skills=tuple(skills)), 0, settings.steps) as fleet:
            yield Trainer(run, settings, fleet)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """Checkpoints of a strategy over a learned skill: 1 over it frozen, 2 with it trained along; `again` of a run that
    went on from 1."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("trained")
    with Ledger.open(f"sqlite:///{folder}/arena.db") as ledger:
        with training(folder / "whole", ledger, [learned()]) as trainer:
            trainer.update(0, 1)
            trainer.write(1)
            against = [None, trainer.strategy(1)]
            trainer.update(1, 2, against, joint=True)
            trainer.write(2)
        shutil.copytree(folder / "whole/checkpoints/1", folder / "again/checkpoints/1")
        kept = Strategy.load(folder / "again/checkpoints/1")
        with training(folder / "again", ledger, kept.skills) as trainer:
            trainer.read(1)
            trainer.update(1, 2, against, joint=True)
            trainer.write(2)
    return folder


def weights(folder: Path) -> list[bytes]:
    loaded = Strategy.load(folder)
    return [part.tobytes() for each in (loaded.network, *loaded.skills) for layer in each.layers for part in layer]


def test_frozen_skills_do_not_change_under_a_strategy_and_do_in_co_self_play(trained: Path):
    frozen, tuned = (Strategy.load(trained / "whole/checkpoints" / version) for version in "12")
    assert frozen.skills[0].digest == learned().digest != tuned.skills[0].digest
    np.testing.assert_array_equal(tuned.skills[0].mean, learned().mean)
    seen = np.random.default_rng(1).normal(size=(50, GOAL_SIZE)).astype(np.float32)
    np.testing.assert_allclose(tuned.skills[0](seen), learned()(seen), atol=0.05)  # it goes on from what it was


def test_joint_training_goes_on_after_a_kill_to_the_same_weights_bit_for_bit(trained: Path):
    assert weights(trained / "again/checkpoints/2") == weights(trained / "whole/checkpoints/2")
    assert weights(trained / "whole/checkpoints/1") != weights(trained / "whole/checkpoints/2")


def test_a_checkpoint_plays_wherever_its_folder_is_copied(trained: Path, tmp_path, monkeypatch):
    shutil.copytree(trained / "whole/checkpoints/2", tmp_path / "elsewhere")
    factory = agent(tmp_path / "elsewhere")
    assert factory.entry("drone_volleyball/1v1", resolve(OPTIONS, {"level": "prt"})) is None
    monkeypatch.setitem(AGENTS, "copied", factory)
    assert play("1v1", ("copied", "rally"), 0, level="prt", points=1, rallies=1)


def test_a_strategy_descends_from_the_skill_that_it_orders(tmp_path):
    pytest.importorskip("torch")
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        train(ledger, tmp_path / "serve", GAME, practice="serve", updates=1, referee=False)
        skills = load_skills([tmp_path / "serve/checkpoints/1"], "prt")
        with training(tmp_path / "strategy", ledger, skills) as trainer:
            origin = trainer.origin()
            digest = trainer.skills_digest
        with training(tmp_path / "unknown", ledger, [learned()]) as trainer:
            assert trainer.origin() is None
            assert trainer.skills_digest != digest
    assert origin is not None
    assert (origin.agent, origin.version) == ("serve-1", "1")
