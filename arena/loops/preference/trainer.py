"""Learning preferences: TRL's DPOTrainer and KTOTrainer over token ids as they were sampled, and losses they lack."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from arena.core.errors import BadRequest
from arena.core.values import Config
from arena.loops.language.policy import Policy, batches
from arena.loops.preference import trainers
from arena.loops.preference.rows import Judged, Pair
from arena.loops.preference.settings import KTO
from arena.loops.preference.trainers import Watcher

_LOSS: Final = {"dpo": "sigmoid", "spin": "sigmoid", "ipo": "ipo", "sppo": "sppo_hard"}
"""By method, the name that DPOTrainer has for its loss. SPIN's is the logistic one (arXiv 2401.01335)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How preferences are learned; the fields are the options of `settings.TUNING`."""

    method: str = "dpo"
    beta: float = 0.1
    lr: float = 5e-4
    batch: int = 16
    epochs: int = 1
    mu: float = 1.0
    alpha: float = 1.0
    history: float = 0.1


def tuning(config: Config, number: int) -> Tuning:
    """That of the `number`-th round from 1, by the options of a loop. In the first one T-SPIN has no history yet."""
    value = cast(Mapping[str, Any], config)
    names = ("method", "beta", "lr", "batch", "epochs", "mu", "alpha", "history")
    told = Tuning(**{name: value[name] for name in names})
    return replace(told, history=0.0) if number == 1 else told


def prefer(
    policy: Policy,
    reference: Policy,
    rows: Sequence[Pair] | Sequence[Judged],
    how: Tuning,
    *,
    seed: int,
    watcher: Watcher,
) -> int:
    """Train a policy on rows: pairs or, for KTO, judged answers. The reference, another copy, stays as it is.

    Gives the number of steps.

    Raises:
        BadRequest: the extra `train` is not installed.
    """
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of names that TRL passes on to transformers
        trainer = trainer_of(policy, reference, rows, how, seed=seed, folder=Path(folder), watcher=watcher)
        trainer.train()
    policy.model.eval()
    return int(trainer.state.global_step)


def trainer_of(
    policy: Policy,
    reference: Policy,
    rows: Sequence[Pair] | Sequence[Judged],
    how: Tuning,
    *,
    seed: int,
    folder: Path,
    watcher: Watcher,
) -> Any:
    """TRL's trainer of a method, ready to train."""
    try:
        import trl
        from datasets import Dataset
        from transformers import PrinterCallback
    except ImportError:
        raise BadRequest("learning preferences needs trl; pip install 'arena[train]'") from None
    unpaired = how.method == KTO
    kind, form = (trl.KTOTrainer, trl.KTOConfig) if unpaired else (trl.DPOTrainer, trl.DPOConfig)
    own = {} if unpaired else {"loss_type": [_LOSS.get(how.method, "sigmoid")]}
    config = form(
        output_dir=str(folder),
        beta=how.beta,
        learning_rate=how.lr,
        per_device_train_batch_size=how.batch,
        num_train_epochs=how.epochs,
        lr_scheduler_type="constant",
        max_length=None,
        seed=seed,
        use_cpu=policy.model.device.type == "cpu",
        bf16=False,
        gradient_checkpointing=False,
        save_strategy="no",
        logging_steps=1,
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        **own,
    )
    trainer = trainers.of(kind, how)(
        model=policy.model,
        ref_model=reference.model,
        args=config,
        train_dataset=Dataset.from_list(_table(rows, how.batch)),
        processing_class=policy.tokenizer,
        callbacks=[trainers.watched(watcher)],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _table(rows: Sequence[Pair] | Sequence[Judged], batch: int) -> list[dict[str, Any]]:
    """The columns that TRL's collators read."""
    if all(isinstance(row, Judged) for row in rows):
        return [each for some in batches(cast(Sequence[Judged], rows), batch) for each in _judged(some)]
    return [
        {
            "prompt_ids": list(row.prompt),
            "chosen_ids": list(row.chosen),
            "rejected_ids": list(row.rejected),
            "proto_ids": list(row.proto),
        }
        for row in cast(Sequence[Pair], rows)
    ]


def _judged(rows: Sequence[Judged]) -> Iterator[dict[str, Any]]:
    """A batch of KTO, which tells how far the policy went by the answers to other prompts of the batch."""
    for at, row in enumerate(rows):
        yield {
            "prompt_ids": list(row.prompt),
            "completion_ids": list(row.completion),
            "KL_completion_ids": list(rows[at - 1].completion),
            "label": row.desired,
        }
