"""The ladder's queue: the longest waiting is always served, near opponents are preferred, and nobody starves."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from arena.core.values import AgentName
from arena.tournament.formats.ladder import Ladder, elo_points
from arena.tournament.schedule import Played
from tests.tournament.simulation import Simulation, a_field, by_chance, favourites

NARROW = Ladder(range=1, widen=1)


@given(entrants=st.integers(2, 9), places=st.integers(2, 4), seed=st.integers(0, 1 << 30))
@settings(max_examples=40, deadline=None)
def test_the_longest_waiting_is_in_the_first_set_that_is_due(entrants: int, places: int, seed: int) -> None:
    rng = Random(seed)
    run = Simulation(NARROW, a_field(max(entrants, places), places), by_chance)
    for _ in range(25):
        free = [name for name in run.field.names if name not in run.course.busy]
        since = {n: i for i, one in enumerate(run.played, start=1) for n in one.pairing.entrants}
        if found := run.schedule():
            longest = min(since.get(name, 0) for name in free)
            assert any(since.get(name, 0) == longest for name in found[0].entrants)
        run.finish(rng.choice(run.course.pending), rng)


@given(entrants=st.integers(3, 12), seed=st.integers(0, 1 << 30))
@settings(max_examples=40, deadline=None)
def test_nobody_starves_however_far_apart_the_ratings_are(entrants: int, seed: int) -> None:
    rng = Random(seed)
    run = Simulation(NARROW, a_field(entrants), favourites)
    for tick in range(80):
        run.schedule()
        since = {n: i for i, one in enumerate(run.played, start=1) for n in one.pairing.entrants}
        free = [name for name in run.field.names if name not in run.course.busy]
        assert all(tick - since.get(name, 0) <= entrants + 2 for name in free)
        run.finish(rng.choice(run.course.pending), rng)


def test_slow_sets_hold_up_nobody_else() -> None:
    run = Simulation(Ladder(), a_field(8), favourites)
    rng = Random(1)
    stuck = run.schedule()[0]
    for _ in range(30):
        run.schedule()
        run.finish(next(p for p in run.course.pending if p != stuck), rng)
    sets = Counter(name for p in run.scheduled for name in p.entrants)
    assert min(sets[name] for name in run.field.names if name not in stuck.entrants) >= 5
    assert all(sets[name] == 1 for name in stuck.entrants)


def test_near_opponents_are_preferred_to_far_ones() -> None:
    run = Simulation(Ladder(range=60, widen=1), a_field(12), favourites).run(Random(2), most=300)
    late = run.scheduled[150:]
    gaps = [abs(int(p.entrants[0][1:]) - int(p.entrants[1][1:])) for p in late]
    assert sum(gaps) / len(gaps) < 3.5  # 4.33 were the opponents drawn evenly


def test_the_same_two_do_not_meet_again_at_once_when_there_is_a_choice() -> None:
    run = Simulation(Ladder(), a_field(6), by_chance).run(Random(3), most=60)
    last: dict[AgentName, frozenset[AgentName]] = {}
    again = 0
    for pairing in run.scheduled:
        pair = frozenset(pairing.entrants)
        again += all(last.get(name) == pair for name in pair)
        last.update(dict.fromkeys(pair, pair))
    assert again <= 3


def test_everybody_meets_about_everybody_when_the_range_is_wide() -> None:
    run = Simulation(Ladder(range=10_000), a_field(6), by_chance).run(Random(4), most=90)
    met = Counter(frozenset(p.entrants) for p in run.scheduled)
    assert len(met) == 15
    assert max(met.values()) <= 4 * min(met.values())


def test_two_go_on_with_one_another() -> None:
    run = Simulation(Ladder(), a_field(2), by_chance).run(Random(5), most=10)
    assert len(run.played) == 10


def test_standings_are_by_elo_and_forfeits_count() -> None:
    field = a_field(2)
    run = Simulation(Ladder(), field)
    pairing = run.schedule()[0]
    run.played.append(Played(pairing=pairing, absent=frozenset({AgentName("a0")})))
    table = Ladder().standings(field, run.course)
    assert [(line.agent, line.ranked_by["rating"]) for line in table] == [("a1", 1516.0), ("a0", 1484.0)]
    assert elo_points(field, [Played(pairing=pairing)]) == {"a0": 1500.0, "a1": 1500.0}
