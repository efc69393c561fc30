"""Agents that need no thought: the floor of every ladder."""

from random import Random

import numpy as np

from arena.agents.sampling import first, sample
from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Box, Choices, FreeText, Legal
from arena.core.values import Action


class RandomAgent(Agent):
    """Uniform over the legal actions."""

    wants = frozenset()

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._state = int.from_bytes(seat.seed.value[:8], "little")
        self._rng: Random | None = None

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Any legal action."""
        if isinstance(legal, Choices):
            return legal.ids[self._draw(len(legal.ids))]
        self._rng = self._rng or self.seat.rng()
        return sample(legal, self._rng)

    def _draw(self, n: int) -> int:
        """0 to n-1, by Knuth's MMIX congruential generator: seeding a larger one costs more than a match of it."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF_FFFF
        return (self._state >> 33) * n >> 31


class FirstAgent(Agent):
    """Always the first legal action."""

    wants = frozenset()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """The first legal action."""
        return first(legal)


class DefaultAgent(Agent):
    """Silent and passive: the last listed choice, which games put their "nothing" at, an idle tensor, and no words."""

    wants = frozenset()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """The least that is legal."""
        match legal:
            case Choices(ids=ids):
                return ids[-1]
            case FreeText():
                return ""
            case Box(shape=shape, dtype=dtype, idle=idle) if idle:
                return np.array(idle, dtype=dtype).reshape(shape)
            case _:
                return first(legal)
