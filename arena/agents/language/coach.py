"""Hands a critic's notes from one set of an agent's matches to the next."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
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
"""The share of a set's first decision that it may wait for notes on the sets before."""
MOST_REVIEWED: Final = 8
"""Matches that are reviewed together, the latest, where sets end faster than their critic reads."""
_MOST_SETS: Final = 1_000
"""Sets that are remembered; of more, such as never came to an end, the oldest are given up."""
_MAX_SAID: Final = 2_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Set:
    """One set under way: the notes it is played with, once they are known, its seats at play, its finished matches."""

    notes: str | None = None
    seated: set[tuple[str, int]] = field(default_factory=set)
    finished: list[Finished] = field(default_factory=list)

    def over(self, matches: int) -> bool:
        """Whether all of its matches have ended for all of their seats."""
        return not self.seated and len({one.seat.match_id for one in self.finished}) >= max(matches, 1)


class Coach:
    """The notes of one agent. All its calls belong to one event loop; sets are reviewed one after the other."""

    def __init__(self, critic: Critic) -> None:
        self.critic = critic
        self.notes = ""
        self._sets: dict[str, _Set] = {}
        self._unread: list[Finished] = []
        self._reading: asyncio.Task[None] | None = None
        self._owed = Spent()

    def begin(self, seat: SeatInfo) -> None:
        """A seat is taken."""
        self._of(seat).seated.add((seat.match_id, seat.seat))

    async def advice(self, seat: SeatInfo, seconds: float) -> str:
        """The notes for this seat, the same in all its set, which waits so long for those on sets that have ended."""
        of = self._of(seat)
        if of.notes is None and self._reading is not None:
            await asyncio.wait((self._reading,), timeout=seconds)
        if of.notes is None:
            of.notes = self.notes
        return of.notes

    def take_owed(self) -> Spent:
        """What reviews took since this was asked last: it is the agent's to account for."""
        owed, self._owed = self._owed, Spent()
        return owed

    def end(self, finished: Finished) -> None:
        """A match has ended for a seat; the last of a set has the set reviewed."""
        seat = finished.seat
        of = self._of(seat)
        of.seated.discard((seat.match_id, seat.seat))
        of.finished.append(finished)
        if of.over(seat.set_matches):
            del self._sets[_key(seat)]
            self._unread = [*self._unread, *of.finished][-MOST_REVIEWED:]
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Review nothing more."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        await self.critic.close()

    async def _read(self) -> None:
        while self._unread:
            finished, self._unread = self._unread, []
            feedback = await self._reviewed(finished)
            if feedback is not None:
                self._owed.add(feedback.spent)
                self.notes = feedback.notes[:MAX_NOTES] or self.notes
                log.info("the critic's notes after %d matches: %s", len(finished), self.notes)

    async def _reviewed(self, finished: Sequence[Finished]) -> Feedback | None:
        try:
            return await self.critic.review(finished, self.notes)
        except CriticFailed as error:
            log.warning("the notes stay as they are: the critic failed: %s", error)
        except Exception:  # border: a critic named by import path may raise anything
            log.exception("the notes stay as they are: the critic failed")
        return None

    def _of(self, seat: SeatInfo) -> _Set:
        while len(self._sets) > _MOST_SETS:
            del self._sets[next(iter(self._sets))]
        return self._sets.setdefault(_key(seat), _Set())


def _key(seat: SeatInfo) -> str:
    """Its set's id; where no set is told, each match is one."""
    return seat.set_id or seat.match_id


def coached(player: type[LanguageAgent], critic: Critic) -> type[LanguageAgent]:
    """The same player, with what this critic makes of its finished sets in the prompts of its next ones."""
    coach = Coach(critic)

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
            notes = await coach.advice(self.seat, PATIENCE * clock.decision)
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
