"""The fault table, row by row, each from a constructed state (RULES.md 4)."""

from collections.abc import Callable

import numpy as np
import pytest

from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.physics.world import Touch
from arena_drone_volleyball.play.contest import Contest
from arena_drone_volleyball.rules.court import COURTS, FAR, NEAR, Court
from arena_drone_volleyball.rules.faults import FAULTS
from arena_drone_volleyball.rules.rally import Rally, Verdict
from plugins.drone_volleyball.tests.courts import contest

HIGH = (1.0, 0.0, 5.0)


def judge(rally: Rally, *, ball=HIGH, touches=(), move=None) -> Verdict | None:
    places = rally.court.anchors().tolist()
    for drone, place in (move or {}).items():
        places[drone] = list(place)
    return rally.judge(places, list(ball), [Touch(*touch) for touch in touches])


def rally(name: str, server: int = NEAR, *, compat: bool = False) -> Rally:
    return Rally(COURTS[name], server, compat)


def served(name: str, server: int = NEAR) -> Rally:
    """A rally in which the serve was hit, and has not crossed yet."""
    started = rally(name, server)
    assert judge(started, touches=[(started.serving_drone, True)], ball=(1.0 - 2.0 * server, 0.0, 3.0)) is None
    return started


def faults_of(verdict: Verdict | None) -> list[tuple[int, str]]:
    assert verdict is not None
    return list(verdict.faults)


@pytest.mark.parametrize(("drone", "side"), [(1, FAR), (0, NEAR)])
def test_out_of_turn_in_a_duel(drone: int, side: int):
    """RULES.md 4.1: before the serve only the server may hit, after it only the other."""
    started = rally("1v1") if drone == 1 else served("1v1")
    verdict = judge(started, touches=[(drone, True)])
    assert faults_of(verdict) == [(side, "hit out of turn")]
    assert verdict.winner == 1 - side


def test_out_of_turn_in_a_team():
    """RULES.md 3.3, 4.1: each drone once in a possession, and only its own side's."""
    assert faults_of(judge(served("3v3"), touches=[(2, True)])) == [(NEAR, "hit out of turn")]
    assert faults_of(judge(served("3v3"), touches=[(3, True)])) == [(FAR, "hit out of turn")]
    assert judge(served("3v3"), touches=[(0, True)]) is None
    crossed = served("3v3")
    assert judge(crossed, ball=(-1.0, 0.0, 4.0)) is None
    assert judge(crossed, ball=(-1.0, 0.0, 4.0), touches=[(3, True)]) is None
    assert faults_of(judge(crossed, ball=(-1.0, 0.0, 4.0), touches=[(3, True)])) == [(FAR, "hit out of turn")]


def test_hit_without_the_racket():
    """RULES.md 4.2"""
    assert faults_of(judge(rally("1v1"), touches=[(0, False)])) == [(NEAR, "hit without the racket")]


@pytest.mark.parametrize("name", COURTS)
def test_drone_across_the_net(name: str):
    """RULES.md 4.3"""
    team = COURTS[name].team
    assert faults_of(judge(rally(name), move={0: (-0.01, 0.0, 2.0)})) == [(NEAR, "drone across the net")]
    assert faults_of(judge(rally(name), move={team: (0.01, 0.0, 2.0)})) == [(FAR, "drone across the net")]


@pytest.mark.parametrize(("x", "side"), [(1.0, NEAR), (-1.0, FAR)])
def test_ball_down(x: float, side: int):
    """RULES.md 4.4: whose half it is, whoever hit it."""
    assert faults_of(judge(served("3v3"), ball=(x, 0.0, 0.19))) == [(side, "ball down")]
    assert judge(served("3v3"), ball=(x, 0.0, 0.21)) is None or abs(x) < 0.3


