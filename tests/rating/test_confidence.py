"""Confidence sequences for means of payoffs: they hold at all times together, and narrow."""

import math
from itertools import pairwise

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.rating.confidence import ConfidenceSequence


def test_a_confidence_sequence_holds_at_all_times_together():
    rng = np.random.default_rng(3)
    missed = 0
    for _ in range(300):
        sequence = ConfidenceSequence(-1, 1)
        for payoff in rng.choice([-1, 0, 1], p=[0.2, 0.3, 0.5], size=100):
            low, high = sequence.add(float(payoff))
        missed += not low <= 0.3 <= high  # it never grows: once outside, always outside
    assert missed / 300 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_a_confidence_sequence_narrows_on_the_mean_and_never_grows():
    rng = np.random.default_rng(5)
    sequence = ConfidenceSequence(0, 10)
    intervals = [sequence.add(float(payoff)) for payoff in rng.uniform(2, 6, size=800)]
    assert all(one[0] <= two[0] and one[1] >= two[1] for one, two in pairwise(intervals))
    assert intervals[-1][0] < 4 < intervals[-1][1]
    assert intervals[-1][1] - intervals[-1][0] < 1


def test_a_payoff_outside_of_the_stated_range_is_refused():
    with pytest.raises(BadRequest, match="outside of the stated range"):
        ConfidenceSequence(0, 1).add(1.5)
    with pytest.raises(BadRequest, match="must have a range"):
        ConfidenceSequence(1, 1)
