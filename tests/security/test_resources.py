"""What an agent may leave behind on a server is bounded, whatever it sends and however little it acknowledges."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from arena.core.errors import ErrorCode
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits
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


async def test_provenance_beyond_a_session_s_share_is_dropped_told_once_and_changes_nothing_else(
    tmp_path: Path,
) -> None:
    share = 3 * len(THOUGHT) + 1000
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        hall = await stack.enter_async_context(open_hall(tmp_path, limits=Limits(provenance_per_minute=share)))
        frozen = hall.arbiter.clocks.now()
        hall.arbiter.clocks.now = lambda: frozen
        agents = [await stack.enter_async_context(visitor(hall, name)) for name in ("ann", "bob")]
        for name, agent in zip(("ann", "bob"), agents, strict=True):
            assert (await agent.hello()).limits.provenance_per_minute == share
            await agent.join(GAME, name, matches=MATCHES)
        await asyncio.gather(*map(think_aloud, agents))
        lines = hall.ledger.matches()
        made = [how for line in lines for how in hall.ledger.provenance(line.match_id, None).values()]
        assert len(lines) == MATCHES
        assert all(seat.cause == "rules" for line in lines for seat in line.seats)
        assert [how.reasoning for how in made] == [THOUGHT] * 6
        assert hall.arbiter.provenance_dropped == sum(line.moves for line in lines) - 6 > 0
        for agent in agents:
            (told,) = (frame.notice for frame in agent.seen if frame.HasField("notice"))
            assert told.code == ErrorCode.RATE_LIMITED
            assert str(share) in told.message
