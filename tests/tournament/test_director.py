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
    course = rules.course(rules.due(rules.course()), left=[AgentName("a1")])
    found = rules.forfeits(course)
    assert len(found) == 3
    assert all(one.absent == {"a1"} and "a1" in one.pairing.entrants for one in found)
    done = rules.course(course.scheduled, found, left=[AgentName("a1")])
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
