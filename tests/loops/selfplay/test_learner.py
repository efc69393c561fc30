"""The loss of REINFORCE, its gradient on fixed numbers, and the networks it trains."""

import numpy as np
import pytest
import torch

from arena.agents.mlp import Form
from arena.loops.selfplay.learner import Learner, initial, reinforce_loss

FORM = Form(game="g", field="tensor", size=3, seats=2, actions=4)


def gradient(logits: list[list[float]], legal: list[list[bool]], actions: list[int], advantages: list[float], **kw):
    given = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    loss, _ = reinforce_loss(given, torch.tensor(legal), torch.tensor(actions), torch.tensor(advantages), **kw)
    loss.backward()
    return given.grad.numpy()


def test_the_gradient_is_advantage_times_what_the_probability_lacks():
    # d/dz of -A log softmax(z)[a] is -A (1[a] - p); p = (2/3, 1/3) at z = (log 2, 0), and decisions are averaged
    both = gradient([[np.log(2), 0.0], [0.0, 0.0]], [[True, True]] * 2, [1, 0], [3.0, -1.0], entropy=0.0)
    np.testing.assert_allclose(both, [[3 * 2 / 3 / 2, -3 * 2 / 3 / 2], [0.25, -0.25]])


def test_the_entropy_pulls_towards_the_uniform_policy():
    # dH/dz_i = -p_i (log p_i + H)
    p = np.array([2 / 3, 1 / 3])
    entropy = -(p * np.log(p)).sum()
    pulled = gradient([[np.log(2), 0.0]], [[True, True]], [0], [0.0], entropy=0.3)
    np.testing.assert_allclose(pulled[0], 0.3 * p * (np.log(p) + entropy))


def test_what_is_not_legal_has_no_part_in_loss_and_gradient():
    free = gradient([[1.0, 2.0]], [[True, True]], [0], [1.0], entropy=0.3)
    masked = gradient([[1.0, 9.0, 2.0]], [[True, False, True]], [0], [1.0], entropy=0.3)
    np.testing.assert_allclose(masked[0, [0, 2]], free[0])
    assert masked[0, 1] == 0.0


def test_torch_and_numpy_tell_the_same_of_a_network():
    rng = np.random.default_rng(0)
    learner = Learner(initial(FORM, hidden=8, layers=2, rng=rng), clip=1.0)
    inputs = rng.normal(size=(5, FORM.width)).astype(np.float32)
    legal = np.ones((5, FORM.actions), bool)
    logits = learner._logits(torch.from_numpy(inputs)).detach()
    np.testing.assert_allclose(learner.network().chances(inputs, legal), logits.softmax(1).numpy(), rtol=1e-5)


def test_an_action_that_paid_becomes_likelier_and_the_gradient_is_cut():
    rng = np.random.default_rng(0)
    learner = Learner(initial(FORM, hidden=8, layers=1, rng=rng), clip=0.5)
    inputs = np.ones((2, FORM.width), np.float32)
    legal, actions = np.array([[True, True, False, True]] * 2), np.array([0, 1])
    for _ in range(50):
        figures = learner.learn(inputs, legal, actions, np.array([1.0, -1.0], np.float32), entropy=0.0, lr=0.05)
    chances = learner.network().chances(inputs, legal)
    assert chances[0, 0] > 0.9
    assert chances[0, 2] == 0.0
    assert figures["gradient"] >= 0.0


@pytest.mark.parametrize("layers", [0, 1])
def test_a_learner_that_was_restored_goes_on_as_the_one_that_was_saved(tmp_path, layers):
    rng = np.random.default_rng(0)
    first = initial(FORM, hidden=8, layers=layers, rng=rng)
    inputs, legal = np.ones((2, FORM.width), np.float32), np.ones((2, FORM.actions), bool)

    def step(learner: Learner) -> None:
        advantages = np.array([1.0, 0.5], np.float32)
        learner.learn(inputs, legal, np.array([0, 1]), advantages, entropy=0.1, lr=0.01)

    whole = Learner(first, clip=1.0)
    step(whole)
    whole.save(tmp_path)
    other = Learner(first, clip=1.0)
    other.restore(tmp_path)
    step(whole)
    step(other)
    for one, two in zip(whole.network().weights, other.network().weights, strict=True):
        np.testing.assert_array_equal(one, two)
