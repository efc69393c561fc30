"""The formulas of PPO on fixed numbers, and what is normalised and drawn."""

import numpy as np
import pytest

from arena_drone_volleyball.loops.heads import Choice, Normal
from arena_drone_volleyball.loops.normal import LEAST, Moments
from arena_drone_volleyball.loops.ppo import advantages, clipped, normalised

torch = pytest.importorskip("torch")
YES, NO = True, False


def column(*values: float | bool):
    return torch.tensor(values)[:, None]


def estimates(rewards, values, ended, cut, heard) -> list[float]:
    """With a discount of 1/2 and a trace of 1/2, in one lane."""
    found = advantages(column(*rewards), column(*values), column(*ended), column(*cut), column(*heard), 0.5, 0.5)
    return found[:, 0].tolist()


def test_advantages_are_those_counted_by_hand():
    # surprises 1 + 1 - 4 = -2, 2 + 4 - 2 = 4, 3 + 0 - 8 = -5; then 4 - 5 / 4 and -2 + 2.75 / 4
    found = estimates((1.0, 2.0, 3.0), (4.0, 2.0, 8.0, 6.0), (NO, NO, YES), (NO, NO, YES), (YES, YES, YES))
    assert found == [-1.3125, 2.75, -5.0]


def test_after_a_time_out_only_the_value_of_the_last_view_tells():
    # the first step is cut: 1 + 2 / 2 - 4; the second, which begins anew, is not heard; the third is on its own
    found = estimates((1.0, 0.0, 3.0), (4.0, 2.0, 8.0, 6.0), (NO, NO, NO), (YES, NO, NO), (YES, NO, YES))
    assert [found[0], found[2]] == [-2.0, 3.0 + 3.0 - 8.0]


def test_what_is_paid_between_two_decisions_belongs_to_the_first():
    # 1 + 2 until the next decision, of value 8: 3 + 4 - 4 = 3, and a quarter of what that one earned
    found = estimates((1.0, 2.0, 3.0), (4.0, 99.0, 8.0, 6.0), (NO, NO, YES), (NO, NO, YES), (YES, NO, YES))
    assert [found[0], found[2]] == [3.0 - 5.0 / 4.0, -5.0]


def test_a_step_beyond_the_clip_gains_nothing_and_a_step_back_counts_in_full():
    ratio = torch.tensor([1.5, 1.5, 0.5, 0.5], requires_grad=True)
    loss = clipped(ratio, torch.tensor([1.0, -1.0, 1.0, -1.0]), 0.2)
    assert loss.item() == pytest.approx(-(1.2 - 1.5 + 0.5 - 0.8) / 4.0)
    loss.backward()
    assert ratio.grad.tolist() == [0.0, 0.25, -0.25, 0.0]


def test_advantages_are_normalised():
    found = normalised(torch.tensor([1.0, 2.0, 3.0, 6.0]))
    assert found.mean().item() == pytest.approx(0.0, abs=1e-6)
    assert found.square().mean().item() == pytest.approx(1.0)


def test_moments_of_parts_are_those_of_the_whole():
    rows = np.random.default_rng(0).normal(3.0, 2.0, (500, 3))
    rows[:, 2] = 7.0
    parts = [Moments(float(len(part)), part.mean(axis=0), part.var(axis=0)) for part in (rows[:100], rows[100:])]
    whole = parts[0].joined(parts[1])
    assert whole.count == 500
    np.testing.assert_allclose(whole.mean, rows.mean(axis=0))
    np.testing.assert_allclose(whole.deviation[:2], rows.std(axis=0)[:2])
    assert whole.deviation[2] == LEAST


@pytest.mark.parametrize(("head", "outputs"), [(Normal(4), 4), (Choice(), 6)])
def test_the_chance_of_a_drawn_action_is_what_the_learner_counts(head, outputs):
    rng = np.random.default_rng(1)
    given = rng.normal(size=(200, outputs)).astype(np.float32)
    spread = np.full(head.size, -0.7, np.float32)
    actions, chances = head.draw(given, spread, rng)
    counted, entropies = head.chances(*map(torch.from_numpy, (given, spread, actions)))
    np.testing.assert_allclose(counted, chances, rtol=1e-4, atol=1e-5)
    assert actions.shape == (200, head.size)
    assert entropies.shape == (200,)


def test_choices_are_drawn_as_often_as_their_odds_say():
    odds = np.array([0.5, 0.3, 0.2])
    given = np.log(np.tile(odds, (20_000, 1))).astype(np.float32)
    actions, _ = Choice().draw(given, np.zeros(1, np.float32), np.random.default_rng(2))
    shares = np.bincount(actions[:, 0].astype(int)) / len(actions)
    np.testing.assert_allclose(shares, odds, atol=0.015)
