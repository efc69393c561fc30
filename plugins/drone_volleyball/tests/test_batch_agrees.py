"""How closely the batch engine follows the referee: the tolerances of README.md, each from the same state in both."""

from types import SimpleNamespace

import numpy as np
import pytest

from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import TENSOR, Seat
from arena_drone_volleyball.batch import exercises, faults, striking
from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.rallies import Rallies
from arena_drone_volleyball.batch.steering import Own, steer
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.batch.wash import Wash
from arena_drone_volleyball.control import attitude
from arena_drone_volleyball.control.skills import Order, fly
from arena_drone_volleyball.physics.downwash import downwash
from arena_drone_volleyball.physics.iris import GRAVITY, HOVER_COMMAND
from arena_drone_volleyball.physics.scene import REACH
from arena_drone_volleyball.physics.world import Touch, World, ups
from arena_drone_volleyball.play.exercise import Exercise
from arena_drone_volleyball.play.game import DRILL_OPTIONS, DrillGame
from arena_drone_volleyball.rules.court import COURTS
from arena_drone_volleyball.rules.drills import DRILLS, Drill
from arena_drone_volleyball.rules.faults import FAULTS, Moment
from arena_drone_volleyball.rules.rally import WIN_REWARD, Rally
from plugins.drone_volleyball.tests.batched import apart, both, copy, observed, one_of, scripted_rallies
from plugins.drone_volleyball.tests.courts import contest
from plugins.drone_volleyball.tests.playing import play


def seats_first(actions: np.ndarray) -> np.ndarray:
    """(courts, drones, 4) as the batch's bodies take them."""
    return np.ascontiguousarray(actions.transpose(2, 1, 0), dtype=np.float32)


@pytest.mark.parametrize("name", COURTS)
def test_free_flight_is_the_same_for_a_second(name: str):
    """RULES.md 2.1, 2.2"""
    volley, contests = both(name, 8)
    worlds = [made.world for made in contests]
    for world in worlds:
        world.ball[:] = (0.5, 0.5, 40.0)
    copy(volley.bodies, worlds)
    rng = np.random.default_rng(1)
    for _ in range(50):
        commands = HOVER_COMMAND + rng.uniform(-0.4, 0.4, (8, volley.seats, 4))
        for world, row in zip(worlds, commands, strict=True):
            world.advance(row)
        volley.bodies.advance(seats_first(commands))
    found = apart(volley.bodies, worlds)
    assert found.position.max() < 0.005
    assert found.angle.max() < 0.2
    assert found.velocity.max() < 0.01
    assert found.rates.max() < 0.005
    assert found.ball.max() < 0.006


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
    serve = [striking.SKILLS.index("serve"), -4.0, 0.0, 1.9, 1.6]
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


def incoming(rng: np.random.Generator) -> World:
    """A tilted, turning, moving drone, and a ball that comes onto its racket in 13 ms at 2 to 10 m/s."""
    world = World(1)
    about, tilt = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.0, 0.5)
    axis = np.array((np.cos(about), np.sin(about), 0.0))
    pose = np.array((0.0, 0.0, 3.0, np.cos(tilt / 2.0), *(np.sin(tilt / 2.0) * axis)))
    up = ups(pose[None])[0]
    world.place(pose[None], np.zeros(3))
    world.twists[0] = rng.uniform(-2.0, 2.0, 6)
    heading = rng.uniform(-0.5, 0.5, 3) - up
    relative = heading / np.linalg.norm(heading) * rng.uniform(2.0, 10.0)
    aside = np.cross(up, rng.normal(size=3))
    spot = aside / np.linalg.norm(aside) * 0.16 * np.sqrt(rng.uniform())
    world.ball[:] = world.poses[0, :3] + spot + up * REACH - relative * 0.013
    world.ball_velocity[:] = world.twists[0, :3] + relative
    return world


