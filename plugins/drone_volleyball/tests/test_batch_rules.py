"""The batch engine keeps the rules of the referee: fault table, rally book and tasks, from the same states."""

from types import SimpleNamespace

import numpy as np
import pytest

from arena_drone_volleyball.batch import exercises, faults
from arena_drone_volleyball.batch.rallies import Rallies
from arena_drone_volleyball.physics.world import Touch
from arena_drone_volleyball.rules.court import COURTS
from arena_drone_volleyball.rules.drills import DRILLS, Drill
from arena_drone_volleyball.rules.faults import FAULTS, Moment
from arena_drone_volleyball.rules.rally import WIN_REWARD, Rally, Verdict


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
    going, hits = np.ones(courts, bool), 0
    for _ in range(40):
        state = drawn_step(book, rng, courts)
        judged = book.judge(state)
        hits += np.count_nonzero(judged.rewards[state.touched & going] == court.hit_reward)
        for n in np.flatnonzero(going):
            rally = rallies[n]
            touches = [Touch(int(drone), True) for drone in np.flatnonzero(state.touched[:, n])]
            verdict = rally.judge(state.position[:, :, n].T.tolist(), state.ball[:, n].tolist(), touches)
            assert (verdict is not None) == judged.ended[n]
            if verdict is None:
                assert rally.may_hit() == frozenset(np.flatnonzero(book.may_hit()[:, n]).tolist())
                assert (rally.turn, rally.last, rally.hits) == (book.turn[n], book.last[n], book.hits[n])
            else:
                assert judged.rewards[:, n].tolist() == [paid(verdict, court.side(d)) for d in range(court.drones)]
        going &= ~judged.ended
    assert hits > 100
    assert going.sum() < 0.75 * courts


def drawn_step(book: Rallies, rng: np.random.Generator, courts: int) -> SimpleNamespace:
    """A ball anywhere, a crash now and then, and touches, most of them by drones that may."""
    ball = np.stack((rng.choice((-1.0, 1.0), courts), np.zeros(courts), rng.uniform(0.19, 4.0, courts)))
    ball[0] *= rng.uniform(0.31, 1.0, courts)
    drones = np.repeat(book.court.anchors().T[:, :, None], courts, axis=2)
    drones[2, 0] = np.where(rng.uniform(size=courts) < 0.01, 0.1, 2.0)
    likely = book.may_hit() | (rng.uniform(size=courts) < 0.05)
    touched = likely & (rng.uniform(size=likely.shape) < 0.1)
    position, place = (each.astype(np.float32) for each in (drones, ball))
    return SimpleNamespace(position=position, ball=place, touched=touched, racket=touched)


def paid(verdict: Verdict, side: int) -> float:
    """What a rally's end pays a side."""
    if verdict.winner is None:
        return 0.0
    return WIN_REWARD if side == verdict.winner else -WIN_REWARD


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
