"""Maximal lotteries: no other choice beats them by a majority."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rating.lottery import maximal_lottery


def test_who_beats_every_other_is_chosen():
    assert maximal_lottery(np.array([[0, 0.1, 0.2], [-0.1, 0, 1], [-0.2, -1, 0]])) == pytest.approx([1, 0, 0])


def test_a_circle_of_unequal_majorities_favours_the_agent_outside_of_the_largest():
    majority = np.array([[0, 0.2, -0.5], [-0.2, 0, 0.3], [0.5, -0.3, 0]])
    assert maximal_lottery(majority) == pytest.approx([0.3, 0.5, 0.2])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8))
def test_no_agent_beats_the_lottery(seed, size):
    upper = np.triu(np.random.default_rng(seed).integers(-4, 5, size=(size, size)) / 4, 1)
    majority = upper - upper.T
    assert (majority @ maximal_lottery(majority)).max() <= 1e-5
