"""The two lanes of `make bench-llm`, in the client's process: the arena's seats, and the same prompts to the engine.

One engine serves both, one after the other. While the engine has its turn, the seats' completions wait at a gate.
"""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil
from cpu import seconds_of

from arena.agents.language.vllm import VllmModel

WARM_UP = 0.25
"""The share of a lane that is not counted."""


@dataclass(slots=True)
class Done:
    """One completion: when it began and ended on the monotonic clock, and its tokens."""

    began: float
    ended: float
    prompt: int
    cached: int
    completion: int


@dataclass(slots=True)
class Lane:
    """What was measured of one lane."""

    seconds: float
    completions: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    in_flight: float
    """Completions at once, by Little's law."""
    latency: float
    """Median seconds of a completion."""
    cpu: dict[str, float]
    """Seconds of the client's process, of the engine's, and of the server with its workers."""
    actions: int = 0


@dataclass(slots=True)
class _Asked:
    ids: list[int]
    params: Any
    lora: Any


@dataclass(slots=True)
class Meter:
    """Stands between the seats and the engine: counts, keeps the prompts, opens and closes the gate."""

    model: VllmModel
    server: psutil.Process
    actions: int = 0
    done: deque[Done] = field(default_factory=deque)
    asked: list[_Asked] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        through = self.model.engine.generate

        async def generate(ids: list[int], params: Any, *, lora: Any = None, priority: int = 0) -> Any:
            await self.gate.wait()
            self.asked.append(_Asked(ids, params, lora))
            self.running += 1
            self.idle.clear()
            began = time.monotonic()
            try:
                final = await through(ids, params, lora=lora, priority=priority)
            finally:
                self.running -= 1
                if not self.running:
                    self.idle.set()
            self.done.append(_done(began, final))
            return final

        self.model.engine.generate = generate  # type: ignore[method-assign]  # that is the meter

    async def through_the_arena(self, seconds: float) -> Lane:
        """The seats' turn."""
        await self._fresh()
        self.gate.set()
        began = time.monotonic()
        await asyncio.sleep(seconds * WARM_UP)
        actions, cpu = self.actions, self._cpu()
        await asyncio.sleep(seconds * (1 - WARM_UP))
        until, cpu = time.monotonic(), _less(self._cpu(), cpu)
        lane = _lane(self.done, began + seconds * WARM_UP, until, cpu, self.actions - actions)
        self.gate.clear()
        await self.idle.wait()
        return lane

    async def straight(self, streams: int, seconds: float) -> Lane:
        """The engine's turn: the prompts of the seats' last turn, by as many streams as there are seats."""
        asked = list(self.asked)
        await self._fresh()
        llm = await self.model.engine.llm()
        began = time.monotonic()
        todo = iter(asked)
        lanes = [asyncio.create_task(self._stream(llm, todo, began + seconds)) for _ in range(streams)]
        await asyncio.sleep(seconds * WARM_UP)
        cpu = self._cpu()
        await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
        until, cpu = time.monotonic(), _less(self._cpu(), cpu)
        await asyncio.gather(*lanes)
        return _lane(self.done, began + seconds * WARM_UP, until, cpu)

    async def _stream(self, llm: Any, todo: Iterator[_Asked], until: float) -> None:
        for one in todo:
            began = time.monotonic()
            if began >= until:
                return
            request = self.model.engine.api.tokens_input(one.ids)
            async for final in llm.generate(request, one.params, f"straight-{next(_numbers)}", lora_request=one.lora):
                self.done.append(_done(began, final))

    def _cpu(self) -> dict[str, float]:
        client = psutil.Process()
        return {
            "client": seconds_of([client]),
            "engine": seconds_of(client.children(recursive=True)),
            "server": seconds_of([self.server, *self.server.children(recursive=True)]),
        }

    async def _fresh(self) -> None:
        """Neither lane finds in the prefix cache what the other one left there."""
        await (await self.model.engine.llm()).reset_prefix_cache()
        self.done.clear()
        self.asked.clear()


_numbers = itertools.count()


def as_json(lanes: Sequence[Lane]) -> list[dict[str, Any]]:
    """Each lane with its rate."""
    return [{**asdict(lane), "rate": lane.completions / lane.seconds} for lane in lanes]


def _done(began: float, final: Any) -> Done:
    tokens = len(final.outputs[0].token_ids)
    return Done(began, time.monotonic(), len(final.prompt_token_ids), final.num_cached_tokens or 0, tokens)


def _less(now: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    return {name: now[name] - before[name] for name in now}


def _lane(done: Sequence[Done], since: float, until: float, cpu: dict[str, float], actions: int = 0) -> Lane:
    counted = [one for one in done if since <= one.ended < until]
    latencies = sorted(one.ended - one.began for one in counted) or [0.0]
    return Lane(
        seconds=until - since,
        completions=len(counted),
        prompt_tokens=sum(one.prompt for one in counted),
        cached_tokens=sum(one.cached for one in counted),
        completion_tokens=sum(one.completion for one in counted),
        in_flight=sum(latencies) / (until - since),
        latency=latencies[len(latencies) // 2],
        cpu=cpu,
        actions=actions,
    )
