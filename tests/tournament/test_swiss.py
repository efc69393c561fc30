"""Swiss rounds: no rematches, byes at most once, and points that find each other."""

from collections import Counter
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.core.errors import BadEvent
from arena.core.values import AgentName
from arena.tournament.formats.swiss import MOST, Swiss
from arena.tournament.matching import Candidate, _matching, _score_by_score, matched
from arena.tournament.schedule import Pairing, Played
from tests.tournament.simulation import Simulation, a_field, by_chance, favourites, ranked


def most_rounds(entrants: int) -> int:
    return (entrants + entrants % 2) // 2


@given(entrants=st.integers(2, 20), seed=st.integers(0, 1 << 30), partly=st.booleans())
@settings(max_examples=50, deadline=None)
def test_nobody_meets_twice_and_nobody_rests_twice(entrants: int, seed: int, partly: bool) -> None:
    rounds = most_rounds(entrants)
    run = Simulation(Swiss(rounds=rounds), a_field(entrants)).run(Random(seed), partly=partly)
    met = Counter(frozenset(p.entrants) for p in run.scheduled)
    assert set(met.values()) == {1}
    byes: Counter[str] = Counter()
    for number in range(1, rounds + 1):
        names = [name for p in run.scheduled if p.round == number for name in p.entrants]
        assert len(names) == len(set(names)) == entrants - entrants % 2
        byes.update(set(run.field.names) - set(names))
    assert all(count == 1 for count in byes.values())


@given(entrants=st.integers(4, 12), seed=st.integers(0, 1 << 30))
@settings(max_examples=40, deadline=None)
def test_nobody_meets_twice_when_somebody_leaves_in_the_middle_of_a_round(entrants: int, seed: int) -> None:
    rng = Random(seed)
    run = Simulation(Swiss(rounds=most_rounds(entrants)), a_field(entrants))
    run.run(rng, most=rng.randint(0, entrants), partly=True)
    run.withdraw(*rng.sample(run.field.names, rng.randint(1, 2)))
    run.run(rng, partly=True)
    assert max(Counter(frozenset(p.entrants) for p in run.scheduled).values(), default=1) == 1
    for number in {p.round for p in run.scheduled}:
        names = [name for p in run.scheduled if p.round == number for name in p.entrants]
        assert len(names) == len(set(names))


def test_a_round_waits_for_the_one_before_it() -> None:
    run = Simulation(Swiss(), a_field(8))
    first = run.schedule()
    assert len(first) == 4
    for pairing in first[:3]:
        run.finish(pairing, Random(1))
    assert run.schedule() == []
    run.finish(first[3], Random(1))
    assert {p.round for p in run.schedule()} == {2}


def test_in_the_first_round_the_upper_half_meets_the_lower() -> None:
    run = Simulation(Swiss(), a_field(8))
    assert {frozenset(p.entrants) for p in run.schedule()} == {frozenset({f"a{i}", f"a{i + 4}"}) for i in range(4)}


def test_winners_meet_winners() -> None:
    run = Simulation(Swiss(), a_field(16), favourites)
    for pairing in run.schedule():
        run.finish(pairing, Random(1))
    won = {AgentName(f"a{i}") for i in range(8)}
    assert all(len(won & set(p.entrants)) in {0, 2} for p in run.schedule())


def test_the_best_wins_and_buchholz_parts_equal_points() -> None:
    field = a_field(8)
    run = Simulation(Swiss(), field, favourites).run(Random(1))
    table = Swiss().standings(field, run.course)
    assert (table[0].agent, table[0].points) == ("a0", 3.0)
    points = {line.agent: line.points for line in table}
    for line in table:
        met = [n for p in run.scheduled if line.agent in p.entrants for n in p.entrants if n != line.agent]
        assert line.ranked_by["buchholz"] == sum(points[name] for name in met)


def test_a_bye_brings_the_points_of_a_win_and_goes_to_the_last() -> None:
    field = a_field(5, sets=2)
    run = Simulation(Swiss(rounds=2), field, favourites)
    first = run.schedule()
    rested = set(field.names) - {name for p in first for name in p.entrants}
    assert rested == {"a4"}
    for pairing in first:
        run.finish(pairing, Random(1))
    table = {line.agent: line for line in Swiss(rounds=2).standings(field, run.course)}
    assert table[AgentName("a4")].points == 2.0
    second = {name for p in run.schedule() for name in p.entrants}
    assert "a4" in second
    assert len(set(field.names) - second) == 1


