"""Learners meet whom their rule draws, and the draws follow from the event and the results alone."""

from collections import Counter
from random import Random

import pytest

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.rating.sampling import RULES, Choice, distribution, rule
from arena.tournament.formats.league import League, _payoffs
from arena.tournament.schedule import Course
from arena.tournament.table import Table
from tests.tournament.simulation import Simulation, a_field, favourites


def opponents(run: Simulation, learner: str) -> Counter[AgentName]:
    return Counter(n for p in run.scheduled if learner in p.entrants for n in p.entrants if n != learner)


@pytest.mark.parametrize("sampling", RULES)
def test_every_rule_draws_and_a_learner_never_meets_itself(sampling: str) -> None:
    rules = League(learners=("a2",), sampling=sampling)
    run = Simulation(rules, a_field(6), favourites).run(Random(1), most=40)
    assert len(run.played) == 40
    assert all(p.entrants.count(AgentName("a2")) == 1 and len(set(p.entrants)) == 2 for p in run.scheduled)
    assert {p.entrants.index(AgentName("a2")) for p in run.scheduled} == {0, 1}


def test_hard_opponents_are_met_more_often_than_easy_ones() -> None:
    run = Simulation(League(learners=("a3",), power=2.0), a_field(6), favourites).run(Random(1), most=80)
    met = opponents(run, "a3")
    hard = sum(met[AgentName(name)] for name in ("a0", "a1", "a2"))
    assert hard > 3 * (80 - hard)


def test_the_latest_share_of_the_history_is_met_under_delta_uniform() -> None:
    rules = League(learners=("a0",), sampling="delta-uniform", share=0.4)
    run = Simulation(rules, a_field(6), favourites).run(Random(1), most=30)
    assert set(opponents(run, "a0")) == {"a4", "a5"}


def test_every_learner_is_kept_at_work() -> None:
    run = Simulation(League(learners=("a0", "a1"), ahead=3), a_field(5), favourites)
    assert Counter(p.number for p in run.schedule()) == {1: 3, 2: 3}
    assert run.schedule() == []
    run.finish(next(p for p in run.course.pending if p.number == 2), Random(1))
    assert [p.number for p in run.schedule()] == [2]


def test_draws_follow_from_the_event_and_the_results() -> None:
    rules = League(learners=("a0",))
    runs = [Simulation(rules, a_field(6), favourites).run(Random(seed), most=20) for seed in (1, 2)]
    assert runs[0].scheduled == runs[1].scheduled
    late = runs[0].played[:15]
    resumed = Course(scheduled=tuple(one.pairing for one in late), played=tuple(late))
    assert list(rules.due(runs[0].field, resumed)) == [runs[0].scheduled[15]]


def test_a_table_of_many_seats_is_filled_with_different_opponents() -> None:
    run = Simulation(League(learners=("a0",)), a_field(6, 4), favourites).run(Random(1), most=10)
    assert all(len(set(p.entrants)) == 4 and AgentName("a0") in p.entrants for p in run.scheduled)


def test_a_league_ends_when_no_learner_is_left() -> None:
    rules = League(learners=("a0",))
    run = Simulation(rules, a_field(3), favourites).run(Random(1), most=5)
    course = Course(scheduled=run.scheduled, played=run.played, withdrawals={AgentName("a0"): 5})
    assert not rules.due(run.field, course)


@pytest.mark.parametrize("power", [1e-9, 2_000.0, 1e12])
def test_any_power_leaves_chances_that_can_be_drawn_from(power: float) -> None:
    run = Simulation(League(learners=("a2",), power=power), a_field(4), favourites).run(Random(1), most=20)
    chances = distribution(
        Choice(AgentName("a2"), run.field.names, _payoffs(run.course)), rule("pfsp-hard", power=power)
    )
    assert sum(chances.values()) == pytest.approx(1.0)
    assert power < 1 or max(chances.values()) > 0.9


def test_a_power_beyond_a_thousand_is_refused() -> None:
    table = Table("[format]", {"learners": ["a0"], "power": 2_000})
    with pytest.raises(BadEvent, match="above 0 and below 1000"):
        League.read(table)
