"""Critics: they read the matches of a set that an agent has finished, and write notes for its next ones.

In-context improvement by feedback, as in Fu et al. 2023 (arXiv 2305.10142), with sets in place of their rounds. A
critic is told what the agent's own seat saw and said, and how it came out: of other seats nothing that it did not see.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from arena.agents.language.asking import Asking, Spent
from arena.agents.language.model import LanguageModel, Message, ModelFault, Sampling
from arena.agents.language.prompts import Prompts
from arena.agents.language.quoting import fenced, neutral, one_line
from arena.agents.language.reading import parted
from arena.core.agent import SeatInfo, Unavailable
from arena.core.game import SeatOutcome
from arena.core.terminal import news

MAX_NOTES: Final = 2_000
"""Characters of feedback that are kept."""
NOTES_WORDS: Final = 250
"""That a model is asked for."""
REVIEW_SECONDS: Final = 120.0
MAX_STORY: Final = 8_000
"""Characters of one match, its end, that a model is shown."""
_NONE: Final = "(none yet)"


class CriticFailed(Exception):
    """No feedback came of a set; says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One decision of one seat: the view in words, the answer in words, and why it was refused, if it was."""

    view: str
    said: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """One match as one seat has lived it."""

    seat: SeatInfo
    exchanges: Sequence[Exchange]
    outcome: SeatOutcome


@dataclass(frozen=True, slots=True)
class Feedback:
    """Notes for the agent, and what they took."""

    notes: str
    spent: Spent


class Critic(ABC):
    """Writes notes. One critic serves one agent of one process."""

    async def start(self) -> None:
        """Load what takes long, before any clock runs.

        Raises:
            ModelFault: it cannot be had.
        """

    @abstractmethod
    async def review(self, finished: Sequence[Finished], notes: str) -> Feedback:
        """What to tell the agent in place of `notes`, after these matches; cut to MAX_NOTES by whoever asks.

        Raises:
            CriticFailed: nothing came of it.
        """

    async def close(self) -> None:
        """Let go of what was loaded."""


class LanguageCritic(Critic):
    """A language model that is shown the matches as text. It closes its model when that is its `own`."""

    def __init__(
        self, model: LanguageModel, sampling: Sampling, prompts: Prompts, adapter: str = "", *, own: bool = True
    ) -> None:
        self._model, self._sampling, self._prompts, self._adapter, self._own = model, sampling, prompts, adapter, own
        self._rng = Random(0)

    async def start(self) -> None:
        """Load the model."""
        if self._own:
            await self._model.start()

    async def review(self, finished: Sequence[Finished], notes: str) -> Feedback:
        """One completion; matches that do not fit are left out, the oldest first."""
        until, spent, shown = time.monotonic() + REVIEW_SECONDS, Spent(), list(finished)

        def shorten() -> bool:
            del shown[: (len(shown) + 1) // 2]
            return bool(shown)

        asking = Asking(self._model, self._adapter, self._rng, until, until, spent)
        try:
            completion = await asking.complete(lambda: self._messages(shown, notes), None, self._sampling, shorten)
        except (Unavailable, ModelFault, TimeoutError) as error:
            raise CriticFailed(str(error) or "the model did not answer in time") from error
        return Feedback(parted(completion.text).answer, spent)

    async def close(self) -> None:
        """Let go of the model."""
        if self._own:
            await self._model.close()

    def _messages(self, finished: Sequence[Finished], notes: str) -> list[Message]:
        seat, prompts = finished[-1].seat, self._prompts
        matches = "\n\n".join(self._told(number, match) for number, match in enumerate(finished, start=1))
        system = prompts.render("critic", brief=neutral(seat.brief), game=neutral(seat.game))
        asked = prompts.render("review", notes=fenced(notes or _NONE), matches=matches, limit=NOTES_WORDS)
        return [Message("system", system), Message("user", asked)]

    def _told(self, number: int, match: Finished) -> str:
        outcome, role = match.outcome, one_line(match.outcome.role, 60)
        return self._prompts.render(
            "finished",
            number=number,
            seat=match.seat.seat,
            seats=match.seat.seats,
            role=f", as {role}" if role else "",
            story=fenced(_end_of("\n".join(_story(match.exchanges)))),
            rank=outcome.rank,
            score=f"{outcome.score:g}",
        )


def _story(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Views, of each what is new in it, and answers."""
    before = ""
    for exchange in exchanges:
        yield news(before, exchange.view)
        refused = f" (refused: {exchange.refusal})" if exchange.refusal else ""
        yield f"[the player] {exchange.said}{refused}"
        before = exchange.view


def _end_of(story: str) -> str:
    return story if len(story) <= MAX_STORY else f"[...]\n{story[-MAX_STORY:]}"
