"""The one vLLM engine of a process, on an event loop of its own: started, kept alive, asked, paused.

Its loop takes tokens in and out in a thread, so that the loop which answers a server's heartbeats waits for nothing;
vLLM's scheduler and model run in further processes. Everything that differs between vLLM's versions is in `_Api`.
"""

import asyncio
import atexit
import itertools
import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from multiprocessing import resource_tracker
from typing import Any, Final, TypeVar

from arena.agents.language.model import ModelFault, ModelUnavailable

RESTARTS: Final = 3
"""Times that an engine which died is started again ..."""
RESTART_SECONDS: Final = 1800.0
"""... within so many seconds."""

_ENVIRON: Final = {
    # A forked engine would inherit the client's threads and sockets.
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    # Standard output is for results.
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_NO_USAGE_STATS": "1",
}

_T = TypeVar("_T")
log = logging.getLogger(__name__)


class _Api:
    """The names of vLLM that are used, the same for 0.26 and later."""

    def __init__(self) -> None:
        for name, value in _ENVIRON.items():
            os.environ.setdefault(name, value)
        try:
            import vllm
        except ImportError as error:
            raise ModelFault(
                f"vLLM cannot be imported here ({error}); pip install 'arena[vllm]' anew on a machine with a GPU, or "
                f"take transformers:DIR"
            ) from error
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.inputs import tokens_input
        from vllm.lora.request import LoRARequest
        from vllm.platforms import current_platform
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
        from vllm.v1.engine.async_llm import AsyncLLM
        from vllm.v1.engine.exceptions import EngineDeadError

        if current_platform.is_unspecified():
            raise ModelFault(
                "vLLM finds no GPU here; run on a machine with one, or take transformers:DIR, which needs none"
            )
        self.version: str = vllm.__version__
        self.AsyncLLM, self.AsyncEngineArgs = AsyncLLM, AsyncEngineArgs
        self.SamplingParams, self.StructuredOutputsParams = vllm.SamplingParams, StructuredOutputsParams
        self.FINAL_ONLY = RequestOutputKind.FINAL_ONLY
        self.LoRARequest, self.tokens_input = LoRARequest, tokens_input
        self.EngineDeadError = EngineDeadError
        self.refusals = _refusals()


def _refusals() -> tuple[type[Exception], ...]:
    """What a request that vLLM does not take raises: ValueError, since 0.27 or so VLLMClientError."""
    import vllm.exceptions

    return ValueError, getattr(vllm.exceptions, "VLLMClientError", ValueError)


class Engine:
    """An `AsyncLLM` and the thread that serves it.

    Raises:
        ModelFault: vLLM, or what it needs, is not here.
    """

    def __init__(self, model: str, settings: Mapping[str, Any]) -> None:
        self.api = _Api()
        self.model = model
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._numbers = itertools.count()
        self._deaths: deque[float] = deque(maxlen=RESTARTS)
        self._starting: asyncio.Future[Any] | None = None
        self._paused = False
        self._closed = False
        self._thread = threading.Thread(target=self._loop.run_forever, name="arena-vllm", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    # ---- from any thread

    def start(self) -> int:
        """Start the engine, wait until it serves, and give how many tokens of prompt and answer it takes.

        Raises:
            ModelFault: it does not start.
        """
        return int(self.call(self._ready()).result().model_config.max_model_len)

    def call(self, work: Coroutine[Any, Any, _T]) -> "Future[_T]":
        """Have the engine's loop do something; cancelling the future cancels it."""
        if self._closed:
            work.close()
            raise ModelFault("the engine is closed")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Stop the engine's processes and the thread; what is asked for in the meantime is dropped."""
        if self._closed:
            return
        stopped = self.call(self._stopped())
        self._closed = True
        atexit.unregister(self.close)
        if (llm := stopped.result()) is not None:
            llm.shutdown()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    # ---- on the engine's loop

    async def generate(self, ids: list[int], params: Any, *, lora: Any = None, priority: int = 0) -> Any:
        """The final `RequestOutput` of a prompt. Cancelling drops the request.

        Raises:
            ModelUnavailable: the engine is paused, or has died and is being started again.
            ModelFault: vLLM refuses the request, or the engine dies again and again.
        """
        if self._paused:
            raise ModelUnavailable("the engine is paused while its weights are changed")
        if self._starting is not None and not self._starting.done():
            raise ModelUnavailable("the vLLM engine is being started again")
        llm = await self._ready()
        final = None
        try:
            request = self.api.tokens_input(ids)
            number = str(next(self._numbers))
            async for output in llm.generate(request, params, number, lora_request=lora, priority=priority):
                final = output
        except self.api.EngineDeadError as error:
            self._bury(llm)
            raise ModelUnavailable("the vLLM engine died, and is started again") from error
        except self.api.refusals as error:
            raise ModelFault(f"vLLM refuses the request: {_first_line(error)}") from error
        if final is None or final.outputs[0].finish_reason not in {"stop", "length"}:
            raise ModelUnavailable("the engine dropped the request, as it was paused or failed")
        return final

    async def pause(self) -> None:
        """Drop what runs and take nothing, so that weights can be changed; who asks meanwhile is told."""
        self._paused = True
        await (await self._ready()).pause_generation(mode="abort")

    async def resume(self) -> None:
        """Go on after `pause`."""
        await (await self._ready()).resume_generation()
        self._paused = False

    async def llm(self) -> Any:
        """The `AsyncLLM` itself, for what is not offered here."""
        return await self._ready()

    async def _ready(self) -> Any:
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._loop.run_in_executor(None, self._build))
        return await asyncio.shield(self._starting)

    def _build(self) -> Any:
        # Ctrl-C asks the client to end after its running matches: the engine must outlive it, and only signals that
        # are blocked stay away from it. Starting the tracker of shared memory would unblock them in between.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self.api.AsyncLLM.from_engine_args(self.api.AsyncEngineArgs(model=self.model, **self._settings))
        except Exception as error:
            raise ModelFault(
                f"vLLM cannot start {self.model}: {_first_line(error)}; its log says why, and --set max_model_len, "
                f"gpu_memory_utilization or dtype often mend it"
            ) from error

    def _bury(self, dead: Any) -> None:
        """Start again after a death, unless that was done already or happens too often."""
        starting = self._starting
        if starting is None or not starting.done() or starting.exception() or starting.result() is not dead:
            return
        now = time.monotonic()
        if len(self._deaths) == RESTARTS and now - self._deaths[0] < RESTART_SECONDS:
            log.error("the vLLM engine of %s died %d times; it is not started again", self.model, RESTARTS + 1)
            self._starting = self._loop.create_future()
            self._starting.set_exception(
                ModelFault(f"the vLLM engine of {self.model} died {RESTARTS + 1} times; its log says why")
            )
            return
        self._deaths.append(now)
        log.warning("the vLLM engine of %s died; it is started again", self.model)
        self._starting = asyncio.ensure_future(self._loop.run_in_executor(None, self._rebuild, dead))

    def _rebuild(self, dead: Any) -> Any:
        dead.shutdown()
        return self._build()

    async def _stopped(self) -> Any:
        """The `AsyncLLM` that is to be shut down, if there is one."""
        starting, self._starting = self._starting, None
        if starting is None:
            return None
        await asyncio.wait((starting,))
        return None if starting.exception() else starting.result()


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).partition("\n")[0][:300]
