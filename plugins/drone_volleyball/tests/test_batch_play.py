"""What agents see, how they are steered and how their rallies go: the same in the batch as before the referee."""

import numpy as np
import pytest

from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import TENSOR, Seat
from arena_drone_volleyball.batch import skills
from arena_drone_volleyball.batch.steering import Own, steer
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.control import attitude
from arena_drone_volleyball.control.skills import Order, fly
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.play.exercise import Exercise
from arena_drone_volleyball.play.game import DRILL_OPTIONS, DrillGame
from arena_drone_volleyball.rules.court import COURTS
from arena_drone_volleyball.rules.drills import DRILLS, Drill
from arena_drone_volleyball.rules.faults import FAULTS
from plugins.drone_volleyball.tests.batched import apart, both, copy, observed, one_of, scripted_rallies
from plugins.drone_volleyball.tests.courts import contest
from plugins.drone_volleyball.tests.playing import play


@pytest.mark.parametrize("name", COURTS)
def test_observations_are_the_same_until_the_first_touch(name: str):
    """RULES.md 6.1, 6.2"""
    volley, contests = both(name, 8)
    rng = np.random.default_rng(2)
    assert np.allclose(volley._observations, observed(contests), atol=2e-6)
    for _ in range(20):
        actions = (HOVER_COMMAND + rng.uniform(-0.3, 0.3, (8, volley.seats, 4))).astype(np.float32)
        seen, *_ = volley.step(actions)
        for made, row in zip(contests, actions, strict=True):
            made.step({Seat(seat): each for seat, each in enumerate(row)})
    assert not any(event.kind == "hit" for made in contests for event in made.events(Seat(0), 0))
    assert np.abs(seen - observed(contests)).max() < 0.004


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_tasks_look_the_same_until_the_first_touch(drill: type[Drill]):
    """RULES.md 7.7: and the defender waits alike."""
    volley = Volleyball(drill.name, 4)
    volley.reset()
    level = DrillGame(drill, resolve(DRILL_OPTIONS, {})).level
    runs = [Exercise(drill(), level, Seed.of(seed), step=0.001) for seed in range(4)]
    copy(volley.bodies, [run.world for run in runs])
    rng, want = np.random.default_rng(9), frozenset({TENSOR})
    volley._see()
    for _ in range(20):
        actions = (HOVER_COMMAND + rng.uniform(-0.3, 0.3, (4, volley.seats, 4))).astype(np.float32)
        seen, *_ = volley.step(actions)
        for run, row in zip(runs, actions, strict=True):
            run.step({Seat(seat): each for seat, each in enumerate(row)})
    shown = [[run.observe(Seat(seat), want)[TENSOR] for seat in range(run.seats)] for run in runs]
    assert np.abs(seen - np.array(shown)).max() < 0.004
    assert apart(volley.bodies, [run.world for run in runs]).position.max() < 0.002


@pytest.mark.parametrize("level", ["ctbr", "skill", "hcsp"])
def test_a_serve_at_every_level_begins_with_the_same_touch(level: str):
    """RULES.md 5.2, 5.4, 5.7"""
    volley, contests = both("3v3", 8, level=level)
    order = {"skill": "serve", "target": [-4.0, 0.0, 1.9], "flight": 1.6}
    spoken = {
        "ctbr": (np.array((0.05, -0.05, 0.0, HOVER_COMMAND), np.float32),) * 6,
        "skill": [order if seat == 2 else {"skill": "hover"} for seat in range(6)],
        "hcsp": [2, 3, 3, 2, 3, 5],
    }[level]
    serve = [skills.SKILLS.index("serve"), -4.0, 0.0, 1.9, 1.6]
    rows = [serve if seat == 2 else [0.0] * 5 for seat in range(6)] if level == "skill" else spoken
    actions = np.array([rows] * 8)
    for made in contests:
        while not any(event.kind in {"hit", "rally"} for event in made.events(Seat(0), 0)):
            made.step({seat: made.check(seat, spoken[seat]) for seat in made.to_move()})
    steps = np.array([event.data.get("step", 0) for made in contests for event in made.events(Seat(0), 0)[1:2]])
    for step in range(1, steps.max() + 2):
        volley.step(actions)
        begun = volley.bodies.touched[2]
        assert (np.abs(steps[begun] - step) <= 1).all()
    assert (volley.rules.hits >= 1).all()
    moving = np.array([made.world.ball_velocity for made in contests])
    assert (moving[:, 2] > 1.0).all() or level == "ctbr"


def test_orders_are_asked_for_when_the_ball_has_left_the_racket():
    """RULES.md 5.4"""
    volley, contests = both("1v1", 4, level="skill")
    orders = [{"skill": "serve", "target": [-1.5, 0.0, 1.9], "flight": 1.05}, {"skill": "hover"}]
    serve = [skills.SKILLS.index("serve"), -1.5, 0.0, 1.9, 1.05]
    actions, asked = np.array([[serve, [0.0] * 5]] * 4), np.zeros(4, int)
    for made in contests:
        made.step(dict(enumerate(made.check(seat, order) for seat, order in enumerate(orders))))
    for step in range(1, 80):
        *_, infos = volley.step(actions)
        new = infos["decide"] & (asked == 0)
        assert (volley.bodies.ball_velocity[2, new] > 0.0).all()
        assert not volley.bodies.touching[:, new].any()
        asked[new] = step
    assert np.abs(asked - [made.rally.steps for made in contests]).max() <= 1


