"""Baselines follow the recurrence of SPIRAL (arXiv 2506.24119), each role by its own."""

import pytest

from arena.loops.selfplay.rae import RoleBaselines, discounted


def test_an_advantage_is_taken_before_its_own_return_moves_the_baseline():
    baselines = RoleBaselines()
    assert baselines.advantages(["first", "second"], [1.0, -1.0]) == [1.0, -1.0]
    assert baselines.kept == pytest.approx({"first": 0.05, "second": -0.05})
    assert baselines.advantages(["first", "second"], [1.0, 2.0]) == pytest.approx([0.95, 2.05])
    # .95 * .05 + .05 * 1 and .95 * -.05 + .05 * 2
    assert baselines.kept == pytest.approx({"first": 0.0975, "second": 0.0525})


def test_seats_of_one_role_share_a_baseline_that_moves_after_their_match():
    baselines = RoleBaselines(decay=0.5)
    assert baselines.advantages(["wolf", "wolf", "seer"], [4.0, 4.0, 0.0]) == [4.0, 4.0, 0.0]
    assert baselines.kept == {"wolf": 3.0, "seer": 0.0}  # 0 -> 2 -> 3


def test_without_role_conditioning_an_advantage_is_the_return():
    baselines = RoleBaselines(decay=1.0)
    for _ in range(3):
        assert baselines.advantages(["a", "b"], [2.0, -2.0]) == [2.0, -2.0]


def test_a_baseline_comes_to_the_advantage_of_the_role():
    baselines = RoleBaselines()
    for _ in range(300):
        baselines.advantages(["opener"], [0.25])
    assert baselines.advantages(["opener"], [0.25])[0] == pytest.approx(0.0, abs=1e-6)


def test_the_last_turn_has_all_of_the_advantage_and_earlier_ones_gamma_to_the_turns_left():
    assert discounted(8.0, 3, 0.5) == [2.0, 4.0, 8.0]
    assert discounted(8.0, 2, 1.0) == [8.0, 8.0]
    assert discounted(8.0, 0, 0.5) == []