def test_hits_send_the_ball_where_the_referee_does():
    """RULES.md 2.3"""
    rng = np.random.default_rng(3)
    worlds = [incoming(rng) for _ in range(200)]
    batch = Bodies(200, 1)
    copy(batch, worlds)
    commands = np.repeat(rng.uniform(-0.3, 0.7, (200, 1, 1)), 4, axis=2)
    for _ in range(3):
        touches = [world.advance(row) for world, row in zip(worlds, commands, strict=True)]
        batch.advance(seats_first(commands))
        assert [touch == [(0, True)] for touch in touches] == batch.racket[0].tolist()
    found = apart(batch, worlds)
    relative = found.ball_velocity / np.linalg.norm(batch.ball_velocity, axis=0)
    assert np.median(relative) < 0.02
    assert np.quantile(relative, 0.95) < 0.05  # the rest slide over the racket's rim while they are in contact
    assert found.ball.max() < 0.02
    assert found.rates.max() < 0.1
    assert found.velocity.max() < 0.01


@pytest.mark.parametrize("height", [0.5, 2.0, 4.0])
def test_bounces_rise_as_high_as_the_referees(height: float):
    """RULES.md 2.3"""
    world, batch = World(1), Bodies(1, 1)
    world.place(np.array([(0.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0)]), np.array((0.0, 0.0, 2.0 + REACH + height)))
    copy(batch, [world])
    hover = np.full((1, 1, 4), HOVER_COMMAND)
    tops = np.zeros(2)
    touched = False
    for _ in range(int(2.2 * np.sqrt(2.0 * height / GRAVITY) / 0.02)):
        touched = bool(world.advance(hover[0])) or touched
        batch.advance(seats_first(hover))
        tops = np.maximum(tops, (world.ball[2], batch.ball[2, 0])) if touched else tops
    rises = tops - 2.0 - REACH
    assert touched
    assert rises[1] == pytest.approx(rises[0], rel=0.04)
    assert rises[1] < height


@pytest.mark.parametrize("speed", [6.0, 12.0])
def test_no_ball_goes_through_a_racket(speed: float):
    """RULES.md 2.3"""
    batch = Bodies(64, 1)
    batch.position[2] = 2.0
    batch.ball[:] = np.stack((np.linspace(0.0, 0.19, 64), np.zeros(64), 2.3 + np.linspace(0.0, speed * 0.02, 64)))
    batch.ball_velocity[2] = -speed
    hit = np.zeros(64, int)
    for _ in range(10):
        batch.advance(np.full((4, 1, 64), HOVER_COMMAND, np.float32))
        hit += batch.racket[0]
    assert (hit == 1).all()
    assert (batch.ball_velocity[2] > 0.0).all()
    assert (batch.ball_velocity[2] < speed).all()


def test_a_ball_from_below_or_beside_is_no_racket_hit():
    """RULES.md 4.2"""
    batch = Bodies(2, 1)
    batch.position[2] = 2.0
    batch.ball[:] = np.array([(0.0, 0.0, 1.7), (0.5, 0.0, 1.97)]).T
    batch.ball_velocity[:] = np.array([(0.0, 0.0, 6.0), (-6.0, 0.0, 0.0)]).T
    touched = np.zeros(2, bool)
    for _ in range(5):
        batch.advance(np.full((4, 1, 2), HOVER_COMMAND, np.float32))
        touched |= batch.touched[0]
        assert not batch.racket.any()
    assert touched.all()


def test_the_floor_gives_nothing_back():
    """RULES.md 2.3"""
    batch = Bodies(1, 1)
    batch.position[2], batch.ball[:] = 3.0, np.array([(2.0, 0.0, 1.0)]).T
    for _ in range(50):
        batch.advance(np.full((4, 1, 1), HOVER_COMMAND, np.float32))
    assert batch.ball[2, 0] == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["1v1", "6v6"])
def test_downwash_is_the_same_law(name: str):
    """RULES.md 2.2"""
    rng, drones = np.random.default_rng(4), COURTS[name].drones
    positions, tilts = rng.uniform(-2.0, 2.0, (5, drones, 3)), rng.normal(0.0, 0.3, (5, drones, 3))
    up = tilts + np.array((0.0, 0.0, 1.0))
    up /= np.linalg.norm(up, axis=2, keepdims=True)
    thrust = rng.uniform(5.0, 20.0, (5, drones))
    push = np.zeros((3, drones, 5), np.float32)
    Wash(5, drones).add(push, *(each.T.astype(np.float32) for each in (positions, up)), thrust.T.astype(np.float32))
    wanted = np.array([downwash(*each) for each in zip(positions, up, thrust, strict=True)]).T
    assert np.abs(wanted).max() > 0.1
    assert np.allclose(push, wanted, atol=2e-4)


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


