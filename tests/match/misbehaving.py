"""Agents for the tests, named by their import path: each goes wrong in one way that its worker must charge to it."""

import asyncio
import os
import sys
from collections.abc import Sequence
from threading import Event as Never
from typing import Any

from arena.core.agent import Agent, BatchAgent, Clock, Decision, Observation, Provenance, Reply
from arena.core.game import SeatOutcome
from arena.core.legal import Legal
from arena.core.values import Media

THINKS = 0.1
"""Seconds that `Thinking` takes over a decision."""


class Three(Agent):
    """Always three."""

    wants = frozenset()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return 3


class Painter(Three):
    """Answers with a picture."""

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return Media("image/png", b"a picture")


class Zero(Three):
    """Always zero, which loses against three."""

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return 0


class EndExits(Zero):
    def ended(self, outcome: SeatOutcome) -> None:
        os._exit(3)


class EndHangs(Zero):
    def ended(self, outcome: SeatOutcome) -> None:
        Never().wait()


class EndQuits(Zero):
    def ended(self, outcome: SeatOutcome) -> None:
        sys.exit(3)


class AsyncThree(Three):
    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        for _ in range(3):
            await asyncio.sleep(0)
        return 3


class AsyncQuits(Three):
    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        await asyncio.sleep(0)
        sys.exit(0)


class AsyncForever(Three):
    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        await asyncio.Event().wait()


class AsyncBlocks(Three):
    """Stops the loop that all waiting agents share."""

    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        await asyncio.sleep(0)
        Never().wait()


class LoadRaises(BatchAgent):
    def __init__(self) -> None:
        raise KeyError("MODEL_KEY")

    def act_batch(self, decisions: Sequence[Decision]) -> Sequence[Any]:
        return [3] * len(decisions)


class LoadExits(LoadRaises):
    def __init__(self) -> None:
        os._exit(7)


class BadLogprobs(Three):
    made: Any = Provenance(logprobs="abc")  # type: ignore[arg-type]

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return Reply(3, self.made)


class BadToken(BadLogprobs):
    made = Provenance(completion_token_ids=[-1])


class BadReasoning(BadLogprobs):
    made = Provenance(reasoning=["why"])  # type: ignore[arg-type]


class NoProvenance(BadLogprobs):
    made = "why"


class Illegal(Three):
    """Never answers what is on offer."""

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return 70


class Thinking(Three):
    """Takes its time, and says what its clock showed before."""

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        seen = f"{clock.decision} {clock.bank}"
        Never().wait(THINKS)
        return Reply(3, Provenance(reasoning=seen))


class AsyncThinking(Three):
    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        seen = f"{clock.decision} {clock.bank}"
        await asyncio.sleep(THINKS)
        return Reply(3, Provenance(reasoning=seen))
