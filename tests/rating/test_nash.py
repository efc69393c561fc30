"""Maximum-entropy Nash averaging: an equilibrium, unmoved by copies, and the most even one there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rating.nash import nash_average

RPS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], dtype=float)


def antisymmetric(seed, size, values=None):
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(size=(size, size)) if values is None else rng.choice(values, size=(size, size)), 1)
    return upper - upper.T


def test_rock_paper_scissors_are_equal():
    assert nash_average(RPS).weights == pytest.approx([1 / 3] * 3)


def test_a_copied_agent_shares_the_weight_of_one():
    copied = RPS[np.ix_([0, 1, 2, 2], [0, 1, 2, 2])]
    assert nash_average(copied).weights == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6])


def test_an_agent_that_beats_all_has_all_weight():
    average = nash_average(np.array([[0, 0.1, 2], [-0.1, 0, 5], [-2, -5, 0]]))
    assert average.weights == pytest.approx([1, 0, 0])
    assert average.ratings == pytest.approx([0, -0.1, -2])


@pytest.mark.parametrize("size", [1, 2, 7])
def test_agents_without_a_difference_are_equal(size):
    assert nash_average(np.zeros((size, size))).weights == pytest.approx([1 / size] * size)


def test_the_most_even_equilibrium_may_lie_where_an_outsider_is_just_held():
    # Two agents tie; the third beats the first by 3 and loses to the second by 1: the second must play at least 3/4.
    margins = np.array([[0, 0, -3], [0, 0, 1], [3, -1, 0]], dtype=float)
    assert nash_average(margins).weights == pytest.approx([0.25, 0.75, 0], abs=1e-6)


@pytest.mark.parametrize("rest", [0.0, 1e-17])
def test_rests_of_decimal_sums_are_no_margins(rest):
    margins = np.array([[0, 1.0, 1.0], [-1.0, 0, rest], [-1.0, -rest, 0]])
    assert nash_average(margins[1:, 1:] + [[0, rest], [-rest, 0]]).weights.sum() == pytest.approx(1)
    assert nash_average(margins).weights == pytest.approx([1, 0, 0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 9), st.sampled_from([None, (-1, 0, 1), (-2, -1, 1, 2)]))
def test_weights_are_an_equilibrium(seed, size, values):
    margins = antisymmetric(seed, size, values)
    average = nash_average(margins)
    assert average.weights.min() >= 0
    assert average.weights.sum() == pytest.approx(1)
    assert average.ratings.max() <= 1e-5 * max(1, np.abs(margins).max())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.data())
def test_copies_and_order_change_nothing(seed, size, data):
    margins = antisymmetric(seed, size)
    places = data.draw(st.permutations([*range(size), *data.draw(st.lists(st.integers(0, size - 1), max_size=4))]))
    found = nash_average(margins[np.ix_(places, places)]).weights
    assert np.bincount(places, found, size) == pytest.approx(nash_average(margins).weights, abs=1e-4)


def test_a_hundred_agents_are_solved():
    average = nash_average(antisymmetric(0, 100))
    assert average.ratings.max() < 1e-6
    assert 1 < np.count_nonzero(average.weights) < 100