@pytest.mark.parametrize("skill", striking.SKILLS)
def test_orders_are_flown_by_the_same_controllers(skill):
    """RULES.md 5.4"""
    rng, courts = np.random.default_rng(5), 400
    states = own(rng, courts)
    target = (rng.uniform(-3.0, 3.0, (3, 1, courts)) + _up(2.0)).astype(np.float32)
    flight = rng.uniform(0.8, 2.0, (1, courts)).astype(np.float32)
    orders = striking.Orders(np.full((1, courts), striking.SKILLS.index(skill), np.int8), target, flight)
    given = steer(states.rates, states.throttle, striking.fly(orders, states))
    wanted = []
    for court in range(courts):
        body, ball = one_of(states, 0, court)
        order = Order(skill, tuple(map(float, target[:, 0, court])), float(flight[0, court]))
        wanted.append(attitude.steer(body, fly(order, body, ball)))
    off = np.abs(given[:, 0] - np.array(wanted).T).max(axis=0)
    assert np.quantile(off, 0.98) < 1e-3  # the rest stand where a case of the controllers ends, to the last bit


def drawn_moments(court, rng: np.random.Generator, courts: int) -> faults.Moments:
    """States near every bound of the table."""
    places = np.array([court.anchors().T] * courts).transpose(1, 2, 0) + rng.normal(0.0, 0.4, (3, court.drones, courts))
    places[2] -= rng.choice((0.0, 1.5), (court.drones, courts), p=(0.9, 0.1))
    places[0] *= rng.choice((1.0, -0.1), (court.drones, courts), p=(0.9, 0.1))
    wide, deep = 0.7 * court.length, 0.7 * court.width
    ball = np.stack((rng.uniform(-wide, wide, courts), rng.uniform(-deep, deep, courts), rng.uniform(0.1, 3.0, courts)))
    ball[0, ::4] *= 0.05
    ball[2, ::3] = rng.uniform(0.1, 0.3, len(ball[2, ::3]))
    touched, racket, may = (rng.uniform(size=(court.drones, courts)) < share for share in (0.05, 0.9, 0.8))
    hitter = rng.integers(0, 2, courts).astype(np.int8)
    return faults.Moments(
        court, *(a.astype(np.float32) for a in (places, ball)), touched, racket & touched, may, hitter
    )


@pytest.mark.parametrize("name", COURTS)
def test_every_row_of_the_fault_table_says_the_same(name: str):
    """RULES.md 4"""
    courts = 1_500
    moments = drawn_moments(COURTS[name], np.random.default_rng(6), courts)
    given = faults.find(moments)
    wanted = np.zeros_like(given)
    for court in range(courts):
        touched = np.flatnonzero(moments.touched[:, court])
        moment = Moment(
            moments.court,
            moments.drones[:, :, court].T.tolist(),
            moments.ball[:, court].tolist(),
            [Touch(int(drone), bool(moments.racket[drone, court])) for drone in touched],
            frozenset(np.flatnonzero(moments.may_hit[:, court]).tolist()),
            int(moments.hitter[court]),
        )
        for row, fault in enumerate(FAULTS):
            for side in fault.sides(moment):
                wanted[row, side, court] = True
    assert (given == wanted).all()
    seen = wanted.any(axis=(1, 2))
    assert seen[:-1].all()
    assert seen[-1] == (COURTS[name].team > 1)