def test_ball_out():
    """RULES.md 4.5: at any height in a duel, on the floor with teams; the last to hit it is at fault."""
    assert faults_of(judge(served("1v1"), ball=(-3.01, 0.0, 4.0))) == [(NEAR, "ball out")]
    assert faults_of(judge(rally("1v1", FAR), ball=(0.5, 1.51, 4.0))) == [(FAR, "ball out")]
    assert judge(served("3v3"), ball=(-6.5, 0.0, 4.0)) is None
    assert faults_of(judge(served("3v3"), ball=(-6.5, 0.0, 0.19))) == [(NEAR, "ball out")]


def test_ball_in_the_net():
    """RULES.md 4.6"""
    assert faults_of(judge(served("1v1"), ball=(0.29, 0.0, 2.42))) == [(NEAR, "ball in the net")]
    assert judge(served("1v1"), ball=(0.29, 0.0, 2.44)) is None
    assert judge(served("3v3"), ball=(0.31, 0.0, 2.0)) is None
    assert judge(served("3v3"), ball=(0.1, 3.1, 2.0)) is None


def test_drone_down():
    """RULES.md 4.7"""
    verdict = judge(rally("1v1"), move={1: (-1.5, 0.0, 0.29)})
    assert faults_of(verdict) == [(FAR, "drone down")]
    assert verdict.winner == NEAR


def test_teammates_collide():
    """RULES.md 4.8: teammates alone; others may meet at the net."""
    verdict = judge(rally("3v3"), move={0: (3.0, 0.75, 2.0)})
    assert faults_of(verdict) == [(NEAR, "teammates collide")]
    assert verdict.winner == FAR
    assert judge(rally("3v3"), move={0: (0.2, 0.0, 2.0), 3: (-0.2, 0.0, 2.0)}) is None


def test_crashes_and_collisions_have_no_winner_in_volleybots():
    """RULES.md 4.9"""
    for move in ({0: (3.0, 0.75, 2.0)}, {3: (-3.0, 0.0, 0.1)}):
        verdict = judge(rally("3v3", compat=True), move=move)
        assert verdict is not None
        assert verdict.winner is None
    verdict = judge(rally("3v3", compat=True), ball=(1.0, 0.0, 0.1))
    assert verdict is not None
    assert verdict.winner == FAR


def test_both_at_fault_is_a_draw_and_so_is_time():
    """RULES.md 3.4"""
    verdict = judge(rally("1v1"), move={0: (1.5, 0.0, 0.1), 1: (-1.5, 0.0, 0.1)})
    assert verdict is not None
    assert verdict.winner is None
    long = rally("1v1")
    verdicts = [judge(long) for _ in range(1000)]
    assert verdicts[:-1] == [None] * 999
    assert verdicts[-1] == Verdict(None, ())
    assert verdicts[-1].reason == "time"


def test_every_row_of_the_table_has_a_section():
    assert [row.rule for row in FAULTS] == [f"4.{n}" for n in range(1, 9)]


def sink(made: Contest) -> None:
    made.world.poses[0, 2] = 0.2


def sneak(made: Contest) -> None:
    made.world.poses[1, 0] = 0.1


def drop(made: Contest) -> None:
    made.world.ball[:] = (1.0, 1.0, 0.2)


@pytest.mark.parametrize(("change", "winner"), [(sink, "far"), (sneak, "near"), (drop, "far")])
def test_the_referee_sees_the_physics(change: Callable[[Contest], None], winner: str):
    made = contest()
    change(made)
    made.step(dict.fromkeys((0, 1), np.full(4, HOVER_COMMAND, dtype=np.float32)))
    assert [event.data["winner"] for event in made.events(-1, 0) if event.kind == "rally"] == [winner]


def test_courts_are_the_published_ones():
    """RULES.md 3.1, 3.2"""

    def about(court: Court) -> tuple[float, float, int, float, int]:
        return court.length, court.width, court.drones, court.toss, court.steps

    assert [about(court) for court in COURTS.values()] == [
        (6.0, 3.0, 2, 1.5, 1000),
        (12.0, 6.0, 6, 3.0, 500),
        (18.0, 9.0, 12, 3.0, 500),
    ]
