"""Everybody meets everybody, equally often; groups are balanced."""

from collections import Counter
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.tournament.formats.gauntlet import Gauntlet
from arena.tournament.formats.round_robin import RoundRobin
from arena.tournament.schedule import Field, Format, Pairing, Played
from tests.tournament.simulation import Simulation, a_field, favourites, ranked


def planned(rules: Format, field: Field) -> list[Pairing]:
    return list(rules.due(field, Simulation(rules, field).course))


def meetings(pairings: list[Pairing]) -> Counter[tuple[str, ...]]:
    return Counter(pair for p in pairings for pair in combinations(sorted(set(p.entrants)), 2))


@given(entrants=st.integers(2, 25), cycles=st.integers(1, 3), sets=st.integers(1, 2))
def test_in_duels_everybody_meets_everybody_once_a_cycle(entrants: int, cycles: int, sets: int) -> None:
    field = a_field(entrants, sets=sets)
    pairings = planned(RoundRobin(cycles=cycles), field)
    met = meetings(pairings)
    assert len(met) == entrants * (entrants - 1) // 2
    assert set(met.values()) == {cycles * sets}


@given(entrants=st.integers(2, 25))
def test_in_a_round_everybody_plays_once_and_byes_are_shared_out_evenly(entrants: int) -> None:
    field = a_field(entrants)
    pairings = planned(RoundRobin(), field)
    rounds = {p.round for p in pairings}
    byes: Counter[str] = Counter()
    for number in rounds:
        names = [name for p in pairings if p.round == number for name in p.entrants]
        assert len(names) == len(set(names)) == entrants - entrants % 2
        byes.update(set(field.names) - set(names))
    assert set(byes.values()) == ({1} if entrants % 2 else set())


@given(entrants=st.integers(2, 20), cycles=st.integers(1, 2))
def test_first_places_differ_by_one_at_most(entrants: int, cycles: int) -> None:
    field = a_field(entrants)
    firsts = Counter(dict.fromkeys(field.names, 0))
    firsts.update(p.entrants[0] for p in planned(RoundRobin(cycles=cycles), field))
    assert max(firsts.values()) - min(firsts.values()) <= 1


@given(entrants=st.integers(1, 16), places=st.integers(3, 8), rounds=st.integers(1, 4))
def test_groups_give_everybody_every_place_equally_often(entrants: int, places: int, rounds: int) -> None:
    field = a_field(entrants, places, shared=True)
    pairings = planned(RoundRobin(rounds=rounds), field)
    if places % entrants:
        for place in range(places):
            assert set(Counter(p.entrants[place] for p in pairings).values()) == {rounds}
    seats = Counter(name for p in pairings for name in p.entrants)
    assert len(set(seats.values())) == 1
    assert len(seats) == entrants


@pytest.mark.parametrize(("entrants", "places"), [(7, 3), (13, 4), (8, 7), (7, 7), (6, 5)])
def test_groups_of_a_design_meet_equally_often(entrants: int, places: int) -> None:
    met = meetings(planned(RoundRobin(rounds=1), a_field(entrants, places)))
    assert len(met) == entrants * (entrants - 1) // 2
    assert max(met.values()) - min(met.values()) <= 1


@given(entrants=st.integers(4, 16), places=st.integers(3, 6))
def test_more_rounds_even_out_who_met_whom(entrants: int, places: int) -> None:
    field = a_field(max(entrants, places), places)
    met = meetings(planned(RoundRobin(rounds=6), field))
    assert len(met) == len(field.names) * (len(field.names) - 1) // 2
    mean = sum(met.values()) / len(met)
    assert max(met.values()) <= 2 * mean


def test_a_single_seat_is_played_by_everybody_alone() -> None:
    pairings = planned(RoundRobin(rounds=2), a_field(3, 1, scored=True))
    assert sorted(p.entrants[0] for p in pairings) == ["a0", "a0", "a1", "a1", "a2", "a2"]


def test_the_better_stand_above_and_equals_share_a_rank() -> None:
    field = a_field(4)
    run = Simulation(RoundRobin(), field, favourites).run(Random(1))
    assert [(line.agent, line.rank, line.points) for line in RoundRobin().standings(field, run.course)] == [
        ("a0", 1, 3.0),
        ("a1", 2, 2.0),
        ("a2", 3, 1.0),
        ("a3", 4, 0.0),
    ]
    drawn = Simulation(RoundRobin(), field, lambda p, _: ranked(p, [1, 1])).run(Random(1))
    assert {line.rank for line in RoundRobin().standings(field, drawn.course)} == {1}