def test_a_void_set_is_half_a_point_for_both() -> None:
    field = a_field(2)
    run = Simulation(Swiss(), field, lambda p, _: Played(pairing=p)).run(Random(1))
    assert [line.points for line in Swiss().standings(field, run.course)] == [0.5, 0.5]


def test_first_places_are_shared_out() -> None:
    run = Simulation(Swiss(rounds=6), a_field(12), lambda p, _: ranked(p, [1, 1])).run(Random(1))
    firsts = Counter(p.entrants[0] for p in run.scheduled)
    assert max(firsts.values()) - min(firsts.values()) <= 2


def cost(candidates: list[Candidate], pairs: list[tuple[int, int]]) -> int:
    return sum((candidates[i].score - candidates[j].score) ** 2 for i, j in pairs)


def every_matching(left: list[int]) -> list[list[tuple[int, int]]]:
    if not left:
        return [[]]
    head, *rest = left
    return [[(head, other), *tail] for other in rest for tail in every_matching([one for one in rest if one != other])]


@given(scores=st.lists(st.integers(0, 6), min_size=6, max_size=8).filter(lambda s: len(s) % 2 == 0), data=st.data())
@settings(max_examples=40, deadline=None)
def test_scores_are_as_close_as_any_pairing_could_make_them(scores: list[int], data: st.DataObject) -> None:
    order = sorted(scores, reverse=True)
    everyone = list(combinations(range(len(order)), 2))
    met = data.draw(st.lists(st.sampled_from(everyone), max_size=6))
    candidates = [
        Candidate(score, frozenset({b for a, b in met if a == i} | {a for a, b in met if b == i}), rested=False)
        for i, score in enumerate(order)
    ]
    allowed = [m for m in every_matching(list(range(len(order)))) if not set(m) & set(met)]
    pairs = list(matched(tuple(candidates)))
    assert not set(pairs) & set(met)
    if allowed:
        assert 2 * len(pairs) == len(order)
        assert cost(candidates, pairs) == min(cost(candidates, found) for found in allowed)


def test_a_bye_is_given_a_second_time_only_when_all_others_would_be_rematches() -> None:
    everyone = [Candidate(0, frozenset({0, 1, 2} - {i}), rested=True) for i in range(3)]
    assert list(matched(tuple(everyone))) == []
    one_fresh = [Candidate(2, frozenset({1}), rested=True), Candidate(0, frozenset({0}), rested=False)]
    one_fresh.append(Candidate(0, frozenset(), rested=True))
    assert list(matched(tuple(one_fresh))) == [(0, 2)]


def test_points_of_a_round_under_way_do_not_move_its_pairings() -> None:
    run = Simulation(Swiss(), a_field(8), by_chance)
    stored = run.schedule(2)
    run.finish(stored[0], Random(3))
    rest: list[Pairing] = run.schedule()
    fresh = Simulation(Swiss(), a_field(8)).schedule()
    assert stored + rest == fresh


def test_a_bye_is_had_only_in_a_round_that_is_stored_whole() -> None:
    rules = Swiss(rounds=3)
    field = a_field(6)
    run = Simulation(rules, field, favourites)
    run.run(Random(1), most=3)
    before = {line.agent: line.points for line in rules.standings(field, run.course)}
    run.schedule(1)
    assert {line.agent: line.points for line in rules.standings(field, run.course)} == before


def test_whoever_leaves_keeps_the_byes_it_had_and_gets_none_afterwards() -> None:
    rules = Swiss(rounds=3)
    field = a_field(5)
    run = Simulation(rules, field, favourites)
    run.run(Random(1), most=2)
    run.withdraw("a4")
    points = {line.agent: line.points for line in rules.standings(field, run.course)}
    assert points[AgentName("a4")] == 1.0
    run.run(Random(1))
    table = {line.agent: line for line in rules.standings(field, run.course)}
    assert (table[AgentName("a4")].points, table[AgentName("a4")].state) == (1.0, "withdrawn")