@pytest.mark.parametrize("compat", [False, True])
@pytest.mark.parametrize("name", COURTS)
def test_rallies_are_kept_in_the_same_book(name: str, compat: bool):
    """RULES.md 3.3, 3.4, 3.6, 4.9: balls that wander and touches drawn at random, until something ends it."""
    court, rng, courts = COURTS[name], np.random.default_rng(7), 300
    book = Rallies(court, courts, compat=compat)
    book.begin(np.arange(courts), rng)
    rallies = [Rally(court, int(side), compat) for side in book.server]
    drones = np.repeat(court.anchors().T[:, :, None], courts, axis=2).astype(np.float32)
    going, hits = np.ones(courts, bool), 0
    for _ in range(40):
        ball = np.stack((rng.choice((-1.0, 1.0), courts), np.zeros(courts), rng.uniform(0.19, 4.0, courts)))
        ball[0] *= rng.uniform(0.31, 1.0, courts)
        drones[2, 0] = np.where(rng.uniform(size=courts) < 0.01, 0.1, 2.0)
        allowed = book.may_hit()
        touched = (rng.uniform(size=drones.shape[1:]) < 0.1) & (allowed | (rng.uniform(size=courts) < 0.05))
        state = SimpleNamespace(position=drones, ball=ball.astype(np.float32), touched=touched, racket=touched)
        judged = book.judge(state)
        hits += judged.rewards[touched & going].sum() > 0.0
        for n in np.flatnonzero(going):
            rally = rallies[n]
            touches = [Touch(int(drone), True) for drone in np.flatnonzero(touched[:, n])]
            verdict = rally.judge(drones[:, :, n].T.tolist(), state.ball[:, n].tolist(), touches)
            assert (verdict is not None) == judged.ended[n]
            if verdict is None:
                assert frozenset(np.flatnonzero(allowed[:, n] & touched[:, n]).tolist()) <= {t.drone for t in touches}
                assert rally.may_hit() == frozenset(np.flatnonzero(book.may_hit()[:, n]).tolist())
                assert (rally.turn, rally.last, rally.hits) == (book.turn[n], book.last[n], book.hits[n])
            else:
                won = [
                    0.0 if verdict.winner is None else WIN_REWARD * (1 if side == verdict.winner else -1)
                    for side in (0, 1)
                ]
                assert judged.rewards[:, n].tolist() == [won[court.side(drone)] for drone in range(court.drones)]
        going &= ~judged.ended
    assert hits > 20
    assert going.sum() < 0.75 * courts


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_tasks_are_scored_alike(drill: type[Drill]):
    """RULES.md 7: drones and balls that jump about, so that all that counts happens."""
    rng, courts = np.random.default_rng(8), 300
    batch = exercises.EXERCISES[drill.name](courts)
    batch.begin(np.arange(courts), rng)
    runs, scored = [drill() for _ in range(courts)], 0.0
    for _ in range(60):
        state = drawn_exercise(batch, rng, courts)
        judged = batch.judge(state)
        for n, run in enumerate(runs):
            if run.over:
                continue
            before = run.score
            touches = [Touch(int(d), bool(state.racket[d, n])) for d in np.flatnonzero(state.touched[:, n])]
            ball = state.ball[:, n].tolist()
            run.note(state.position[:, :, n].T.tolist(), ball, float(state.ball_velocity[2, n]), touches)
            assert judged.ended[n] == bool(run.over and run.over != "time")
            assert batch.score[n] == pytest.approx(run.score, rel=1e-5)
            assert judged.rewards[0, n] == pytest.approx(run.score - before, abs=1e-5)
            assert run.over or batch.turn[n] == run.turn
            scored += run.score - before
    assert scored > 0.0


def drawn_exercise(batch: exercises.Exercise, rng: np.random.Generator, courts: int) -> SimpleNamespace:
    shape = (batch.drones, courts)
    position = np.repeat(np.array([(4.5, 0.0, 2.0)] * batch.drones).T[:, :, None], courts, axis=2)
    if batch.drill.toss is None:
        position = np.repeat(batch.anchors, courts // batch.anchors.shape[2], axis=2)
    position = position + rng.normal(0.0, 0.15, (3, *shape))
    ball = np.stack((rng.uniform(-5.5, -3.5, courts), rng.uniform(-1.0, 1.0, courts), rng.uniform(0.5, 4.5, courts)))
    ball[0] *= rng.choice((-1.0, 1.0), courts)
    ball[2, rng.uniform(size=courts) < 0.03] = 0.1
    touched = np.zeros(shape, bool)
    touched[batch.turn % batch.drones, np.arange(courts)] = rng.uniform(size=courts) < 0.2
    racket = touched & (rng.uniform(size=shape) < 0.95)
    floats = [a.astype(np.float32) for a in (position, ball, rng.normal(0.0, 2.0, (3, courts)))]
    return SimpleNamespace(
        **dict(zip(("position", "ball", "ball_velocity"), floats, strict=True)), touched=touched, racket=racket
    )
