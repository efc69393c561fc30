"""What is minimised is what the papers say, computed here by hand from a model's own logits."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from arena.loops.language.policy import Policy
from arena.loops.language.tiny import make_tiny_model
from arena.loops.preference.rows import Judged, Pair
from arena.loops.preference.trainer import Tuning, trainer_of

pytestmark = pytest.mark.timeout(300)  # TRL's import takes long

BETA = 0.3
PAIRS = [
    Pair([5, 6, 7, 8], [40, 41, 2], [50, 2], [60, 61, 62, 2]),
    Pair([9, 10], [42, 2], [51, 52, 53, 2], [63, 2]),
]
JUDGED = [Judged(pair.prompt, pair.chosen, at == 0) for at, pair in enumerate(PAIRS)]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


class Copies:
    """A policy and its last iterate, told apart by their random weights."""

    def __init__(self, folder: Path) -> None:
        made = [make_tiny_model(folder / str(seed), ["few words"], layers=1, hidden=32, seed=seed) for seed in (1, 2)]
        self.policy, self.reference = map(Policy.open, made)

    def loss(self, method: str, rows: Sequence[Pair] | Sequence[Judged], folder: Path, **how: float) -> float:
        """As the trainer of this method computes it, of one batch."""
        tuning = Tuning(method=method, beta=BETA, **how)
        trainer = trainer_of(
            self.policy, self.reference, rows, tuning, seed=1, folder=folder, watcher=lambda step, figures: None
        )
        batch = trainer.data_collator([trainer.train_dataset[at] for at in range(len(rows))])
        return float(trainer.compute_loss(trainer.model, batch).detach())

    def logps(self, name: str, policy: Policy | None = None) -> np.ndarray:
        """log p(answer | prompt) of every row, each alone, from the logits as they are."""
        return np.array([logp(policy or self.policy, pair.prompt, getattr(pair, name)) for pair in PAIRS])

    def ratios(self, name: str) -> np.ndarray:
        """log p(answer) less that of the last iterate."""
        return self.logps(name) - self.logps(name, self.reference)


def logp(policy: Policy, prompt: Sequence[int], answer: Sequence[int]) -> float:
    import torch

    with torch.inference_mode():
        logits = policy.model(torch.tensor([[*prompt, *answer]])).logits[0].double().numpy()
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return float(sum(np.log(shares[len(prompt) - 1 + at, token]) for at, token in enumerate(answer)))


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return Copies(tmp_path_factory.mktemp("copies"))


@pytest.mark.parametrize("method", ["dpo", "spin"])
def test_dpo_and_spin_take_the_logistic_loss_of_the_gap_between_rewards(copies, tmp_path, method):
    gap = copies.ratios("chosen") - copies.ratios("rejected")
    assert copies.loss(method, PAIRS, tmp_path) == pytest.approx(np.mean(-np.log(sigmoid(BETA * gap))), rel=1e-4)


def test_ipo_takes_the_square_of_what_the_gap_a_token_lacks(copies, tmp_path):
    gap = copies.ratios("chosen") / [3, 2] - copies.ratios("rejected") / [2, 4]
    assert copies.loss("ipo", PAIRS, tmp_path) == pytest.approx(np.mean((gap - 1 / (2 * BETA)) ** 2), rel=1e-4)


def test_sppo_draws_the_winner_to_a_half_and_the_loser_to_less_a_half(copies, tmp_path):
    won = (copies.ratios("chosen") - 0.5 / BETA) ** 2
    lost = (copies.ratios("rejected") + 0.5 / BETA) ** 2
    assert copies.loss("sppo", PAIRS, tmp_path) == pytest.approx(np.mean(won + lost), rel=1e-4)


@pytest.mark.parametrize("mu", [1.0, 3.0])
def test_space_tells_real_answers_from_noise_each_by_its_own_reward(copies, tmp_path, mu):
    def share(ratio: np.ndarray) -> np.ndarray:
        return 1 / (1 + mu * np.exp(-ratio))

    wanted = -np.log(share(copies.ratios("chosen"))) - mu * np.log(1 - share(copies.ratios("rejected")))
    assert copies.loss("space", PAIRS, tmp_path, mu=mu) == pytest.approx(np.mean(wanted), rel=1e-4)


@pytest.mark.parametrize(("alpha", "history"), [(1.0, 0.1), (0.5, 0.0)])
def test_t_spin_adds_the_gap_to_the_first_iterate_and_has_no_reference(copies, tmp_path, alpha, history):
    real, current, proto = (alpha * copies.logps(name) for name in ("chosen", "rejected", "proto"))
    wanted = -np.log(sigmoid(real - current)) - history * np.log(sigmoid(current - proto))
    loss = copies.loss("t-spin", PAIRS, tmp_path, alpha=alpha, history=history)
    assert loss == pytest.approx(np.mean(wanted), rel=1e-4)


def test_kto_compares_each_answer_with_how_far_the_policy_went(copies, tmp_path):
    swapped = [(PAIRS[0].prompt, PAIRS[1].chosen), (PAIRS[1].prompt, PAIRS[0].chosen)]
    far = np.mean([logp(copies.policy, *row) - logp(copies.reference, *row) for row in swapped])
    won, lost = copies.ratios("chosen")
    gone = max(far, 0.0)
    wanted = [1 - sigmoid(BETA * (won - gone)), 1 - sigmoid(BETA * (gone - lost))]
    assert copies.loss("kto", JUDGED, tmp_path) == pytest.approx(np.mean(wanted), rel=1e-4)
