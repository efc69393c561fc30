"""What every format promises, whatever happens: the same future from the same past, and pairings that can be played."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rating.sampling import RULES
from arena.tournament.formats import FORMATS
from arena.tournament.formats.gauntlet import Gauntlet
from arena.tournament.formats.knockout import DoubleElimination, SingleElimination
from arena.tournament.formats.ladder import Ladder
from arena.tournament.formats.league import League
from arena.tournament.formats.round_robin import RoundRobin
from arena.tournament.formats.sprt_duel import SprtDuel
from arena.tournament.formats.swiss import Swiss
from arena.tournament.schedule import Field, Format
from tests.tournament.simulation import Simulation, a_field

MOST = 30


@st.composite
def events(draw: st.DrawFn) -> tuple[Format, Field]:
    """Any format with a field that suits it."""
    sets = draw(st.integers(1, 3))
    duel = draw(st.booleans())
    entrants = draw(st.integers(2, 12))
    if not duel:
        places = draw(st.integers(3, 7))
        shared = draw(st.booleans()) or entrants <= places
        wide = a_field(entrants, places, sets=sets, shared=shared)
        return draw(
            st.sampled_from([RoundRobin(rounds=2), Gauntlet(challengers=("a0",)), Ladder(), League(learners=("a0",))])
        ), wide
    known: list[Format] = [RoundRobin(), RoundRobin(cycles=2, rounds=2), Gauntlet(challengers=("a1",), rounds=2)]
    known += [Swiss(rounds=max(1, (entrants + 1) // 2 - draw(st.integers(0, 2)))), Ladder(range=10, widen=5)]
    known += [SingleElimination(third_place=entrants > 3), DoubleElimination(second_final=draw(st.booleans()))]
    known.append(League(learners=("a0", "a1"), sampling=draw(st.sampled_from(sorted(RULES))), ahead=2))
    if entrants == 2:
        known.append(SprtDuel(elo1=300))
    return draw(st.sampled_from(known)), a_field(entrants, sets=sets)


@given(event=events(), seed=st.integers(0, 1 << 30))
@settings(max_examples=60, deadline=None)
def test_an_event_comes_to_an_end_and_every_pairing_can_be_played(event: tuple[Format, Field], seed: int) -> None:
    rules, field = event
    rules.check(field)
    run = Simulation(rules, field).run(Random(seed), most=MOST if rules.endless else 2_000)
    assert run.scheduled
    assert len({pairing.id for pairing in run.scheduled}) == len(run.scheduled)
    for pairing in run.scheduled:
        assert len(pairing.entrants) == field.places
        assert set(pairing.entrants) <= set(field.names)
        assert field.shared or len(set(pairing.entrants)) == field.places
    if not rules.endless:
        assert rules.over(field, run.course)
    table = rules.standings(field, run.course)
    assert sorted(line.agent for line in table) == sorted(field.names)
    assert [line.rank for line in table] == sorted(line.rank for line in table)
    assert table[0].rank == 1


@given(event=events(), seed=st.integers(0, 1 << 30), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_resumed_event_has_the_future_it_would_have_had(
    event: tuple[Format, Field], seed: int, data: st.DataObject
) -> None:
    rules, field = event
    rng = Random(seed)
    whole = Simulation(rules, field)
    steps = data.draw(st.integers(0, 25))
    for _ in range(steps):
        whole.schedule()
        if not whole.course.pending:
            break
        whole.finish(rng.choice(whole.course.pending), rng)
    due = list(rules.due(field, whole.course))
    cut = data.draw(st.integers(0, len(due)))
    resumed = Simulation(rules, field, scheduled=list(whole.scheduled), played=list(whole.played))
    resumed.scheduled += due[:cut]
    assert list(rules.due(field, resumed.course)) == due[cut:]


@given(event=events(), seed=st.integers(0, 1 << 30))
@settings(max_examples=60, deadline=None)
def test_whoever_withdraws_is_scheduled_no_more_and_the_event_still_ends(
    event: tuple[Format, Field], seed: int
) -> None:
    rules, field = event
    rng = Random(seed)
    run = Simulation(rules, field).run(rng, most=rng.randint(1, 12), partly=True)
    run.withdraw(*rng.sample(field.names, rng.randint(1, len(field.names))))
    known = len(run.scheduled)
    run.run(rng, most=len(run.played) + (MOST if rules.endless else 2_000), partly=True)
    assert all(run.course.withdrawn.isdisjoint(pairing.entrants) for pairing in run.scheduled[known:])
    assert rules.endless or rules.over(field, run.course)
    assert {
        line.agent for line in rules.standings(field, run.course) if line.state == "withdrawn"
    } == run.course.withdrawn


@given(event=events(), seed=st.integers(0, 1 << 30))
@settings(max_examples=60, deadline=None)
def test_the_number_of_sets_is_known_as_far_as_it_is_told(event: tuple[Format, Field], seed: int) -> None:
    rules, field = event
    expected = rules.expected(field)
    if expected is None:
        assert rules.endless
        return
    run = Simulation(rules, field).run(Random(seed))
    knockout = isinstance(rules, (SingleElimination, DoubleElimination))
    slack = 3 * field.sets + 3 * len(run.scheduled) if knockout else 0
    assert expected <= len(run.scheduled) <= expected + slack


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_says_what_it_is_and_what_becomes_of_those_who_leave(kind: str) -> None:
    module = __import__(FORMATS[kind].__module__, fromlist=["__doc__"])
    assert "withdraw" in (module.__doc__ or "")
    assert FORMATS[kind].kind == kind
