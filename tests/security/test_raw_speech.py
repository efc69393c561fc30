"""What an agent said is kept twice, from the wire to the ledger: as others hear it, and, for its owner, as sent."""

import asyncio
import json
from pathlib import Path

import pytest

from arena.core.errors import Forbidden
from tests.e2e.peer import Peer
from tests.server.conftest import open_hall, visitor

SENT = '{"message":"I \\u202etpecca\\u202c\\u0007  it","act":"walk"}'
"""Turned about, rung and spaced out."""


async def test_a_message_beside_an_act_is_recorded_as_heard_and_as_sent(tmp_path: Path) -> None:
    async with open_hall(tmp_path) as hall:
        async with asyncio.timeout(30), visitor(hall, "ann") as one, visitor(hall, "bob") as two:
            await asyncio.gather(walk_away(one, "ear"), walk_away(two, "mouth"))
        (line, _) = hall.ledger.matches(limit=10)
        result = hall.ledger.result(line.match_id)
        (move,) = result.moves
        assert move.action == {"act": "walk", "message": "I tpecca it"}
        owner, other = ("ann", "bob")[:: 1 if result.plan.parties[move.seat].owner == "ann" else -1]
        (made,) = hall.ledger.made_moves(line.match_id, owner)
        kept = json.loads(made.provenance.raw)
        assert kept == {"act": "walk", "message": "I \u202etpecca\u202c\u0007  it"}
        assert hall.ledger.made_moves(line.match_id, other) == []
        with pytest.raises(Forbidden):
            hall.ledger.made_moves(line.match_id, "eve")


async def walk_away(agent: Peer, name: str) -> None:
    """Leave every table with a few words."""
    await agent.hello()
    await agent.join("negotiation/ultimatum", name, matches=2)
    while True:
        frame = await agent.next("decision_request", "join_ended", "refused")
        assert not frame.HasField("refused"), frame
        if frame.HasField("join_ended"):
            return
        await agent.act(frame.decision_request.request_id, json=SENT.encode())
