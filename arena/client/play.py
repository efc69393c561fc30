"""The short way: one agent in one game, from first to last."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from arena.client.client import Client
from arena.client.joins import JoinSummary
from arena.client.transport import Transport
from arena.core.agent import AgentFactory, BatchAgent
from arena.core.values import Json


class JoinOptions(TypedDict, total=False):
    """The keyword arguments of `Client.join`."""

    name: str
    version: str
    parent_version: str
    options: Mapping[str, Json] | None
    seats: int
    matches: int
    tournament: str


async def join(
    game: str,
    agent: AgentFactory | BatchAgent | type[BatchAgent],
    *,
    server: str = "127.0.0.1:7777",
    token: str | None = None,
    tls_ca: str | Path | None = None,
    transport: Transport | None = None,
    **order: Unpack[JoinOptions],
) -> JoinSummary:
    """Play on a session of its own until the join has ended; arguments and errors are those of `Client`."""
    client = Client(server, token=token, tls_ca=tls_ca, transport=transport)
    client.join(game, agent, **order)
    (summary,) = await client.run()
    return summary


def play(game: str, agent: AgentFactory | BatchAgent | type[BatchAgent], **arguments: Any) -> JoinSummary:
    """`join` for programs without an event loop: returns when the matches are played."""
    return asyncio.run(join(game, agent, **arguments))
