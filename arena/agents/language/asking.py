"""Asking an engine until it answers: patience while it is unavailable, and what all of it cost."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from arena.agents.language.model import (
    Ask,
    Completion,
    ContextTooLong,
    Grammar,
    LanguageModel,
    Message,
    ModelUnavailable,
    Sampling,
)
from arena.core.agent import MAX_PROVENANCE_BYTES, Provenance, Unavailable

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 8.0
_MAX_REASONING: Final = 100_000
"""Characters of private reasoning that are kept."""
_TOKEN_BYTES: Final = 5
"""Of one token id or logprob, at most, as they are sent."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in whatever unit the user counts."""

    prompt: float = 0.0
    completion: float = 0.0


@dataclass(slots=True)
class Spent:
    """What one decision took, over every completion asked for it."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    reasoning: str = ""

    def add(self, other: "Spent") -> None:
        """Count what something else took as well; its reasoning is nobody's here."""
        self.prompt_tokens += other.prompt_tokens
        self.completion_tokens += other.completion_tokens
        self.seconds += other.seconds

    def cost(self, prices: Prices) -> float:
        """What the tokens cost."""
        return (self.prompt_tokens * prices.prompt + self.completion_tokens * prices.completion) / 1_000_000

    def provenance(self, last: Completion, prices: Prices) -> Provenance:
        """How the action came about that was read from the `last` completion."""
        made = Provenance(
            policy_version=last.policy_version,
            prompt_token_ids=last.prompt_token_ids,
            completion_token_ids=last.completion_token_ids,
            logprobs=last.logprobs,
            reasoning=self.reasoning[-_MAX_REASONING:].encode(errors="replace").decode(),
            cost=self.cost(prices),
            think_seconds=self.seconds,
            mask=last.mask,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
        )
        return made if _fits(made) else replace(made, prompt_token_ids=())


def _fits(made: Provenance) -> bool:
    tokens = len(made.prompt_token_ids) + 2 * len(made.completion_token_ids)
    return _TOKEN_BYTES * tokens + 4 * len(made.reasoning) + 4 * len(made.mask) < MAX_PROVENANCE_BYTES // 2


@dataclass(slots=True)
class Asking:
    """One decision's way to the engine. `until` and `deadline` are moments of the monotonic clock: an engine that is
    unavailable is tried again until the one, and nobody needs a completion after the other."""

    model: LanguageModel
    adapter: str
    rng: Random
    until: float
    deadline: float
    spent: Spent

    async def complete(
        self,
        messages: Callable[[], Sequence[Message]],
        grammar: Grammar,
        sampling: Sampling,
        shorten: Callable[[], bool],
    ) -> Completion:
        """One completion of `messages()`, which `shorten` makes fewer where they are too many.

        Raises:
            Unavailable: the engine was not available for as long as there is patience.
            ModelFault: nothing will come of it.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._once(messages(), grammar, sampling)
            except ModelUnavailable as error:
                wait = max(pause * self.rng.uniform(0.5, 1.0), error.retry_after)
                if time.monotonic() + wait >= self.until:
                    raise Unavailable(str(error)) from error
                await asyncio.sleep(wait)
                pause = min(2 * pause, LONGEST_PAUSE)
            except ContextTooLong:
                if not shorten():
                    raise

    async def _once(self, messages: Sequence[Message], grammar: Grammar, sampling: Sampling) -> Completion:
        begun = time.monotonic()
        ask = Ask(
            messages=messages,
            grammar=grammar,
            sampling=sampling,
            seconds=max(0.0, self.deadline - begun),
            adapter=self.adapter,
            seed=self.rng.getrandbits(31),
        )
        try:
            completion = await self.model.complete(ask)
        finally:
            self.spent.seconds += time.monotonic() - begun
        self.spent.prompt_tokens += completion.prompt_tokens
        self.spent.completion_tokens += completion.completion_tokens
        return completion
