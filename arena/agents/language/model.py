"""The contract of an engine that completes chats, and what goes in and comes out of it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.values import Json, Media

Role = Literal["system", "user", "assistant"]


class ModelUnavailable(Exception):
    """The engine is paused, overloaded or cannot be reached: another try may help. Says which in one sentence.

    `retry_after` are the seconds that the engine asks to wait for, 0 where it does not say.
    """

    def __init__(self, sentence: str, retry_after: float = 0.0) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class ModelFault(Exception):
    """No try can help: a key that is refused, a model that is not there, a prompt longer than the context."""


class ContextTooLong(ModelFault):
    """This prompt does not fit the model's context; a shorter one may."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat; `media` stand before the text."""

    role: Role
    text: str
    media: Sequence[Media] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """The completion is one of these texts, to the letter."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class JsonOf:
    """The completion is a JSON value that fits this schema."""

    schema: Mapping[str, Json]


Grammar: TypeAlias = OneOf | JsonOf | None
"""What an engine that decodes under constraints is held to; None leaves it free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How tokens are drawn; every field a setting of the agent."""

    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One completion wanted.

    `seconds` are left for it, after which nobody needs it any more: an engine may serve the hurried first, and drops
    what is late. `adapter` names a LoRA adapter, empty for the model itself. `seed` is the seat's own.
    """

    messages: Sequence[Message]
    grammar: Grammar = None
    sampling: Sampling = Sampling()
    seconds: float
    adapter: str = ""
    seed: int | None = None


@dataclass(slots=True, kw_only=True)
class Completion:
    """What came back. Engines that do not tell token ids or logprobs leave these empty, and count tokens all the same.

    `mask` is the constraint that the logprobs were taken under, as JSON, and empty where every token was free: a
    trainer must apply the same one. `reasoning` is what the model thought before `text`, where the engine parts them.
    """

    text: str
    reasoning: str = ""
    cut: bool = False
    """The token limit ended it, not the model."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_token_ids: Sequence[int] = ()
    completion_token_ids: Sequence[int] = ()
    logprobs: NDArray[np.float32] | Sequence[float] = ()
    """One per completion token, natural logarithm, float32."""
    mask: str = ""
    policy_version: str = ""


class LanguageModel(ABC):
    """An engine in this process or behind a socket; safe for any number of completions at once on one event loop."""

    constrains: bool = False
    """Whether completions are held to an Ask's grammar, so that what comes back can be read without guessing."""

    async def start(self) -> None:
        """Load what takes long, before any clock runs; nothing is asked of the engine before.

        Raises:
            ModelFault: it cannot be had.
        """

    @abstractmethod
    async def complete(self, ask: Ask) -> Completion:
        """Cancelling the call drops the completion in the engine too.

        Raises:
            TimeoutError: nothing came within the ask's seconds.
            ModelUnavailable: nothing came this time.
            ModelFault: nothing will ever come of this.
        """

    async def close(self) -> None:
        """Let go of the engine; nothing is asked afterwards."""
