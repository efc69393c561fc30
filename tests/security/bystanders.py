"""A match that goes on beside whatever a test does wrongly, and is untouched by it."""

import asyncio

from arena.v1 import play_pb2 as pb
from tests.e2e.peer import Peer


class Bystanders:
    """Two peers whose matches go on, a move at a time, while bad things happen beside them."""

    def __init__(self, peers: tuple[Peer, Peer]) -> None:
        self.peers = peers
        self.open: tuple[Peer, pb.DecisionRequest] | None = None

    async def join(self) -> None:
        """Meet in connect four for as long as needed, and wait for the first request."""
        for name, agent in zip(("by", "stander"), self.peers, strict=True):
            await agent.hello()
            await agent.join("openspiel/connect_four", name)
        await self._wait_for_request()

    async def move(self) -> None:
        """Answer the open request and wait for the next, which comes only when all is well."""
        assert self.open is not None
        agent, asked = self.open
        await agent.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])
        assert asked.request_id in (await agent.next("accepted", "refused")).accepted.request_ids
        await self._wait_for_request()

    async def _wait_for_request(self) -> None:
        frames = [asyncio.create_task(self._next_request(agent)) for agent in self.peers]
        done, others = await asyncio.wait(frames, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.open = done.pop().result()

    async def _next_request(self, agent: Peer) -> tuple[Peer, pb.DecisionRequest]:
        return agent, (await agent.next("decision_request")).decision_request

    def check(self) -> None:
        """Nothing was refused, defaulted or charged, and no frame is missing."""
        for agent in self.peers:
            kinds = {frame.WhichOneof("frame") for frame in agent.seen}
            assert not kinds & {"refused", "defaulted", "error", "join_ended"}
            for ended in (frame.match_ended for frame in agent.seen if frame.HasField("match_ended")):
                assert not ended.void
                assert {outcome.cause for outcome in ended.outcomes} == {pb.CAUSE_RULES}
            numbers = [frame.seq for frame in agent.seen if frame.seq]
            assert numbers == list(range(1, len(numbers) + 1))
