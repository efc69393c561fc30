"""`transformers:DIR`: a Hugging Face model in this process, on a CPU or a small GPU.

Decisions that are open together are completed together, in batches, by one thread.
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from arena.agents.language.chat import Chat
from arena.agents.language.decoding import Grammars, Row, as_json, generate
from arena.agents.language.model import (
    Ask,
    Completion,
    ContextTooLong,
    LanguageModel,
    ModelFault,
    ModelUnavailable,
    OneOf,
)
from arena.core.errors import BadRequest
from arena.core.options import Option
from arena.core.values import Config

OPTIONS: Final = (
    Option(name="device", default="auto", help="auto takes a GPU where there is one; cpu, cuda, cuda:1"),
    Option(
        name="dtype",
        default="auto",
        choices=("auto", "float32", "bfloat16", "float16"),
        help="of the weights; auto is float32 on a CPU, the checkpoint's own on a GPU",
    ),
    Option(name="threads", kind="int", default=0, low=0, high=1_024, help="of a CPU, 0 for as many as torch likes"),
    Option(name="batch", kind="int", default=16, low=1, high=4_096, help="decisions completed together"),
)
_NEEDS: Final = ("torch", "transformers", "llguidance")
_GATHER_SECONDS: Final = 0.002
"""How long the first decision of a batch waits for others that are asked at the same time."""


@dataclass(slots=True, eq=False)
class _Job:
    """A completion somebody waits for."""

    ask: Ask
    prompt: Sequence[int]
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Completion]"
    deadline: float
    dropped: bool = field(default=False)

    def needed(self) -> bool:
        """Whether anybody still waits."""
        return not self.dropped and time.monotonic() < self.deadline

    def settle(self, result: Completion | Exception) -> None:
        """Hand a result to whoever waits, from the thread."""
        with suppress(RuntimeError):  # the loop is closed, and nobody waits
            self.loop.call_soon_threadsafe(self._settle, result)

    def _settle(self, result: Completion | Exception) -> None:
        if self.answer.done():
            return
        if isinstance(result, Exception):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class TransformersModel(LanguageModel):
    """A `LanguageModel` in transformers, from a model directory; nothing is downloaded.

    Raises:
        BadRequest: the extra is not installed, or the directory holds no model.
    """

    constrains = True

    def __init__(
        self, folder: str, *, device: str = "auto", dtype: str = "auto", threads: int = 0, batch: int = 16
    ) -> None:
        if missing := [name for name in _NEEDS if find_spec(name) is None]:
            raise BadRequest(f"transformers:DIR needs {' and '.join(missing)}; pip install 'arena[hf]'")
        if not (Path(folder) / "config.json").is_file():
            raise BadRequest(f"there is no model in {folder!r}; give a directory with a config.json and weights")
        self._folder, self._device, self._dtype = folder, device, dtype
        self._threads, self._batch = threads, batch
        self._model: Any = None
        self._open: list[_Job] = []
        self._wake = threading.Condition()
        self._closed = False
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Load the model, once."""
        async with self._starting:
            if self._model is None:
                await asyncio.to_thread(self._load)
                threading.Thread(target=self._work, name="arena-transformers", daemon=True).start()

    async def complete(self, ask: Ask) -> Completion:
        """See `LanguageModel`."""
        await self.start()
        if self._closed:
            raise ModelFault("the model is closed")
        if ask.adapter:
            raise ModelFault(
                f"transformers:DIR has no adapters; merge {ask.adapter!r} into the model, or take vllm:DIR"
            )
        loop = asyncio.get_running_loop()
        job = _Job(ask, self._prompt(ask), loop, loop.create_future(), time.monotonic() + ask.seconds)
        with self._wake:
            self._open.append(job)
            self._wake.notify()
        try:
            return await job.answer
        finally:
            job.dropped = True

    async def close(self) -> None:
        """End the thread behind its batch."""
        with self._wake:
            self._closed = True
            self._wake.notify()

    def _load(self) -> None:
        import torch
        import transformers as hf

        hf.utils.logging.disable_progress_bar()
        self._chat = Chat.open(self._folder)
        device = self._device if self._device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
        dtype = self._dtype if self._dtype != "auto" else "float32" if device == "cpu" else "auto"
        try:
            model = hf.AutoModelForCausalLM.from_pretrained(self._folder, dtype=dtype, local_files_only=True).to(device)
        except MemoryError as error:
            raise ModelFault(
                f"the model in {self._folder!r} needs more memory than this process may have; `arena join` has no limit"
            ) from error
        except (OSError, ValueError, RuntimeError) as error:
            first = str(error).strip().partition("\n")[0][:200]
            raise ModelFault(f"the model in {self._folder!r} cannot be loaded on {device}: {first}") from error
        self._model = model.eval()
        self._context = int(getattr(model.config, "max_position_embeddings", 1 << 20))
        self._ends = _ends(model.generation_config.eos_token_id, self._chat.tokenizer.eos_token_id)
        self._grammars = Grammars(self._chat.tokenizer, model.get_output_embeddings().out_features, sorted(self._ends))
        self._pad = min(self._ends)
        model.generation_config = hf.GenerationConfig(
            do_sample=False, eos_token_id=sorted(self._ends), pad_token_id=self._pad
        )

    def _prompt(self, ask: Ask) -> Sequence[int]:
        ids = self._chat.ids(ask.messages)
        if len(ids) >= self._context:
            raise ContextTooLong(
                f"the prompt has {len(ids)} tokens, more than the {self._context} of the model's context; set "
                f"memory=window or summary, or take a model with a longer one"
            )
        return ids

    # ---- the thread

    def _work(self) -> None:
        import torch

        if self._threads:
            torch.set_num_threads(self._threads)  # of the thread that calls it
        while jobs := self._gathered():
            try:
                self._complete(jobs)
            except Exception as error:  # noqa: BLE001 - border: the thread serves everybody, and must live on
                for job in jobs:
                    job.settle(_told(error, len(jobs)))

    def _gathered(self) -> list[_Job]:
        """The next batch, the most hurried first; empty when the model is closed."""
        with self._wake:
            self._wake.wait_for(lambda: self._open or self._closed)
            self._wake.wait_for(lambda: len(self._open) >= self._batch or self._closed, _GATHER_SECONDS)
            if self._closed:
                return []
            self._open.sort(key=lambda job: job.deadline)
            batch, self._open = self._open[: self._batch], self._open[self._batch :]
            return batch

    def _complete(self, jobs: Sequence[_Job]) -> None:
        rows: list[Row] = []
        begun: list[_Job] = []
        for job in jobs:
            try:
                rows.append(self._row(job))
                begun.append(job)
            except ModelFault as error:
                job.settle(error)
        if rows:
            generate(self._model, [job.prompt for job in begun], rows, self._pad)
        for job, row in zip(begun, rows, strict=True):
            job.settle(self._completion(job, row) if job.needed() else TimeoutError())

    def _row(self, job: _Job) -> Row:
        ask, sampling = job.ask, job.ask.sampling
        wanted = sampling.max_tokens
        if isinstance(ask.grammar, OneOf):
            wanted = max(len(text.encode()) for text in ask.grammar.texts) + 1  # a token holds a byte at least
        sampling = replace(sampling, max_tokens=min(wanted, self._context - len(job.prompt)))
        return Row(self._grammars.matcher(ask.grammar), sampling, ask.seed, self._ends, job.needed)

    def _completion(self, job: _Job, row: Row) -> Completion:
        return Completion(
            text=self._chat.text(row.text_ids),
            cut=row.cut,
            prompt_tokens=len(job.prompt),
            completion_tokens=len(row.ids),
            prompt_token_ids=job.prompt,
            completion_token_ids=row.ids,
            logprobs=np.array(row.logprobs, dtype=np.float32),
            mask=as_json(job.ask.grammar),
            policy_version=Path(self._folder).name,
        )


def model_of(folder: str, options: Config) -> TransformersModel:
    """The engine that `transformers:DIR` and its options stand for."""
    return TransformersModel(
        folder,
        device=cast(str, options["device"]),
        dtype=cast(str, options["dtype"]),
        threads=cast(int, options["threads"]),
        batch=cast(int, options["batch"]),
    )


def _ends(*given: int | Sequence[int] | None) -> frozenset[int]:
    """The tokens that end a turn: those of the model and that of its chat template."""
    lists = [[one] if isinstance(one, int) else one or [] for one in given]
    if not (ends := frozenset(itertools.chain.from_iterable(lists))):
        raise ModelFault("neither the model nor its tokenizer names a token that ends a turn; set eos_token there")
    return ends


def _told(error: Exception, batch: int) -> Exception:
    """What whoever asked is told when a batch fails."""
    first = str(error).partition("\n")[0][:200]
    if "out of memory" in first:
        return ModelUnavailable(f"{batch} decisions together are more than the memory holds; set batch to less")
    return ModelFault(f"the model failed: {type(error).__name__}: {first}")
