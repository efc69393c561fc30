"""The cyclic share: 0 where strengths explain all, 1 where nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.rating.cyclic import cyclic_share, decompose

RPS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], dtype=float)


def test_rock_paper_scissors_is_all_circle():
    assert cyclic_share(RPS) == 1


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_differences_of_strengths_hold_no_circle(strengths):
    values = np.array(strengths)
    assert cyclic_share(values[:, None] - values[None, :]) == pytest.approx(0, abs=1e-9)


def test_agents_without_a_difference_hold_no_circle():
    assert cyclic_share(np.zeros((4, 4))) == 0


def test_shares_of_a_mixture_are_by_squares():
    line = np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], dtype=float)
    assert cyclic_share(line + 2 * RPS) == pytest.approx(24 / (12 + 24))


@given(st.integers(0, 10**6), st.integers(2, 7))
def test_the_parts_are_orthogonal_and_add_up(seed, size):
    noise = np.random.default_rng(seed).normal(size=(size, size))
    margins = noise - noise.T
    strengths, transitive, cyclic = decompose(margins)
    assert transitive + cyclic == pytest.approx(margins)
    assert (transitive * cyclic).sum() == pytest.approx(0, abs=1e-9)
    assert cyclic.sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert strengths.sum() == pytest.approx(0, abs=1e-9)
