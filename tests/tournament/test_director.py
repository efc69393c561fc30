"""The fault rule and the stop rule, whatever the format."""

from random import Random

import pytest

from arena.core.values import AgentName
from arena.tournament.director import Director
from arena.tournament.files import parse
from arena.tournament.schedule import Pairing, Played
from tests.tournament.simulation import by_chance, favourites
from tests.tournament.test_files import HEAD, numbered, spec

ROBIN = '[format]\nkind = "round robin"\n'
LADDER = '[format]\nkind = "ladder"\n'


def director(rest: str, entrants: int = 4) -> Director:
    return Director(parse(HEAD + rest + numbered(entrants)), spec())


def test_whoever_stays_away_so_often_in_a_row_is_out() -> None:
    rules = director(ROBIN + "[faults]\nwithdraw_after = 2\n")
    all_due = rules.due(rules.course())
    own = [p for p in all_due if "a0" in p.entrants]
    absent = frozenset({AgentName("a0")})
    once = [Played(pairing=own[0], absent=absent)]
    assert rules.course(all_due, once).withdrawn == frozenset()
    came_back = [*once, favourites(own[1], Random(1)), Played(pairing=own[2], absent=absent)]
    assert rules.course(all_due, came_back).withdrawn == frozenset()
    gone = [*once, Played(pairing=own[1], absent=absent), favourites(own[2], Random(1))]
    assert rules.course(all_due, gone).withdrawn == absent


def test_pending_pairings_of_those_who_left_are_forfeited() -> None:
    rules = director(ROBIN)
    course = rules.course(rules.due(rules.course()), left={AgentName("a1"): 0})
    found = rules.forfeits(course)
    assert len(found) == 3
    assert all(one.absent == {"a1"} and "a1" in one.pairing.entrants for one in found)
    done = rules.course(course.scheduled, found, left={AgentName("a1"): 0})
    assert rules.forfeits(done) == []
    assert len(done.pending) == 3


def test_no_more_sets_are_scheduled_than_the_stop_rule_says() -> None:
    rules = director(LADDER + "[stop]\nsets = 5\n")
    rng, scheduled, played = Random(1), list[Pairing](), list[Played]()
    while not rules.over(course := rules.course(scheduled, played)):
        scheduled += rules.due(course)
        pending = rules.course(scheduled, played).pending
        played.append(by_chance(rng.choice(pending), rng))
    assert len(scheduled) == len(played) == 5
    assert rules.stopped(course) == "5 sets were scheduled"
    assert rules.expected() == 5


def test_time_ends_an_event_but_not_the_sets_under_way() -> None:
    rules = director(ROBIN + "[stop]\nseconds = 60\n")
    scheduled = rules.due(rules.course(), 59.0)[:1]
    course = rules.course(scheduled)
    assert rules.due(course, 60.0) == []
    assert not rules.over(course, 60.0)
    done = rules.course(scheduled, [favourites(scheduled[0], Random(1))])
    assert rules.over(done, 60.0)
    assert not rules.over(done, 59.0)
    assert rules.stopped(done, 60.0) == "60 seconds have passed"


def test_a_narrow_interval_ends_an_event() -> None:
    rules = director('[format]\nkind = "round robin"\ncycles = 40\n[stop]\nwidth = 0.3\n', 2)
    pairings = rules.due(rules.course())
    played = [favourites(p, Random(1)) for p in pairings]
    widths = [rules.width(rules.course(pairings, played[:n])) for n in range(len(played))]
    assert widths[0] == 1.0
    assert widths == sorted(widths, reverse=True)
    enough = next(n for n, width in enumerate(widths) if width <= 0.3)
    # Wilson's interval of n wins in n sets is z^2 / (n + z^2) wide.
    assert enough == 9
    assert widths[9] == pytest.approx(3.8415 / (9 + 3.8415), abs=1e-4)
    assert rules.due(rules.course(pairings[:enough], played[:enough])) == []


def test_an_event_without_a_stop_rule_ends_with_its_format() -> None:
    rules = director(ROBIN)
    assert rules.expected() == len(rules.due(rules.course())) == 6
    assert rules.stopped(rules.course(), 1e9) == ""


def test_staying_away_from_one_set_counts_once_however_many_seats_it_has() -> None:
    rules = director(ROBIN + "[faults]\nwithdraw_after = 2\n")
    absent = frozenset({AgentName("a0")})
    seats = tuple(map(AgentName, ("a0", "a1", "a0", "a1")))
    sets = [Pairing(round=n, number=1, entrants=seats) for n in (1, 2)]
    once = [Played(pairing=sets[0], absent=absent)]
    assert rules.course(sets, once).withdrawn == frozenset()
    assert rules.course(sets, [*once, Played(pairing=sets[1], absent=absent)]).withdrawals == {"a0": 2}


def test_a_void_set_neither_counts_as_staying_away_nor_as_coming_back() -> None:
    rules = director(ROBIN + "[faults]\nwithdraw_after = 2\n")
    own = [p for p in rules.due(rules.course()) if "a0" in p.entrants]
    absent = frozenset({AgentName("a0")})
    played = [Played(pairing=own[0], absent=absent), Played(pairing=own[1]), Played(pairing=own[2], absent=absent)]
    assert rules.course(own, played[:2]).withdrawn == frozenset()
    assert rules.course(own, played).withdrawn == absent


def test_withdrawals_stand_in_the_order_in_which_they_came() -> None:
    rules = director(ROBIN + "[faults]\nwithdraw_after = 1\n")
    due = rules.due(rules.course())
    played = [Played(pairing=p, absent=frozenset({p.entrants[0]})) for p in due[:2]]
    left = {AgentName("a9"): 1, AgentName("a8"): 5}
    first, second = (p.entrants[0] for p in due[:2])
    assert list(rules.course(due, played, left).withdrawals) == ["a9", first, second, "a8"]


def test_a_stop_rule_ends_a_swiss_event_at_the_end_of_a_round() -> None:
    rules = director('[format]\nkind = "swiss"\nrounds = 3\n[stop]\nsets = 4\n', 6)
    scheduled, played = list[Pairing](), list[Played]()
    while not rules.over(course := rules.course(scheduled, played)):
        scheduled += rules.due(course)[:1]
        played += [favourites(p, Random(1)) for p in rules.course(scheduled, played).pending]
    assert [p.round for p in scheduled] == [1, 1, 1, 2, 2, 2]
    assert {line.sets for line in rules.standings(course)} == {2}
