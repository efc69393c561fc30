"""Swiss rounds: no rematches, byes at most once, and points that find each other."""

from collections import Counter
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from arena.core.values import AgentName
from arena.tournament.formats.swiss import Swiss
from arena.tournament.matching import Candidate, matched
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
    run.withdrawn = frozenset(rng.sample(run.field.names, rng.randint(1, 2)))
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
