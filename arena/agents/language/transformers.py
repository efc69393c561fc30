"""`transformers:DIR`: a Hugging Face model in this process, on a CPU or a small GPU.

Decisions that are open together are completed together, in batches, by one thread.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, cast

from arena.agents.language.loaded import Loaded, Wish, require_model
from arena.agents.language.model import (
    Ask,
    Completion,
    ContextTooLong,
    LanguageModel,
    ModelFault,
    ModelUnavailable,
)
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
        require_model(folder)
        self._folder, self._device, self._dtype = folder, device, dtype
        self._threads, self._batch = threads, batch
        self._loaded: Loaded | None = None
        self._open: list[_Job] = []
        self._wake = threading.Condition()
        self._closed = False
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Load the model, once."""
        await self._started()

    async def complete(self, ask: Ask) -> Completion:
        """See `LanguageModel`."""
        loaded = await self._started()
        if self._closed:
            raise ModelFault("the model is closed")
        if ask.adapter:
            raise ModelFault(
                f"transformers:DIR has no adapters; merge {ask.adapter!r} into the model, or take vllm:DIR"
            )
        loop = asyncio.get_running_loop()
        job = _Job(ask, _prompt(loaded, ask), loop, loop.create_future(), time.monotonic() + ask.seconds)
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

    async def _started(self) -> Loaded:
        async with self._starting:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(
                    Loaded.open, self._folder, device=self._device, dtype=self._dtype
                )
                work = threading.Thread(target=self._work, args=(self._loaded,), name="arena-transformers", daemon=True)
                work.start()
            return self._loaded

    # ---- the thread

    def _work(self, loaded: Loaded) -> None:
        import torch

        if self._threads:
            torch.set_num_threads(self._threads)  # of the thread that calls it
        while jobs := self._gathered():
            try:
                _complete(loaded, jobs)
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


def model_of(folder: str, options: Config) -> TransformersModel:
    """The engine that `transformers:DIR` and its options stand for."""
    return TransformersModel(
        folder,
        device=cast(str, options["device"]),
        dtype=cast(str, options["dtype"]),
        threads=cast(int, options["threads"]),
        batch=cast(int, options["batch"]),
    )


def _prompt(loaded: Loaded, ask: Ask) -> Sequence[int]:
    ids = loaded.chat.ids(ask.messages)
    if len(ids) >= loaded.context:
        raise ContextTooLong(
            f"the prompt has {len(ids)} tokens, more than the {loaded.context} of the model's context; set "
            f"memory=window or summary, or take a model with a longer one"
        )
    return ids


def _complete(loaded: Loaded, jobs: Sequence[_Job]) -> None:
    made = loaded.complete(
        [Wish(job.prompt, job.ask.grammar, job.ask.sampling, job.ask.seed, job.needed) for job in jobs]
    )
    for job, completion in zip(jobs, made, strict=True):
        late = not isinstance(completion, ModelFault) and not job.needed()
        job.settle(TimeoutError() if late else completion)


def _told(error: Exception, batch: int) -> Exception:
    """What whoever asked is told when a batch fails."""
    first = str(error).partition("\n")[0][:200]
    if "out of memory" in first:
        return ModelUnavailable(f"{batch} decisions together are more than the memory holds; set batch to less")
    return ModelFault(f"the model failed: {type(error).__name__}: {first}")
