"""What an agent may leave behind on a server is bounded, whatever it sends and however little it acknowledges."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from arena.v1 import play_pb2 as pb
from tests.e2e.peer import Peer
from tests.server.conftest import open_hall, visitor

GAME, MATCHES, THOUGHT = "openspiel/tic_tac_toe", 8, "z" * 100_000


async def think_aloud(agent: Peer) -> None:
    """Play with long reasoning beside each move, and acknowledge nothing."""
    while True:
        frame = await agent.next("decision_request", "join_ended")
        if frame.HasField("join_ended"):
            return
        asked = frame.decision_request
        act = pb.Act(request_id=asked.request_id, provenance=pb.Provenance(reasoning=THOUGHT))
        act.action.choice = asked.prompt.legal.choices.ids[0]
        await agent.send(act=act)


async def test_ends_that_nobody_acknowledges_hold_no_provenance_in_memory(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        hall = await stack.enter_async_context(open_hall(tmp_path))
        agents = [await stack.enter_async_context(visitor(hall, name)) for name in ("ann", "bob")]
        for name, agent in zip(("ann", "bob"), agents, strict=True):
            await agent.hello()
            await agent.join(GAME, name, matches=MATCHES)
        await asyncio.gather(*map(think_aloud, agents))
        held = [hold.match for session in hall.play.sessions.values() for _, hold, _ in session._ends]
        assert len(held) == 2 * MATCHES
        assert not any(match.provenance for match in held)
        made = hall.ledger.provenance(hall.ledger.matches()[0].match_id, None)
        assert {thought.reasoning for thought in made.values()} == {THOUGHT}
