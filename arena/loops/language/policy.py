"""A language model in this process that plays, is trained and is saved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, Self, TypeVar

from arena.agents.language.answers import AnswerForm
from arena.agents.language.conversation import Scene
from arena.agents.language.loaded import Loaded, Wish, require_model
from arena.agents.language.model import Completion, JsonOf, Message, ModelFault, Sampling
from arena.agents.language.reading import closed, parted
from arena.core.errors import BadRequest
from arena.loops.language.drawing import drawn_by_prefix, is_shared

T = TypeVar("T")
BATCH: Final = 64
"""Completions that are drawn together."""


@dataclass(frozen=True, slots=True)
class Example:
    """An answer to learn from, as token ids. The completion ends with the token that ends a turn."""

    prompt: Sequence[int]
    completion: Sequence[int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt as token ids, and the form that its completion is held to."""

    prompt: Sequence[int]
    form: AnswerForm


class Policy:
    """The weights, their tokenizer and chat template."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded

    @classmethod
    def open(cls, folder: str | Path, *, device: str = "auto") -> Self:
        """The model of a directory.

        Raises:
            BadRequest: there is none, or it cannot be loaded.
        """
        require_model(str(folder))
        try:
            return cls(Loaded.open(str(folder), device=device))
        except ModelFault as error:
            raise BadRequest(str(error)) from error

    @property
    def model(self) -> Any:
        """The Hugging Face model."""
        return self.loaded.model

    @property
    def tokenizer(self) -> Any:
        """The Hugging Face tokenizer."""
        return self.loaded.chat.tokenizer

    def asked(self, scene: Scene) -> Asked:
        """A decision as this model's tokens.

        Raises:
            BadRequest: as `prompt`.
        """
        return Asked(self.prompt(scene.messages), scene.form)

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """A chat that asks for an answer as this model's tokens.

        Raises:
            BadRequest: it is longer than the model's context.
        """
        prompt = self.loaded.chat.ids(messages)
        if len(prompt) >= self.loaded.context:
            raise BadRequest(
                f"a prompt has {len(prompt)} tokens, more than the {self.loaded.context} of the model's context; set "
                f"memory=window, or take a model with a longer one"
            )
        return prompt

    def tokens(self, answer: str) -> list[int]:
        """An answer as token ids, with the one that ends the turn."""
        return self.ended(self.loaded.chat.answer(answer))

    def said(self, ids: Sequence[int], form: AnswerForm) -> str:
        """The answer of a completion: without end token and thoughts, and with the end that cut JSON lacks."""
        answer = parted(self.loaded.chat.text(ids)).answer
        return closed(answer) if isinstance(form.grammar, JsonOf) else answer

    def ended(self, ids: Sequence[int]) -> list[int]:
        """A completion with the token that ends the turn: drawing under a form stops where nothing else may follow."""
        return [*ids] if ids and ids[-1] in self.loaded.ends else [*ids, self.tokenizer.eos_token_id]

    def complete(
        self, asked: Sequence[Asked], rng: Random, *, temperature: float = 1.0, max_tokens: int = 256
    ) -> list[Completion]:
        """A completion of each, held to its form, in batches.

        Raises:
            BadRequest: no completion can be held to a form.
        """
        sampling = Sampling(temperature=temperature, max_tokens=max_tokens)
        wishes = [Wish(one.prompt, one.form.grammar, sampling, rng.getrandbits(31)) for one in asked]
        self.model.eval()
        made: list[Completion | ModelFault]
        if is_shared(self.loaded, wishes):
            made = [*drawn_by_prefix(self.loaded, wishes)]
        else:
            made = [completion for batch in batches(wishes, BATCH) for completion in self.loaded.complete(batch)]
        return list(map(_sound, made))

    def logprobs(self, examples: Sequence[Example]) -> tuple[Any, Any]:
        """Log-probabilities of completion tokens, free of any form: float [examples, longest]; and which are there.

        Gradients flow where they are enabled.
        """
        import torch

        logits, ids, there = self.logits(examples)
        return torch.log_softmax(logits, dim=-1).gather(2, ids[:, :, None]).squeeze(2), there

    def logits(self, examples: Sequence[Example]) -> tuple[Any, Any, Any]:
        """Where each completion token was drawn, float [examples, longest, vocabulary]; the tokens; which are there."""
        import torch

        prompts, completions = [one.prompt for one in examples], [one.completion for one in examples]
        before, after = max(map(len, prompts)), max(map(len, completions))
        rows = [
            [self.loaded.pad] * (before - len(p)) + [*p, *c] + [self.loaded.pad] * (after - len(c))
            for p, c in zip(prompts, completions, strict=True)
        ]
        there = [
            [0] * (before - len(p)) + [1] * (len(p) + len(c)) + [0] * (after - len(c))
            for p, c in zip(prompts, completions, strict=True)
        ]
        ids, mask = (torch.tensor(each, device=self.model.device) for each in (rows, there))
        places = (mask.cumsum(dim=1) - 1).clamp(min=0)
        logits = self.model(
            input_ids=ids, attention_mask=mask, position_ids=places, logits_to_keep=after + 1, use_cache=False
        ).logits
        return logits[:, :-1].float(), ids[:, before:], mask[:, before:].bool()

    def save(self, folder: Path) -> None:
        """Write it as `transformers:DIR` plays it: weights, tokenizer, chat template."""
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)


def _sound(completion: Completion | ModelFault) -> Completion:
    if isinstance(completion, ModelFault):
        raise BadRequest(str(completion)) from completion
    return completion


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items, so many at a time."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
