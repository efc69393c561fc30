"""Hands a critic's notes from one set of an agent's matches to the next: a set is so many of them in a row."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from arena.agents.language.agent import LanguageAgent
from arena.agents.language.asking import Spent
from arena.agents.language.critic import MAX_NOTES, Critic, CriticFailed, Exchange, Feedback, Finished
from arena.agents.language.model import ModelFault
from arena.agents.language.quoting import fenced
from arena.core.agent import Clock, Observation, Reply, SeatInfo
from arena.core.canonical import canonical_text
from arena.core.errors import AgentFault
from arena.core.game import SeatOutcome
from arena.core.legal import Choices, Legal
from arena.core.values import Action

PATIENCE: Final = 1 / 3
"""The share of its first decision that a match may wait for notes on the matches before."""
MOST_REVIEWED: Final = 8
"""Matches that are reviewed together, the latest, where they end faster than their critic reads."""
_MAX_SAID: Final = 2_000

log = logging.getLogger(__name__)


class Coach:
    """The notes of one agent, written anew after each `every` of its matches; all calls belong to one event loop.

    Sets are counted here and not asked of the server, which does not tell whose matches are rated together: in an
    event that would tell who plays them.
    """

    def __init__(self, critic: Critic, every: int) -> None:
        self.critic = critic
        self.notes = ""
        self._every = every
        self._seated: Counter[str] = Counter()
        """Seats at play, by match."""
        self._lived: dict[str, list[Finished]] = {}
        """Seats that have ended, by match."""
        self._over: list[str] = []
        """Matches that have ended for all their seats."""
        self._reading: asyncio.Task[None] | None = None
        self._owed = Spent()

    def begin(self, seat: SeatInfo) -> None:
        """A seat is taken."""
        self._seated[seat.match_id] += 1

    async def advice(self, seconds: float) -> str:
        """The notes for a match that begins, which waits so long for those on the set before."""
        if self._reading is not None:
            await asyncio.wait((self._reading,), timeout=seconds)
        return self.notes

    def take_owed(self) -> Spent:
        """What reviews took since this was asked last: it is the agent's to account for."""
        owed, self._owed = self._owed, Spent()
        return owed

    def end(self, finished: Finished) -> None:
        """A match has ended for a seat; the last of a set has the set reviewed."""
        match = finished.seat.match_id
        self._lived.setdefault(match, []).append(finished)
        self._seated[match] -= 1
        if not self._seated[match]:
            del self._seated[match]
            self._over.append(match)
        if len(self._over) >= self._every and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Review nothing more."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        await self.critic.close()

    async def _read(self) -> None:
        while len(self._over) >= self._every:
            feedback = await self._reviewed(self._take())
            if feedback is not None:
                self._owed.add(feedback.spent)
                self.notes = feedback.notes[:MAX_NOTES] or self.notes

    def _take(self) -> list[Finished]:
        """The matches to read now."""
        over, self._over = self._over, []
        lived = [self._lived.pop(match) for match in over]
        return [seat for match in lived[-max(self._every, MOST_REVIEWED) :] for seat in match]

    async def _reviewed(self, finished: Sequence[Finished]) -> Feedback | None:
        try:
            return await self.critic.review(finished, self.notes)
        except CriticFailed as error:
            log.warning("the notes stay as they are: the critic failed: %s", error)
        except Exception:  # border: a critic named by import path may raise anything
            log.exception("the notes stay as they are: the critic failed")
        return None


def coached(player: type[LanguageAgent], critic: Critic, every: int) -> type[LanguageAgent]:
    """The same player, with what this critic makes of each `every` finished matches in the prompts of the next ones."""
    coach = Coach(critic, every)

    class Coached(player):  # type: ignore[valid-type, misc]  # a class made from one that is given
        def __init__(self, seat: SeatInfo) -> None:
            super().__init__(seat)
            self._exchanges: list[Exchange] = []
            self._advised = False
            coach.begin(seat)

        async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Reply:
            """As the player, who has read the notes."""
            if not self._advised:
                await self._take_advice(clock)
            if observation.refusal and self._exchanges:
                last = self._exchanges.pop()
                self._exchanges.append(Exchange(last.view, last.said, observation.refusal))
            reply: Reply = await super().act(observation, legal, clock)
            self._exchanges.append(Exchange(observation.text, _said(legal, reply.action)))
            return reply

        def ended(self, outcome: SeatOutcome) -> None:
            """Hand the match to the coach."""
            super().ended(outcome)
            coach.end(Finished(self.seat, self._exchanges, outcome))

        async def _take_advice(self, clock: Clock) -> None:
            began = asyncio.get_running_loop().time()
            notes = await coach.advice(PATIENCE * clock.decision)
            clock.decision -= asyncio.get_running_loop().time() - began
            self._advised = True
            self._carried.add(coach.take_owed())
            if notes:
                self.memory.system += self.settings.prompts.render("coach", notes=fenced(notes))

        @classmethod
        async def prepare(cls) -> None:
            """Load the player, then its critic."""
            await super().prepare()
            try:
                await critic.start()
            except ModelFault as error:
                raise AgentFault(f"the critic cannot be had: {error}") from error

        @classmethod
        async def release(cls) -> None:
            """Let go of both."""
            await coach.close()
            await super().release()

    Coached.__name__ = player.__name__
    return Coached


def _said(legal: Legal, action: Action) -> str:
    """An answer in words."""
    if isinstance(legal, Choices) and isinstance(action, int) and action in legal.ids:
        return legal.label(action)
    return (action if isinstance(action, str) else canonical_text(action))[:_MAX_SAID]
