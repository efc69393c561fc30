"""The client process of `make bench-llm`: one engine, and for each number of seats both lanes in turn.

Usage: ARENA_TOKEN=... llm_client.py ADDRESS JSON, where JSON holds what `llm.py` orders: model, settings, player, game,
seats, seconds, repeats, server (its process). It prints a line of JSON for each number of seats, and before that one
about itself.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import psutil
from llm_lanes import Meter, as_json

from arena.agents.language.agent import LanguageAgent, player_of
from arena.agents.language.settings import OPTIONS, Settings
from arena.agents.language.vllm import OPTIONS as ENGINE_OPTIONS
from arena.agents.language.vllm import model_of
from arena.client import Client
from arena.core.agent import Clock, Observation, Reply, Resign
from arena.core.legal import Legal
from arena.core.options import parse_assignments, resolve


def seat_of(meter: Meter, settings: Settings) -> type[LanguageAgent]:
    """The agent that is measured, counting its actions; it resigns where `leaving` is set, so that matches end."""

    class Seat(player_of(meter.model, settings)):  # type: ignore[misc]  # made at run time
        leaving = False

        async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Reply:
            if Seat.leaving:
                raise Resign
            reply: Reply = await super().act(observation, legal, clock)
            meter.actions += 1
            return reply

        @classmethod
        async def release(cls) -> None:
            """The engine is measured again."""

    return Seat


async def measure(meter: Meter, address: str, asked: Mapping[str, Any], seats: int) -> Mapping[str, Any]:
    """Both lanes with so many seats, in turn."""
    seat = seat_of(meter, Settings.of(resolve(OPTIONS, parse_assignments(OPTIONS, asked["player"]))))
    client = Client(address, token=os.environ["ARENA_TOKEN"])
    client.join(asked["game"], seat, name=f"tiny-{seats}", seats=seats)
    playing = asyncio.create_task(client.run())
    lanes: dict[str, list[Any]] = {"arena": [], "engine": []}
    for _ in range(asked["repeats"]):
        lanes["arena"].append(await _on_engine(meter, meter.through_the_arena(asked["seconds"])))
        lanes["engine"].append(await _on_engine(meter, meter.straight(seats, asked["seconds"])))
        if playing.done():
            playing.result()
    seat.leaving = True  # type: ignore[attr-defined]  # of the class above
    meter.model.engine.call(_open(meter)).result()
    client.stop()
    (summary,) = await playing
    causes = {cause: n for cause, n in dict(summary.causes).items() if cause != "resigned"}
    return {"seats": seats, "causes": causes} | {name: as_json(found) for name, found in lanes.items()}


async def _on_engine(meter: Meter, work: Any) -> Any:
    return await asyncio.wrap_future(meter.model.engine.call(work))


async def _open(meter: Meter) -> None:
    meter.gate.set()


async def _main() -> None:
    address, asked = sys.argv[1], json.loads(sys.argv[2])
    began = time.monotonic()
    model = model_of(asked["model"], resolve(ENGINE_OPTIONS, parse_assignments(ENGINE_OPTIONS, asked["settings"])))
    await model.start()
    print(json.dumps({"start, s": round(time.monotonic() - began, 1), "vllm": model.engine.api.version}), flush=True)
    meter = Meter(model, psutil.Process(asked["server"]))
    for seats in asked["seats"]:
        print(json.dumps(await measure(meter, address, asked, seats)), flush=True)
    await model.close()


if __name__ == "__main__":
    asyncio.run(_main())
