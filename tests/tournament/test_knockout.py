"""Brackets: the right ones meet, a loss or two put out, draws are replayed, and empty places are passed over."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.core.values import AgentName
from arena.tournament.bracket import Origin, double, single
from arena.tournament.formats.knockout import DoubleElimination, SingleElimination
from arena.tournament.schedule import Format, Pairing, Played
from tests.tournament.simulation import Simulation, a_field, favourites, ranked

BOTH: list[Format] = [SingleElimination(), DoubleElimination(), DoubleElimination(second_final=False)]


def lowest_first(pairing: Pairing, rng: Random) -> Played:
    """The worse seeded always wins."""
    return ranked(pairing, [-int(name[1:]) for name in pairing.entrants])


def by_coin(pairing: Pairing, rng: Random) -> Played:
    return ranked(pairing, rng.choice([[1, 2], [2, 1]]))


def drawn(pairing: Pairing, rng: Random) -> Played:
    return ranked(pairing, [1, 1])


def losses(run: Simulation) -> Counter[AgentName]:
    return Counter(name for one in run.played for name, points in one.points.items() if points == 0)


@pytest.mark.parametrize("entrants", [2, 3, 5, 8, 13, 16])
def test_favourites_come_out_in_the_order_of_their_seeding(entrants: int) -> None:
    field = a_field(entrants)
    run = Simulation(SingleElimination(), field, favourites).run(Random(1))
    table = SingleElimination().standings(field, run.course)
    for line in table:
        seed = int(line.agent[1:]) + 1
        assert line.rank == (1 if seed == 1 else 1 + 2 ** ((seed - 1).bit_length() - 1))
    assert [line.state for line in table] == ["in", *["out"] * (entrants - 1)]


@given(entrants=st.integers(2, 33))
def test_the_top_seeds_rest_when_places_stay_empty(entrants: int) -> None:
    run = Simulation(SingleElimination(), a_field(entrants))
    size = 1 << (entrants - 1).bit_length()
    playing = {name for p in run.schedule() if p.round == 1 for name in p.entrants}
    assert set(run.field.names) - playing == {f"a{i}" for i in range(size - entrants)}


@given(rounds=st.integers(1, 6))
def test_the_best_two_can_meet_in_the_final_only(rounds: int) -> None:
    nodes = single(1 << rounds)
    first = [{slot.of for slot in node.slots} for node in nodes if node.round == 1]
    assert all(sum(pair) == (1 << rounds) - 1 for pair in first)
    half = set().union(*first[: len(first) // 2 or 1])
    assert (0 in half, 1 in half) == ((True, True) if rounds == 1 else (True, False))


@given(entrants=st.integers(2, 20), seed=st.integers(0, 1 << 30), third=st.booleans())
@settings(deadline=None, max_examples=60)
def test_whoever_loses_once_is_out(entrants: int, seed: int, third: bool) -> None:
    rules = SingleElimination(third_place=third and entrants > 3)
    field = a_field(entrants)
    run = Simulation(rules, field, by_coin).run(Random(seed))
    assert len(run.played) == rules.expected(field)
    lost = losses(run)
    champion = [line.agent for line in rules.standings(field, run.course) if line.rank == 1]
    assert len(champion) == 1
    assert lost[champion[0]] == 0
    assert len(lost) == entrants - 1


@given(entrants=st.integers(2, 20), seed=st.integers(0, 1 << 30), second=st.booleans())
@settings(deadline=None, max_examples=60)
def test_whoever_loses_twice_is_out(entrants: int, seed: int, second: bool) -> None:
    rules = DoubleElimination(second_final=second)
    field = a_field(entrants)
    run = Simulation(rules, field, by_coin).run(Random(seed))
    lost = losses(run)
    table = rules.standings(field, run.course)
    champion = table[0].agent
    assert [line.rank for line in table].count(1) == 1
    assert [line.state for line in table].count("in") == 1
    assert lost[champion] <= 1
    unbeaten_final = not second and lost[champion] == 1
    for name in field.names:
        if name != champion:
            assert lost[name] == 2 or (unbeaten_final and lost[name] == 1)
    assert rules.expected(field) <= len(run.played) <= rules.expected(field) + 1


@given(entrants=st.integers(4, 32))
@settings(deadline=None, max_examples=30)
def test_favourites_keep_their_places_in_double_elimination(entrants: int) -> None:
    field = a_field(entrants)
    run = Simulation(DoubleElimination(), field, favourites).run(Random(1))
    table = DoubleElimination().standings(field, run.course)
    assert [line.agent for line in table[:4]] == ["a0", "a1", "a2", "a3"]
    assert [line.rank for line in table[:4]] == [1, 2, 3, 4]


def test_a_second_grand_final_is_held_only_when_the_first_is_lost_by_the_unbeaten() -> None:
    field = a_field(2)
    straight = Simulation(DoubleElimination(), field, favourites).run(Random(1))
    assert [p.stage for p in straight.scheduled] == ["winners round 1", "grand final"]
    turns = iter([[1, 2], [2, 1], [2, 1]])
    turned = Simulation(DoubleElimination(), field, lambda p, _: ranked(sorted_by_name(p), next(turns)))
    turned.run(Random(1))
    assert [p.stage for p in turned.scheduled] == ["winners round 1", "grand final", "second grand final"]
    assert [line.agent for line in DoubleElimination().standings(field, turned.course)] == ["a1", "a0"]


def sorted_by_name(pairing: Pairing) -> Pairing:
    """The same pairing; ranks are then given by name."""
    assert tuple(sorted(pairing.entrants)) == pairing.entrants
    return pairing


def test_nobody_in_the_losers_bracket_meets_whom_it_met_in_the_round_before() -> None:
    for size in (4, 8, 16, 32):
        nodes = double(size)
        for node in nodes:
            kinds = {slot.origin for slot in node.slots}
            if kinds == {Origin.WINNER, Origin.LOSER}:
                dropped = next(slot.of for slot in node.slots if slot.origin is Origin.LOSER)
                climbed = next(slot.of for slot in node.slots if slot.origin is Origin.WINNER)
                fed = {slot.of for slot in nodes[climbed].slots if slot.origin is Origin.LOSER}
                assert size == 4 or not fed & {slot.of for slot in nodes[dropped].slots}


@pytest.mark.parametrize("sets", [1, 2, 3])
def test_a_drawn_meeting_is_replayed_twice_and_then_the_higher_seed_advances(sets: int) -> None:
    field = a_field(4, sets=sets)
    run = Simulation(SingleElimination(), field, drawn).run(Random(1))
    legs = Counter((p.round, p.number) for p in run.scheduled)
    assert set(legs.values()) == {sets + 2}
    assert SingleElimination().standings(field, run.course)[0].agent == "a0"


def test_a_replay_that_is_won_decides() -> None:
    field = a_field(2)
    outcomes = iter([[1, 1], [2, 1]])
    run = Simulation(SingleElimination(), field, lambda p, _: ranked(p, next(outcomes))).run(Random(1))
    assert [p.leg for p in run.scheduled] == [0, 1]
    assert SingleElimination().standings(field, run.course)[0].agent == "a1"


def test_a_void_set_is_replayed() -> None:
    field = a_field(2)
    outcomes = iter([None, [2, 1]])

    def outcome(pairing: Pairing, rng: Random) -> Played:
        ranks = next(outcomes)
        return Played(pairing=pairing) if ranks is None else ranked(pairing, ranks)

    run = Simulation(SingleElimination(), field, outcome).run(Random(1))
    assert SingleElimination().standings(field, run.course)[0].agent == "a1"
    assert len(run.played) == 2


def test_a_side_does_not_wait_for_the_other_half_of_the_bracket() -> None:
    run = Simulation(SingleElimination(), a_field(8), favourites)
    first = run.schedule()
    run.finish(first[0], Random(1))
    run.finish(first[1], Random(1))
    assert [p.stage for p in run.schedule()] == ["semifinal"]


def test_whoever_withdraws_is_passed_over_and_of_two_the_first_to_leave_loses() -> None:
    field = a_field(8)
    run = Simulation(SingleElimination(), field, favourites)
    run.withdraw("a1", "a6", "a2")
    run.run(Random(1))
    table = {line.agent: line for line in SingleElimination().standings(field, run.course)}
    assert table[AgentName("a0")].rank == 1
    assert table[AgentName("a5")].rank == 2
    assert table[AgentName("a6")].rank == 3
    assert table[AgentName("a1")].rank == table[AgentName("a2")].rank == 5
    assert len(run.played) == 4


@given(entrants=st.integers(2, 12), sets=st.integers(1, 3), seed=st.integers(0, 1 << 30), rules=st.sampled_from(BOTH))
@settings(deadline=None, max_examples=80)
def test_nobody_who_leaves_at_any_moment_leaves_the_bracket_undecided(
    entrants: int, sets: int, seed: int, rules: Format
) -> None:
    rng = Random(seed)
    run = Simulation(rules, a_field(entrants, sets=sets), by_coin)
    run.run(rng, most=rng.randint(0, 2 * entrants * sets), partly=True)
    run.schedule(rng.randint(0, 4))
    run.withdraw(*rng.sample(run.field.names, rng.randint(1, entrants - 1)))
    run.run(rng, partly=True)
    table = rules.standings(run.field, run.course)
    first = [line for line in table if line.rank == 1]
    assert len(first) == 1
    assert [line.state for line in table].count("in") <= 1


def test_whoever_is_absent_loses_and_the_other_advances() -> None:
    field = a_field(4)
    run = Simulation(SingleElimination(), field, lambda p, _: Played(pairing=p, absent=frozenset({p.entrants[0]})))
    run.run(Random(1))
    assert SingleElimination().standings(field, run.course)[0].agent in {"a2", "a3"}


def test_the_third_place_is_played_for() -> None:
    field = a_field(4)
    rules = SingleElimination(third_place=True)
    run = Simulation(rules, field, lowest_first).run(Random(1))
    assert Counter(p.stage for p in run.scheduled) == {"semifinal": 2, "final": 1, "third place": 1}
    assert [(line.agent, line.rank) for line in rules.standings(field, run.course)] == [
        ("a3", 1),
        ("a2", 2),
        ("a1", 3),
        ("a0", 4),
    ]


@given(entrants=st.integers(2, 17), sets=st.integers(1, 3), seed=st.integers(0, 1 << 30), rules=st.sampled_from(BOTH))
@settings(deadline=None, max_examples=100)
def test_what_is_decided_stays_decided_whoever_leaves_later(entrants: int, sets: int, seed: int, rules: Format) -> None:
    rng = Random(seed)
    run = Simulation(rules, a_field(entrants, sets=sets), lambda p, r: ranked(p, [r.randint(1, 2), r.randint(1, 2)]))
    met: dict[tuple[int, int], tuple[AgentName, ...]] = {}
    out: dict[AgentName, float] = {}
    while not rules.over(run.field, run.course):
        run.schedule(rng.randint(0, 2))
        if run.course.pending:
            run.finish(rng.choice(run.course.pending), rng)
        if rng.random() < 0.2:
            run.withdraw(rng.choice(run.field.names))
        for pairing in run.scheduled:
            assert met.setdefault((pairing.round, pairing.number), pairing.entrants) == pairing.entrants
        table = {line.agent: line for line in rules.standings(run.field, run.course)}
        assert all(table[name].ranked_by["round"] == reached for name, reached in out.items())
        out |= {name: line.ranked_by["round"] for name, line in table.items() if line.state == "out"}


def test_the_first_to_leave_loses_and_the_one_who_leaves_later_forfeits_the_next_meeting() -> None:
    field = a_field(4)
    rules = SingleElimination()
    run = Simulation(rules, field, favourites)
    run.withdraw("a3")
    assert [p.entrants for p in run.schedule()] == [("a1", "a2")]
    run.finish(run.scheduled[0], Random(1))
    run.withdraw("a0")
    assert run.schedule() == []
    assert {line.agent: line.rank for line in rules.standings(field, run.course)} == {
        "a1": 1,
        "a0": 2,
        "a2": 3,
        "a3": 3,
    }


def test_the_loser_of_a_semifinal_is_in_until_the_third_place_was_played_for() -> None:
    field = a_field(4)
    rules = SingleElimination(third_place=True)
    run = Simulation(rules, field, favourites)
    run.schedule()
    run.finish(run.scheduled[0], Random(1))
    one_left = {line.agent: (line.rank, line.state) for line in rules.standings(field, run.course)}
    assert one_left[AgentName("a3")] == (4, "in")
    run.finish(run.scheduled[1], Random(1))
    assert {line.state for line in rules.standings(field, run.course)} == {"in"}
    run.run(Random(1))
    assert {line.agent: line.state for line in rules.standings(field, run.course)} == {
        "a0": "in",
        "a1": "out",
        "a2": "out",
        "a3": "out",
    }
