"""`vllm:MODEL`: an engine in this process that serves all of its seats by continuous batching.

Settings of the engine have vLLM's names. LoRA adapters are checkpoints beside the model: every seat says whose turn is
asked for, so that the current policy and past ones play from the same weights in memory.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from arena.agents.language.chat import Chat
from arena.agents.language.model import (
    Ask,
    Completion,
    ContextTooLong,
    Grammar,
    JsonOf,
    LanguageModel,
    ModelFault,
    OneOf,
)
from arena.agents.language.vllm_engine import Engine
from arena.agents.language.vllm_schema import held
from arena.core.errors import BadOption, BadRequest
from arena.core.options import Option
from arena.core.values import Config

OPTIONS: Final = (
    Option(name="dtype", default="auto", help="of weights and activations: auto, bfloat16, float16, float32"),
    Option(name="max_model_len", kind="int", default=None, low=64, help="tokens of prompt and answer together"),
    Option(name="gpu_memory_utilization", kind="float", default=0.9, low=0.05, high=1, help="of the GPU's memory"),
    Option(name="enforce_eager", kind="bool", default=False, help="no CUDA graphs: starts faster, runs slower"),
    Option(name="load_format", default="auto", help="auto, safetensors, or dummy for random weights"),
    Option(name="quantization", default=None, help="fp8, awq, gptq ..., where it is not the checkpoint's own"),
    Option(name="tensor_parallel_size", kind="int", default=1, low=1, help="GPUs that share each layer"),
    Option(name="max_num_seqs", kind="int", default=256, low=1, help="completions at once; the rest wait"),
    Option(name="max_num_batched_tokens", kind="int", default=None, low=64, help="tokens of one step"),
    Option(name="seed", kind="int", default=0, low=0, help="of the engine"),
    Option(name="tokenizer", default=None, help="a directory, where it is not the model's own"),
    Option(name="logprobs_mode", default="processed_logprobs", help="raw_logprobs: before temperature and top_p"),
    Option(name="structured_outputs_backend", default="xgrammar", choices=("xgrammar", "guidance"), help="of grammars"),
    Option(name="adapters", default="", help="LoRA adapters as NAME=DIR, several with commas"),
    Option(name="max_lora_rank", kind="int", default=16, low=1, help="the highest rank among the adapters"),
    Option(name="enable_thinking", kind="bool", default=False, help="what the chat template is told, where it asks"),
    Option(name="engine", kind="json", default=None, help="further arguments of vLLM's AsyncEngineArgs, as an object"),
)
_OWN: Final = frozenset({"adapters", "enable_thinking", "engine", "structured_outputs_backend"})
"""Options that are not arguments of vLLM by this name."""


class VllmModel(LanguageModel):
    """A `LanguageModel` in vLLM; `adapters` are directories of LoRA adapters by name.

    Raises:
        BadRequest: vLLM is not installed.
    """

    constrains = True

    def __init__(self, model: str, settings: Mapping[str, Any], adapters: Mapping[str, str], *, thinking: bool) -> None:
        if find_spec("vllm") is None:
            raise BadRequest(
                "vllm:MODEL needs vLLM; pip install 'arena[vllm]' on a machine with a GPU, or take transformers:DIR"
            )
        self._model, self._settings, self._adapters = model, settings, adapters
        self._thinking = thinking
        self._starting = asyncio.Lock()
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine, once it is started."""
        if self._engine is None:
            raise ModelFault("the engine is not started")
        return self._engine

    async def start(self) -> None:
        """Start the engine, once, which takes a minute or so."""
        async with self._starting:
            if self._engine is None:
                await asyncio.to_thread(self._start)

    async def complete(self, ask: Ask) -> Completion:
        """See `LanguageModel`. What is late is dropped in the engine."""
        engine, deadline = self.engine, time.monotonic() + ask.seconds
        return await asyncio.wrap_future(engine.call(self._complete(ask, deadline)))

    async def close(self) -> None:
        """Stop the engine and its processes; `start` starts another."""
        async with self._starting:
            engine, self._engine = self._engine, None
            if engine is not None:
                await asyncio.to_thread(engine.close)

    async def pause(self) -> None:
        """Drop what runs, so that weights can be changed through `engine`; seats ask again within their clocks."""
        await asyncio.wrap_future(self.engine.call(self.engine.pause()))

    async def resume(self) -> None:
        """Go on after `pause`."""
        await asyncio.wrap_future(self.engine.call(self.engine.resume()))

    def _start(self) -> None:
        self._chat = Chat.open(self._settings.get("tokenizer") or self._model, thinking=self._thinking)
        engine = Engine(self._model, {**self._settings, **_lora_settings(self._adapters)})
        try:
            self._max_len = engine.start()
        except BaseException:
            engine.close()
            raise
        self._loras = {
            name: engine.api.LoRARequest(name, number, folder)
            for number, (name, folder) in enumerate(self._adapters.items(), 1)
        }
        self._engine = engine

    async def _complete(self, ask: Ask, deadline: float) -> Completion:
        lora = self._lora(ask.adapter)
        ids = self._chat.ids(ask.messages)
        params, mask = self._params(ask, room=self._max_len - len(ids))
        async with asyncio.timeout(deadline - time.monotonic()):
            final = await self.engine.generate(ids, params, lora=lora, priority=_priority(deadline))
        return self._completion(ids, final.outputs[0], mask, ask.adapter)

    def _lora(self, adapter: str) -> Any:
        if adapter and adapter not in self._loras:
            known = ", ".join(self._loras) or "none"
            raise ModelFault(f"there is no adapter {adapter!r}; --set adapters=NAME=DIR names them, there is {known}")
        return self._loras.get(adapter)

    def _params(self, ask: Ask, room: int) -> tuple[Any, str]:
        # The ask's seed is left out: vLLM promises no repetition in a batch that others share, pays for a generator of
        # its own in every step of every request, and on a CPU dies of one when a prompt is taken in chunks.
        api, sampling = self.engine.api, ask.sampling
        constraint = self._constraint(ask.grammar)
        wanted = sampling.max_tokens
        if isinstance(ask.grammar, OneOf):
            # The grammar ends it; a token holds at least a byte, but for the one that says it is over.
            wanted = max(len(text.encode()) for text in ask.grammar.texts) + 1
        if room < 1:
            raise ContextTooLong(
                f"the prompt has {self._max_len - room} tokens, and max_model_len={self._max_len} is all that fits; "
                f"set max_model_len higher, or memory=window"
            )
        params = api.SamplingParams(
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=min(wanted, room),
            logprobs=0,
            detokenize=False,
            output_kind=api.FINAL_ONLY,
            structured_outputs=api.StructuredOutputsParams(**constraint) if constraint else None,
        )
        return params, json.dumps(constraint, ensure_ascii=False, separators=(",", ":")) if constraint else ""

    def _constraint(self, grammar: Grammar) -> Mapping[str, Any]:
        match grammar:
            case OneOf(texts=texts):
                return {"choice": list(texts)}
            case JsonOf(schema=schema):
                return {
                    "json": held(schema)
                    if self._settings["structured_outputs_config"]["backend"] == "xgrammar"
                    else schema
                }
            case None:
                return {}

    def _completion(self, ids: Sequence[int], output: Any, mask: str, adapter: str) -> Completion:
        tokens = list(output.token_ids)
        return Completion(
            text=self._chat.text(tokens),
            cut=output.finish_reason == "length",
            prompt_tokens=len(ids),
            completion_tokens=len(tokens),
            prompt_token_ids=ids,
            completion_token_ids=tokens,
            logprobs=np.array(
                [at[token].logprob for at, token in zip(output.logprobs or (), tokens, strict=True)], np.float32
            ),
            mask=mask,
            policy_version=_version(Path(self._model).name, adapter, output),
        )