def test_scripted_rallies_are_as_long_as_the_referees():
    """RULES.md 3.3: the same agent, observation by observation."""
    judged = [rally.hits for seed in range(2) for rally in play("1v1", ("rally", "rally"), seed, rallies=1)]
    batch = scripted_rallies(4, seed=1)
    assert np.mean(batch) == pytest.approx(np.mean(judged), rel=0.1)


@pytest.mark.parametrize("name", ["1v1", "3v3"])
def test_rallies_of_drawn_actions_end_alike(name: str):
    """RULES.md 4: as many hits, as long, and by the same faults, though no two rallies are the same."""
    rng, rallies = np.random.default_rng(10), 96
    judged, batch = Endings(), Endings()
    made = contest(name, 11, points=25, rallies=rallies)
    while made.to_move():
        made.step(dict(enumerate(drawn(rng, 1, made.seats)[0])))
    for event in made.events(Seat(0), 0):
        if event.kind == "rally":
            judged.add(event.data["steps"], event.data["hits"], str(event.data["reason"]).split(", "))
    volley = Volleyball(name, 512)
    volley.reset(seed=12)
    for _ in range(300):
        _, _, ended, late, infos = volley.step(drawn(rng, 512, volley.seats))
        for court in np.flatnonzero(ended | late):
            rows = np.flatnonzero(infos["faults"][:, :, court].any(axis=1))
            batch.add(volley.rules.steps[court], volley.rules.hits[court], [FAULTS[row].name for row in rows])
    assert np.mean(batch.steps) == pytest.approx(np.mean(judged.steps), rel=0.06)
    assert np.mean(batch.hits) == pytest.approx(np.mean(judged.hits), abs=0.15)
    for fault in FAULTS:
        assert batch.share(fault.name) == pytest.approx(judged.share(fault.name), abs=0.15), fault.name


def drawn(rng: np.random.Generator, courts: int, seats: int) -> np.ndarray:
    """Actions that keep drones in the air for a while."""
    return (HOVER_COMMAND + rng.uniform(-0.3, 0.3, (courts, seats, 4))).astype(np.float32)


class Endings:
    """How rallies ended."""

    def __init__(self) -> None:
        self.steps, self.hits, self.faults = [], [], []

    def add(self, steps, hits, faults: list[str]) -> None:
        self.steps.append(int(steps))
        self.hits.append(int(hits))
        self.faults.append(faults)

    def share(self, fault: str) -> float:
        return sum(fault in faults for faults in self.faults) / len(self.faults)


def own(rng: np.random.Generator, courts: int) -> Own:
    """Drones in any state that a rally knows, and balls above them."""
    shape = (1, courts)
    quaternion = rng.normal(0.0, 0.3, (4, *shape))
    quaternion[0] = 1.0
    quaternion /= np.linalg.norm(quaternion, axis=0)
    position, ball = rng.uniform(-1.0, 1.0, (3, *shape)) + _up(2.0), rng.uniform(-1.5, 1.5, (3, *shape)) + _up(3.5)
    velocity, rates = rng.uniform(-2.0, 2.0, (2, 3, *shape))
    throttle, moving = rng.uniform(0.2, 1.0, (4, *shape)), rng.uniform(-4.0, 4.0, (3, *shape))
    return Own(*(a.astype(np.float32) for a in (position, quaternion, velocity, rates, throttle, ball, moving)))


def _up(height: float) -> np.ndarray:
    return np.array((0.0, 0.0, height))[:, None, None]


@pytest.mark.parametrize("skill", skills.SKILLS)
def test_orders_are_flown_by_the_same_controllers(skill):
    """RULES.md 5.4"""
    rng, courts = np.random.default_rng(5), 400
    states = own(rng, courts)
    target = (rng.uniform(-3.0, 3.0, (3, 1, courts)) + _up(2.0)).astype(np.float32)
    flight = rng.uniform(0.8, 2.0, (1, courts)).astype(np.float32)
    orders = skills.Orders(np.full((1, courts), skills.SKILLS.index(skill), np.int8), target, flight)
    given = steer(states.rates, states.throttle, skills.fly(orders, states))
    wanted = []
    for court in range(courts):
        body, ball = one_of(states, 0, court)
        order = Order(skill, tuple(map(float, target[:, 0, court])), float(flight[0, court]))
        wanted.append(attitude.steer(body, fly(order, body, ball)))
    off = np.abs(given[:, 0] - np.array(wanted).T).max(axis=0)
    assert np.quantile(off, 0.98) < 1e-3  # the rest stand where a case of the controllers ends, to the last bit
