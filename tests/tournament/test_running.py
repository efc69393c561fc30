"""Sums over a growing event are those of a fresh start, and every set is counted once."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.tournament.running import Growing, Running


@given(queries=st.lists(st.lists(st.integers(0, 2), max_size=6), max_size=8))
def test_the_state_follows_from_the_items_whatever_was_asked_before(queries: list[list[int]]) -> None:
    running: Running[int, list[int]] = Running(list, list.append)
    for items in queries:
        assert running.of(items) == items


def test_each_item_is_counted_once_while_the_sequence_grows() -> None:
    counted: Counter[int] = Counter()
    running: Running[int, list[int]] = Running(list, lambda state, item: counted.update([item]))
    for length in range(50):
        running.of(range(length))
    assert counted == Counter(range(49))


def test_a_shorter_sequence_begins_anew() -> None:
    running: Running[int, list[int]] = Running(list, list.append)
    first = running.of([1, 2, 3])
    assert running.of([1, 2]) == [1, 2]
    assert first == [1, 2, 3]


@given(queries=st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=12))
def test_events_side_by_side_each_have_the_state_of_their_own_items(queries: list[tuple[bool, int]]) -> None:
    running: Running[int, list[int]] = Running(list, list.append)
    one, two = Growing(range(9)), Growing(range(100, 109))
    for first, length in queries:
        items = (one if first else two).first(length)
        assert running.of(items) == list(items)


def test_items_that_grow_are_counted_once_though_others_are_asked_about_in_between() -> None:
    counted: Counter[int] = Counter()
    running: Running[int, list[int]] = Running(list, lambda state, item: counted.update([item]))
    one, two = Growing[int](), Growing[int]()
    for item in range(20):
        one.extend([item])
        two.extend([100 + item])
        running.of(one.first(len(one)))
        running.of(two.first(len(two)))
    assert set(counted.values()) == {1}


@given(length=st.integers(0, 6), index=st.integers(-8, 8), cut=st.slices(6))
def test_what_has_grown_reads_as_a_list_that_nothing_is_added_to(length: int, index: int, cut: slice) -> None:
    source = Growing(range(4))
    grown = source.first(length)
    plain = list(range(min(length, 4)))
    source.extend(range(50, 60))
    assert (len(grown), [*grown]) == (len(plain), plain)
    assert [*grown[cut]] == plain[cut]
    if -len(plain) <= index < len(plain):
        assert grown[index] == plain[index]
    else:
        with pytest.raises(IndexError):
            grown[index]
