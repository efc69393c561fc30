"""TRL's trainers over token ids as they were sampled, with the losses that it lacks; made once TRL is imported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from arena.loops.preference import losses

Watcher = Callable[[int, Mapping[str, float]], None]
"""Told the number of each step and its figures."""

_LOGGED: Final = ("loss", "rewards/margins", "rewards/accuracies", "logps/chosen", "logps/rejected", "entropy", "kl")


class Weights(Protocol):
    """The settings of losses of our own."""

    @property
    def method(self) -> str:
        """Its name."""

    @property
    def mu(self) -> float:
        """Of SPACE."""

    @property
    def alpha(self) -> float:
        """Of T-SPIN."""

    @property
    def history(self) -> float:
        """Of T-SPIN: its beta."""


def of(kind: Any, how: Weights) -> Any:
    """The trainer class of a method, over TRL's."""

    class OverTokenIds(kind):  # type: ignore[misc]  # its types are not looked at
        """Takes rows that are tokens already: tokenising the text again could give others."""

        def _prepare_dataset(self, dataset: Any, *args: Any) -> Any:
            return dataset

    own = {"space": _space, "t-spin": _t_spin}.get(how.method)
    return OverTokenIds if own is None else own(OverTokenIds, how)


def watched(watcher: Watcher) -> Any:
    """A callback that tells the figures of each step."""
    from transformers import TrainerCallback

    class Told(TrainerCallback):  # type: ignore[misc]  # as above
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **rest: Any) -> None:
            if logs and "loss" in logs:
                watcher(state.global_step, {name: float(logs[name]) for name in _LOGGED if name in logs})

    return Told()


def _space(base: Any, how: Weights) -> Any:
    import torch

    class Space(base):  # type: ignore[misc]  # as above
        def _compute_loss(self, model: Any, inputs: Any, return_outputs: bool) -> Any:
            real, current = _logps(model, inputs).chunk(2)
            with torch.no_grad():
                old_real, old_current = _logps(self.ref_model, inputs).chunk(2)
            _note(self, real - old_real, current - old_current)
            return losses.space(real, current, old_real, old_current, mu=how.mu).mean()

    return Space


def _t_spin(base: Any, how: Weights) -> Any:
    class TSpin(base):  # type: ignore[misc]  # as above
        def __init__(self, **given: Any) -> None:
            super().__init__(**given, data_collator=_triplets(given["processing_class"].pad_token_id))
            self.ref_model = None  # there is none in this loss

        def _compute_loss(self, model: Any, inputs: Any, return_outputs: bool) -> Any:
            real, current, proto = _logps(model, inputs).chunk(3)
            _note(self, how.alpha * real, how.alpha * current)
            return losses.t_spin(real, current, proto, alpha=how.alpha, beta=how.history).mean()

    return TSpin


def _note(trainer: Any, real: Any, current: Any) -> None:
    """The rewards, as TRL names their figures."""
    gap = (real - current).detach()
    figures = trainer._metrics["train" if trainer.model.training else "eval"]
    figures["rewards/margins"].append(gap.mean().item())
    figures["rewards/accuracies"].append((gap > 0).float().mean().item())


def _logps(model: Any, inputs: Mapping[str, Any]) -> Any:
    """The log-probability of each answer, float [rows]."""
    mask = inputs["completion_mask"]
    told = model(
        input_ids=inputs["input_ids"],
        attention_mask=inputs["attention_mask"],
        labels=inputs["input_ids"].masked_fill(mask == 0, -100),
        use_cache=False,
        fused_lm_head=True,
    )
    return told.log_probs[:, -(mask.shape[1] - 1) :].sum(dim=1)


def _triplets(pad: int) -> Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]:
    """Real answers first, then current ones, then the first iterate's, padded together."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    def collate(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        answers = [
            (row["prompt_ids"], row[name]) for name in ("chosen_ids", "rejected_ids", "proto_ids") for row in rows
        ]
        ids = [torch.tensor([*prompt, *answer]) for prompt, answer in answers]
        there = [torch.ones_like(each) for each in ids]
        own = [torch.tensor([0] * len(prompt) + [1] * len(answer)) for prompt, answer in answers]
        return {
            "input_ids": pad_sequence(ids, batch_first=True, padding_value=pad),
            "attention_mask": pad_sequence(there, batch_first=True),
            "completion_mask": pad_sequence(own, batch_first=True),
        }

    return collate
