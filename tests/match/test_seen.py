"""What the seats of a recorded match were asked, as it is found by playing it again."""

import itertools

from arena.core.legal import Choices
from arena.core.match import Cause
from arena.core.values import Seat
from arena.match.seen import seen
from arena.match.table import Table
from tests.match.fakes import SumGame, make_plan


def played(game, answers):
    table = Table(game, make_plan(game))
    for action in answers:
        for seat in list(table.open_seats):
            table.submit(seat, action)
        table.step()
    return table


def test_every_move_has_the_view_that_stood_before_it():
    game = SumGame()
    table = played(game, [1, 2, 3, 4])
    found = seen(game, table.result())
    sums = [int(asked.text.split()[1]) for asked in found.situations]
    assert [later - earlier for earlier, later in itertools.pairwise(sums)] == [1, 2, 3]
    assert found.spec.brief == "add"
    assert list(found.parties) == [0, 1]


def test_names_of_choices_outlive_the_state():
    game = SumGame()
    (first, *_) = seen(game, played(game, [1, 2, 3, 4]).result()).situations
    assert isinstance(first.legal, Choices)
    assert first.legal.labels == [str(number) for number in range(10)]


def test_seats_that_decide_at_once_see_the_same_and_are_paid_for_their_own():
    game = SumGame(dynamics="simultaneous", turns=2)
    found = seen(game, played(game, [3, 5]).result())
    assert [asked.text == found.situations[0].text for asked in found.situations] == [True, True, False, False]
    assert [asked.reward for asked in found.situations] == [3.0, 3.0, 5.0, 5.0]


def test_a_seat_that_resigned_out_of_turn_was_asked_nothing():
    game = SumGame()
    table = played(game, [1])
    table.forfeit(Seat(0), Cause.RESIGNED)
    found = seen(game, table.result())
    assert [asked.legal is None for asked in found.situations] == [False, True]


def test_a_seat_that_ran_out_of_time_was_asked():
    game = SumGame()
    table = played(game, [1])
    table.rule(Seat(1), Cause.TIMEOUT)
    found = seen(game, table.result())
    assert [asked.legal is None for asked in found.situations] == [False, False]


def test_a_void_match_is_seen_as_far_as_its_fault():
    game = SumGame()
    found = seen(game, played(game, [1, 2]).void("broken"))
    assert len(found.situations) == 2
    assert found.situations[0].text