def model_of(model: str, options: Config) -> VllmModel:
    """The engine that `vllm:MODEL` and resolved OPTIONS stand for.

    Raises:
        BadOption: an option does not fit.
        BadRequest: vLLM is not installed.
    """
    own = {option.name: options[option.name] for option in OPTIONS}
    further = own["engine"] or {}
    if not isinstance(further, Mapping):
        raise BadOption('option engine: give a JSON object, such as {"kv_cache_dtype": "fp8"}')
    settings = {name: value for name, value in own.items() if name not in _OWN and value is not None}
    return VllmModel(
        model,
        {**_defaults(str(own["structured_outputs_backend"])), **settings, **further},
        _adapters(str(own["adapters"])),
        thinking=bool(own["enable_thinking"]),
    )


def _defaults(backend: str) -> Mapping[str, Any]:
    return {
        "enable_prefix_caching": True,
        "scheduling_policy": "priority",
        "structured_outputs_config": {"backend": backend, "disable_any_whitespace": True},
        "disable_log_stats": True,
    }


def _lora_settings(adapters: Mapping[str, str]) -> Mapping[str, Any]:
    return {"enable_lora": True, "max_loras": len(adapters)} if adapters else {}


def _adapters(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, folder = part.partition("=")
        if not (name and equals) or name in found:
            raise BadOption(f"option adapters: {part!r} is not NAME=DIR with a name of its own")
        if not (Path(folder) / "adapter_config.json").is_file():
            raise BadOption(f"option adapters: {folder!r} is no LoRA adapter; it has no adapter_config.json")
        found[name] = folder
    return found


def _priority(deadline: float) -> int:
    """vLLM serves the lowest first: whose clock runs out soonest, in milliseconds of the monotonic clock."""
    return int(deadline * 1000)


def _version(model: str, adapter: str, output: Any) -> str:
    """Whose tokens these are: the model, its adapter, and the versions of its weights where the engine tells them."""
    versions = dict.fromkeys(span.version for span in getattr(output, "weight_versions", None) or ())
    told = ",".join(version for version in versions if version != "default")
    return model + (f"+{adapter}" if adapter else "") + (f"@{told}" if told else "")
