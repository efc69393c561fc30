"""Sums over a growing event are those of a fresh start, and every set is counted once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from arena.tournament.running import Running


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
