"""The engine's keeper, on an `AsyncLLM` that does as it is told: what is late, cancelled, paused or dead."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from arena.agents.language import vllm_engine
from arena.agents.language.model import ModelFault, ModelUnavailable
from arena.agents.language.vllm import OPTIONS, model_of
from arena.agents.language.vllm_engine import RESTARTS, Engine
from arena.agents.language.vllm_schema import held
from arena.core.errors import BadOption, BadRequest
from arena.core.options import resolve


class Dead(Exception):
    """What vLLM raises once its processes are gone."""


class ToldLLM:
    """Answers with `answer`, dies, or waits for ever, as its class says; notes what was dropped."""

    made = 0
    answer: Any = "stop"
    dropped: threading.Event
    reached: threading.Event

    @classmethod
    def from_engine_args(cls, arguments: Any) -> "ToldLLM":
        cls.made += 1
        return cls()

    def __init__(self) -> None:
        self.model_config = SimpleNamespace(max_model_len=512)
        self.number = type(self).made

    async def generate(self, *asked: Any, **how: Any) -> AsyncIterator[Any]:
        match type(self).answer:
            case "wait":
                type(self).reached.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    type(self).dropped.set()
            case "die":
                raise Dead
            case "refuse":
                raise ValueError("no such thing\nat all")
            case reason:
                yield SimpleNamespace(outputs=[SimpleNamespace(finish_reason=reason, number=self.number)])

    async def pause_generation(self, **how: Any) -> None:
        pass

    async def resume_generation(self) -> None:
        pass

    def shutdown(self) -> None:
        pass


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> type[ToldLLM]:
    """The class behind the engine, to be told what to do."""

    class Own(ToldLLM):
        dropped, reached = threading.Event(), threading.Event()

    api = SimpleNamespace(
        AsyncLLM=Own, AsyncEngineArgs=dict, tokens_input=list, EngineDeadError=Dead, refusals=(ValueError,)
    )
    monkeypatch.setattr(vllm_engine, "_Api", lambda: api)
    return Own


@pytest.fixture
def engine(told: type[ToldLLM]) -> Iterator[Engine]:
    """An engine that serves."""
    served = Engine("tiny", {})
    assert served.start() == 512
    yield served
    served.close()


async def ask(engine: Engine, seconds: float = 5.0) -> Any:
    """One request, on the engine's loop."""

    async def in_time() -> Any:
        async with asyncio.timeout(seconds):
            return await engine.generate([1], None)

    return await asyncio.wrap_future(engine.call(in_time()))


async def test_a_late_request_is_dropped_in_the_engine(engine: Engine, told: type[ToldLLM]) -> None:
    told.answer = "wait"
    with pytest.raises(TimeoutError):
        await ask(engine, seconds=0.01)
    assert told.dropped.wait(5)


async def test_a_cancelled_request_is_dropped_in_the_engine(engine: Engine, told: type[ToldLLM]) -> None:
    told.answer = "wait"
    asking = asyncio.create_task(ask(engine))
    await asyncio.to_thread(told.reached.wait, 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(told.dropped.wait, 5)


async def test_who_asks_a_paused_engine_is_told_so_and_served_after(engine: Engine) -> None:
    await asyncio.wrap_future(engine.call(engine.pause()))
    with pytest.raises(ModelUnavailable, match="paused"):
        await ask(engine)
    await asyncio.wrap_future(engine.call(engine.resume()))
    assert await ask(engine)


async def test_a_request_that_a_pause_cut_off_is_no_answer(engine: Engine, told: type[ToldLLM]) -> None:
    told.answer = "abort"
    with pytest.raises(ModelUnavailable, match="dropped"):
        await ask(engine)


async def test_a_request_that_vllm_refuses_is_the_askers_fault_in_one_line(engine: Engine, told: type[ToldLLM]) -> None:
    told.answer = "refuse"
    with pytest.raises(ModelFault, match=r"no such thing$"):
        await ask(engine)


async def test_a_dead_engine_is_started_again_and_serves(engine: Engine, told: type[ToldLLM]) -> None:
    told.answer = "die"
    with pytest.raises(ModelUnavailable, match="started again"):
        await ask(engine)
    told.answer = "stop"
    await asyncio.wrap_future(engine.call(engine.llm()))
    assert (await ask(engine)).outputs[0].number == 2


async def test_an_engine_that_dies_again_and_again_is_given_up(engine: Engine, told: type[ToldLLM]) -> None:
    told.answer = "die"
    for _ in range(RESTARTS + 1):
        await asyncio.wrap_future(engine.call(engine.llm()))
        with pytest.raises(ModelUnavailable):
            await ask(engine)
    with pytest.raises(ModelFault, match="died 4 times"):
        await ask(engine)
    assert told.made == RESTARTS + 1


def test_a_closed_engine_says_so(told: type[ToldLLM]) -> None:
    engine = Engine("tiny", {})
    engine.close()
    with pytest.raises(ModelFault, match="closed"):
        engine.start()


def test_a_missing_extra_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arena.agents.language.vllm.find_spec", lambda name: None)
    with pytest.raises(BadRequest, match=r"arena\[vllm\]"):
        model_of("tiny", resolve(OPTIONS, {}))


@pytest.mark.parametrize("adapters", ["now", "now=", "now=nowhere", "=nowhere"])
def test_an_adapter_that_is_none_is_told_before_the_engine_starts(adapters: str) -> None:
    with pytest.raises(BadOption, match="option adapters"):
        model_of("tiny", resolve(OPTIONS, {"adapters": adapters}))


def test_what_xgrammar_cannot_hold_is_left_to_the_server() -> None:
    schema = {
        "type": "object",
        "properties": {
            "contains": {"type": "array", "uniqueItems": True, "items": {"enum": [{"format": "data"}]}},
            "name": {"type": "string", "pattern": "^a+$", "maxLength": 3},
        },
        "anyOf": [{"required": ["format"]}, {"multipleOf": 2}],
    }
    assert held(schema) == {
        "type": "object",
        "properties": {
            "contains": {"type": "array", "items": {"enum": [{"format": "data"}]}},
            "name": {"type": "string", "pattern": "^a+$"},
        },
        "anyOf": [{"required": ["format"]}, {}],
    }