@pytest.mark.parametrize("entrants", [50, 130, 150])
def test_the_upper_half_meets_the_lower_however_many_there_are(entrants: int) -> None:
    pairs = Simulation(Swiss(), a_field(entrants)).schedule()
    numbers = [[int(name[1:]) for name in p.entrants] for p in pairs]
    assert {abs(one - two) for one, two in numbers} == {entrants // 2}


def test_what_is_paired_quickly_is_as_close_in_score_as_what_is_weighed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(4)
    scores = sorted((rng.randint(0, 8) for _ in range(129)), reverse=True)
    met = [(rng.randrange(129), rng.randrange(129)) for _ in range(200)]
    candidates = [
        Candidate(score, frozenset({b for a, b in met if a == i} | {a for a, b in met if b == i}), rested=i == 128)
        for i, score in enumerate(scores)
    ]
    quick = list(matched(tuple(candidates)))
    monkeypatch.setattr("arena.tournament.matching._WHOLE", 200)
    whole = list(matched.__wrapped__(tuple(candidates)))
    assert len(quick) == len(whole) == 64
    assert cost(candidates, quick) == cost(candidates, whole)
    assert not any(127 in pair for pair in quick)


@given(half=st.integers(2, 4), data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_lowest_that_has_not_rested_rests_whenever_all_others_can_be_paired(half: int, data: st.DataObject) -> None:
    size = 2 * half - 1
    scores = sorted(data.draw(st.lists(st.integers(0, 6), min_size=size, max_size=size)), reverse=True)
    rested = data.draw(st.sets(st.integers(0, size - 1)))
    met = set(data.draw(st.lists(st.sampled_from(list(combinations(range(size), 2))), max_size=size)))
    candidates = [
        Candidate(s, frozenset({b for a, b in met if a == i} | {a for a, b in met if b == i}), rested=i in rested)
        for i, s in enumerate(scores)
    ]
    able = [i for i in range(size) if any(not set(m) & met for m in every_matching([j for j in range(size) if j != i]))]
    first = sorted(able, key=lambda i: (i in rested, -i))[:1]
    pairs = matched(tuple(candidates))
    resting = set(range(size)) - {i for pair in pairs for i in pair}
    assert not able or resting == set(first)


def test_more_entrants_than_can_be_paired_in_time_are_refused() -> None:
    Swiss().check(a_field(MOST))
    with pytest.raises(BadEvent, match="at most 2000 entrants, not 2001"):
        Swiss().check(a_field(MOST + 1))


def test_a_large_field_is_paired_score_by_score_as_closely_as_can_be_and_without_rematches() -> None:
    field = a_field(401)
    run = Simulation(Swiss(rounds=6), field, lambda p, rng: ranked(p, rng.choice([[1, 2], [2, 1], [1, 1]])))
    rng = Random(2)
    while run.schedule():
        for pairing in run.course.pending:
            run.finish(pairing, rng)
    meetings = [frozenset(pairing.entrants) for pairing in run.scheduled]
    assert len(set(meetings)) == len(meetings) == 6 * 200
    resting = Counter(name for name in field.names for _ in range(6))
    resting.subtract(name for pairing in run.scheduled for name in pairing.entrants)
    assert set(resting.values()) == {0, 1}


@pytest.mark.parametrize("seed", range(4))
def test_pairing_score_by_score_loses_nothing(seed: int) -> None:
    rng, size = Random(seed), 140
    scores = sorted((rng.choice([0, 1, 2, 2, 3, 4]) for _ in range(size)), reverse=True)
    met: dict[int, set[int]] = {i: set() for i in range(size)}
    for _ in range(3 * size):
        one, two = rng.sample(range(size), 2)
        if abs(one - two) < 40:
            met[one].add(two)
            met[two].add(one)
    candidates = [Candidate(score, frozenset(met[i]), rested=False) for i, score in enumerate(scores)]
    pairs = _score_by_score(candidates, None)
    assert pairs is not None
    assert sorted(position for pair in pairs for position in pair) == list(range(size))
    assert not any(two in met[one] for one, two in pairs)
    assert cost(candidates, pairs) == cost(candidates, _matching(candidates, size))
