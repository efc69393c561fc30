"""REINFORCE on the answers of a language model: only tokens that it drew, under the constraint it drew them under."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from arena.loops.language.policy import Example, Policy, batches
from arena.loops.selfplay.samples import Sample

_BARRED: Final = -1e9
_OPTIMIZER: Final = "optimizer.pt"


class Gradient:
    """Steps of AdamW over one policy; an answer's log-probability is the sum over its tokens."""

    def __init__(self, policy: Policy, *, temperature: float, clip: float, batch: int) -> None:
        import torch

        self.policy, self._temperature, self._clip, self._batch = policy, temperature, clip, batch
        self._adam: Any = torch.optim.AdamW(policy.model.parameters(), weight_decay=0.0)

    def step(self, samples: Sequence[Sample], *, lr: float, entropy: float) -> Mapping[str, float]:
        """One step by all samples together; the figures of it.

        `drift` is how far logprobs are from those on record, on average over tokens: next to 0 while on-policy.
        """
        import torch

        figures = {"loss": 0.0, "entropy": 0.0, "drift": 0.0}
        tokens = sum(len(one.completion) for one in samples)
        self._adam.zero_grad()
        for rows in batches(samples, self._batch):
            chosen, spread, there = masked(self.policy, rows, self._temperature)
            advantages = torch.tensor([one.advantage for one in rows], device=chosen.device)
            loss = -(advantages * chosen.sum(dim=1) + entropy * spread.sum(dim=1)).sum() / len(samples)
            loss.backward()
            figures["loss"] += float(loss.detach())
            figures["entropy"] += float(spread.detach().sum()) / len(samples)
            figures["drift"] += float((chosen.detach() - _recorded(rows, there)).abs().sum()) / tokens
        norm = torch.nn.utils.clip_grad_norm_(self.policy.model.parameters(), self._clip)
        for group in self._adam.param_groups:
            group["lr"] = lr
        self._adam.step()
        return {**figures, "gradient": float(norm)}

    def save(self, folder: Path) -> None:
        """Write what the optimizer knows."""
        import torch

        torch.save(self._adam.state_dict(), folder / _OPTIMIZER)

    def restore(self, folder: Path) -> None:
        """Go on with what was written there."""
        import torch

        self._adam.load_state_dict(torch.load(folder / _OPTIMIZER, weights_only=True))


def masked(policy: Policy, samples: Sequence[Sample], temperature: float) -> tuple[Any, Any, Any]:
    """Log-probability of each token drawn and the entropy there, float [samples, longest], 0 beyond a sample's end; and
    which tokens are there. Both are of the distribution that was drawn from: of the tokens that the constraint allowed,
    at this temperature."""
    import torch

    logits, ids, there = policy.logits([Example(one.prompt, one.completion) for one in samples])
    barred = torch.zeros_like(logits, dtype=torch.bool)
    for row, one in zip(barred, samples, strict=True):
        if (mask := policy.loaded.barred(one.mask, one.completion)) is not None:
            row[: len(one.completion)] = mask
    logs = (logits / temperature).masked_fill(barred, _BARRED).log_softmax(dim=-1)
    chosen = logs.gather(2, ids[:, :, None]).squeeze(2)
    spread = -(logs.exp() * logs).sum(dim=-1)
    return chosen * there, spread * there, there


def _recorded(samples: Sequence[Sample], there: Any) -> Any:
    import torch

    told = torch.zeros(there.shape, device=there.device)
    for row, one in zip(told, samples, strict=True):
        row[: len(one.logprobs)] = torch.tensor(one.logprobs)
    return told
