"""Making answers likelier: the cross-entropy of their tokens alone, by AdamW."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from arena.core.canonical import digest
from arena.loops.language.policy import Example, Policy, batches

Watcher = Callable[[int, float], None]
"""Told the number of each step and its loss, in nats a token."""

_CLIP: Final = 1.0
"""Of the gradient's norm."""


class Fitting:
    """One optimizer over one policy, which it trains epoch by epoch."""

    def __init__(self, policy: Policy, *, lr: float, batch: int) -> None:
        import torch

        self.policy, self._batch = policy, batch
        self.optimizer: Any = torch.optim.AdamW(policy.model.parameters(), lr=lr, weight_decay=0.0)
        self.steps = 0

    def epoch(self, examples: Sequence[Example], rng: Random, watcher: Watcher) -> None:
        """Every example once, in an order of `rng`'s."""
        import torch

        order = rng.sample(list(examples), len(examples))
        self.policy.model.train()
        for rows in batches(order, self._batch):
            loss = _loss(self.policy, rows)
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.policy.model.parameters(), _CLIP)
            self.optimizer.step()
            self.steps += 1
            watcher(self.steps, float(loss.detach()))
        self.policy.model.eval()

    def save(self, file: Path) -> None:
        """Write what the optimizer knows beside the weights."""
        import torch

        torch.save({"steps": self.steps, "optimizer": self.optimizer.state_dict()}, file)

    def load(self, file: Path) -> None:
        """Go on as it was saved."""
        import torch

        kept = torch.load(file, weights_only=True)
        self.steps = kept["steps"]
        self.optimizer.load_state_dict(kept["optimizer"])


def held_out(policy: Policy, examples: Sequence[Example], batch: int) -> float:
    """Cross-entropy of answers that were not learned from, in nats an answer."""
    import torch

    total = 0.0
    with torch.inference_mode():
        for rows in batches(examples, batch):
            logprobs, there = policy.logprobs(rows)
            total -= float((logprobs * there).sum())
    return total / len(examples)


def digest_of(rows: Sequence[object]) -> str:
    """Of what was trained on, as checkpoints name it; rows of token ids, texts and numbers."""
    return f"sha256:{digest(list(rows)).hex()}"


def _loss(policy: Policy, rows: Sequence[Example]) -> Any:
    """The mean over all tokens; rows that are the same are computed once."""
    import torch

    counts = Counter((tuple(row.prompt), tuple(row.completion)) for row in rows)
    logprobs, there = policy.logprobs([Example(*row) for row in counts])
    weights = torch.tensor(list(counts.values()), device=logprobs.device)[:, None] * there
    return -(logprobs * weights).sum() / weights.sum()
