"""The duel ends when its test can tell, counts sets in the order of the schedule, and never changes its mind."""

from random import Random

import pytest

from arena.rating import Standing
from arena.rating.sprt import Decision, Model
from arena.tournament.formats.sprt_duel import SprtDuel
from arena.tournament.schedule import Pairing, Played
from arena.tournament.table import Table
from tests.tournament.simulation import Simulation, a_field, favourites

RULES = SprtDuel(elo0=0, elo1=200, ahead=3)


def coin(share: float) -> object:
    """Sets of two matches; a0 wins each with this chance."""

    def outcome(pairing: Pairing, rng: Random) -> Played:
        wins = sum(rng.random() < share for _ in range(2))
        own, other = (wins, 2 - wins), (2 - wins, wins)
        lines = [
            Standing(name, 1 + (w < lost), float(w), 2, w, 0, lost, 0)
            for name, (w, lost) in zip(sorted(pairing.entrants), (own, other), strict=True)
        ]
        return Played(pairing=pairing, standings=tuple(lines))

    return outcome


@pytest.mark.parametrize(("share", "decision"), [(0.9, Decision.ACCEPT_H1), (0.35, Decision.ACCEPT_H0)])
def test_the_duel_ends_with_the_right_decision(share: float, decision: Decision) -> None:
    run = Simulation(RULES, a_field(2), coin(share)).run(Random(1), most=2_000)  # type: ignore[arg-type]
    assert RULES.over(run.field, run.course)
    assert RULES.decision(run.field, run.course) is decision
    verdict = RULES.verdict(run.field, run.course)
    assert verdict.llr >= verdict.upper or verdict.llr <= verdict.lower


def test_so_many_sets_are_scheduled_beyond_the_counted_ones_and_no_more() -> None:
    run = Simulation(RULES, a_field(2), favourites)
    assert len(run.schedule()) == 3
    run.finish(run.scheduled[1], Random(1))
    assert run.schedule() == []
    run.finish(run.scheduled[0], Random(1))
    assert len(run.schedule()) == 2
    assert [p.entrants[0] for p in run.scheduled] == ["a0", "a1", "a0", "a1", "a0"]


def test_quick_sets_do_not_run_ahead_of_slow_ones() -> None:
    run = Simulation(RULES, a_field(2), favourites)
    for _ in range(20):
        run.schedule()
        quick = [p for p in run.course.pending if p.round != 1]
        if not quick:
            break
        run.finish(quick[0], Random(1))
    assert len(run.played) == 2
    assert RULES.verdict(run.field, run.course).llr == 0.0


def test_sets_that_are_played_out_after_the_decision_change_nothing() -> None:
    run = Simulation(RULES, a_field(2), favourites)
    while run.schedule():
        run.finish(run.course.pending[0], Random(1))
    decided = RULES.verdict(run.field, run.course)
    assert decided.decision is Decision.ACCEPT_H1
    for pairing in run.course.pending:
        run.played.append(Played(pairing=pairing, absent=frozenset({run.field.names[0]})))
    assert RULES.verdict(run.field, run.course) == decided
    assert RULES.over(run.field, run.course)


def test_a_forfeit_is_a_lost_set_and_a_void_one_is_left_out() -> None:
    run = Simulation(RULES, a_field(2))
    first, second, _ = run.schedule()
    run.played = [Played(pairing=first), Played(pairing=second, absent=frozenset({run.field.names[1]}))]
    assert RULES.verdict(run.field, run.course).llr > 0
    run.played[1] = Played(pairing=second, absent=frozenset({run.field.names[0]}))
    assert RULES.verdict(run.field, run.course).llr < 0


def test_the_unit_is_normalized_elo_when_none_is_named() -> None:
    assert SprtDuel().test().model is SprtDuel.read(Table("[format]", {})).test().model is Model.NORMALIZED