def half_played(rounds: int) -> Simulation:
    """Five entrants of whom a0 leaves after so many rounds, having won all of its sets."""
    run = Simulation(RoundRobin(), a_field(5), favourites)
    for pairing in run.schedule():
        if pairing.round <= rounds or "a0" not in pairing.entrants:
            run.finish(pairing, Random(1))
    run.scheduled = [p for p in run.scheduled if p.id in run.course.results]
    run.withdraw("a0")
    return run


def test_whoever_leaves_early_is_struck_out() -> None:
    run = half_played(1)
    table = {line.agent: line for line in RoundRobin().standings(run.field, run.course)}
    assert table[AgentName("a0")].sets == 0
    assert all(table[AgentName(name)].sets == 3 for name in ("a1", "a2", "a3", "a4"))


def test_whoever_leaves_late_loses_what_it_leaves_unplayed() -> None:
    run = half_played(4)
    table = {line.agent: line for line in RoundRobin().standings(run.field, run.course)}
    own = table[AgentName("a0")]
    assert (own.sets, own.state) == (4, "withdrawn")
    assert own.wins + own.losses == 4
    assert own.losses >= 1
    assert all(line.sets == 4 for line in table.values())


def test_a_void_set_counts_for_nobody_and_whoever_is_absent_loses() -> None:
    field = a_field(3)
    run = Simulation(RoundRobin(), field)
    first, second, third = run.schedule()
    run.played = [Played(pairing=first), Played(pairing=second, absent=frozenset({second.entrants[0]}))]
    run.played.append(Played(pairing=third, absent=frozenset(third.entrants)))
    points = {line.agent: (line.points, line.sets) for line in RoundRobin().standings(field, run.course)}
    assert sum(sets for _, sets in points.values()) == 4
    assert sum(found for found, _ in points.values()) == 1.0
    assert points[second.entrants[1]][0] == 1.0


@given(entrants=st.integers(3, 12), challengers=st.integers(1, 2), rounds=st.integers(1, 3))
def test_challengers_meet_everybody_but_one_another(entrants: int, challengers: int, rounds: int) -> None:
    names = tuple(f"a{i}" for i in range(challengers))
    pairings = planned(Gauntlet(challengers=names, rounds=rounds), a_field(entrants))
    met = meetings(pairings)
    assert len(met) == challengers * (entrants - challengers)
    assert set(met.values()) == {rounds}
    assert all(len(set(p.entrants) & set(names)) == 1 for p in pairings)


@given(entrants=st.integers(5, 12))
def test_a_challenger_sits_with_everybody_equally_often_in_groups(entrants: int) -> None:
    field = a_field(entrants, 4)
    pairings = planned(Gauntlet(challengers=("a0",), rounds=4), field)
    assert all(p.entrants.count(AgentName("a0")) == 1 for p in pairings)
    together = Counter(name for p in pairings for name in p.entrants if name != "a0")
    assert len(together) == entrants - 1
    assert len(set(together.values())) == 1
    assert {p.entrants.index(AgentName("a0")) for p in pairings} == {0, 1, 2, 3}


def test_self_play_is_a_round_of_its_own_and_counts_for_nobody() -> None:
    rules = RoundRobin(self_play=True)
    for scored in (False, True):
        field = a_field(3, scored=scored)
        run = Simulation(rules, field, favourites).run(Random(1))
        mirrored = [p for p in run.scheduled if len(set(p.entrants)) == 1]
        assert [p.entrants[0] for p in mirrored] == ["a0", "a1", "a2"]
        assert {p.round for p in mirrored} == {4}
        assert all(line.sets == 2 for line in rules.standings(field, run.course))


def test_games_ranked_by_score_stand_by_the_mean_score() -> None:
    field = a_field(3, 1, scored=True)
    run = Simulation(RoundRobin(), field, lambda p, _: ranked(p, [int(p.entrants[0][1:])])).run(Random(1))
    table = RoundRobin().standings(field, run.course)
    assert [(line.agent, line.points) for line in table] == [("a0", 0.0), ("a1", -0.5), ("a2", -1.0)]


def test_more_rounds_than_its_cycles_have_are_refused() -> None:
    RoundRobin(rounds=6, cycles=2).check(a_field(4))
    RoundRobin(rounds=5).check(a_field(5))
    with pytest.raises(BadEvent, match="rounds = 50 is more than the 3 of 4 entrants with cycles = 1"):
        RoundRobin(rounds=50).check(a_field(4))
