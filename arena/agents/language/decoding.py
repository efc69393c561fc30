"""Drawing tokens for many completions at once, each under its own constraint, sampling and seed, with torch."""

import json
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from arena.agents.language.model import Grammar, JsonOf, ModelFault, OneOf, Sampling

_CACHED: Final = 256
"""Grammars that are kept compiled."""
_BITS: Final = 32


class Grammars:
    """Grammars compiled for one tokenizer, by llguidance. `size` is how many logits the model has."""

    def __init__(self, tokenizer: Any, size: int, ends: Sequence[int]) -> None:
        import llguidance.hf

        self._tokenizer = llguidance.hf.from_tokenizer(tokenizer, n_vocab=size, eos_token=list(ends))
        self._compiled = lru_cache(maxsize=_CACHED)(self._compile)

    def matcher(self, grammar: Grammar) -> Any:
        """A matcher of its own for one completion; None where every token is free.

        Raises:
            ModelFault: no completion can be held to this grammar.
        """
        return self.matcher_of(as_json(grammar))

    def matcher_of(self, mask: str) -> Any:
        """As `matcher`, from what `as_json` tells of a grammar."""
        return self._compiled(mask).deep_copy() if mask else None

    def _compile(self, mask: str) -> Any:
        from llguidance import LLMatcher

        constraint = json.loads(mask)
        if "choice" in constraint:
            literals = " | ".join(json.dumps(text, ensure_ascii=False) for text in constraint["choice"])
            text = LLMatcher.grammar_from_lark(f"start: {literals}")
        else:
            how: Any = {"whitespace_flexible": False, "coerce_one_of": True}
            text = LLMatcher.grammar_from_json_schema(constraint["json"], overrides=how)
        matcher = LLMatcher(self._tokenizer, text)
        if matcher.is_error():
            raise ModelFault(f"no completion can be held to this grammar: {matcher.get_error()[:200]}")
        return matcher


def as_json(grammar: Grammar) -> str:
    """What a trainer must mask by; empty where every token was free."""
    match grammar:
        case OneOf(texts=texts):
            return json.dumps({"choice": list(texts)}, ensure_ascii=False, separators=(",", ":"))
        case JsonOf(schema=schema):
            return json.dumps({"json": schema}, ensure_ascii=False, separators=(",", ":"))
        case None:
            return ""


class Row:
    """One completion on its way. `needed` says whether anybody still waits for it."""

    def __init__(
        self, matcher: Any, sampling: Sampling, seed: int | None, ends: frozenset[int], needed: Callable[[], bool]
    ) -> None:
        import torch

        self.ids: list[int] = []
        self.logprobs: list[float] = []
        self.done = self.cut = False
        self._matcher, self._sampling, self._ends, self._needed = matcher, sampling, ends, needed
        self._random = torch.Generator()
        if seed is not None:
            self._random.manual_seed(seed)

    @property
    def max_tokens(self) -> int:
        """That it may have."""
        return self._sampling.max_tokens

    @property
    def text_ids(self) -> Sequence[int]:
        """The tokens without the one that ended it."""
        return self.ids[:-1] if self.ids and self.ids[-1] in self._ends else self.ids

    def draw(self, logits: Any) -> int | None:
        """The next token, from the logits of the whole vocabulary; None when this completion is over."""
        if self.done or not self._needed():
            self.done = True
            return None
        token, logprob = self._drawn(logits.float().cpu())
        self.ids.append(token)
        self.logprobs.append(logprob)
        if self._matcher is not None and token not in self._ends:
            self._matcher.consume_token(token)
        self.done = token in self._ends or (self._matcher is not None and self._matcher.is_stopped())
        if not self.done and len(self.ids) >= self._sampling.max_tokens:
            self.done = self.cut = True
        return token

    def _drawn(self, logits: Any) -> tuple[int, float]:
        """A token of the masked distribution, and its logarithm there."""
        import torch

        if self._matcher is not None:
            logits = logits.masked_fill(~allowed(self._matcher, len(logits)), -math.inf)
        if self._sampling.temperature > 0:
            logits = _nucleus(logits / self._sampling.temperature, self._sampling.top_p)
        logprobs = torch.log_softmax(logits, dim=-1)
        if self._sampling.temperature > 0:
            token = int(torch.multinomial(logprobs.exp(), 1, generator=self._random))
        else:
            token = int(logprobs.argmax())
        return token, float(logprobs[token])


def allowed(matcher: Any, size: int) -> Any:
    """Which tokens a grammar allows now, of `size`: bool [size]."""
    import torch

    words = np.full((size + _BITS - 1) // _BITS, 0, dtype=np.int32)
    matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
    bits = np.unpackbits(words.view(np.uint8), bitorder="little")[:size]
    return torch.from_numpy(bits.astype(bool))


def _nucleus(logits: Any, top_p: float) -> Any:
    """Without the tokens beyond the likeliest that make up `top_p` (Holtzman et al. 2020, arXiv 1904.09751)."""
    if top_p >= 1:
        return logits
    ordered, places = logits.sort(descending=True)
    shares = ordered.softmax(dim=-1)
    beyond = shares.cumsum(dim=-1) - shares >= top_p
    return logits.masked_fill(beyond.scatter(0, places, beyond), -math.inf)


def generate(model: Any, prompts: Sequence[Sequence[int]], rows: Sequence[Row], pad: int) -> None:
    """Complete all prompts together, each into its row, until every row is done. Blocks; prompts are padded left."""
    import torch
    from transformers import LogitsProcessor, LogitsProcessorList, StoppingCriteria, StoppingCriteriaList

    class Drawing(LogitsProcessor):  # type: ignore[misc]  # its types are not looked at
        """Draws itself, and leaves the model no other choice."""

        def __call__(self, input_ids: Any, scores: Any) -> Any:
            only = torch.full_like(scores, -math.inf)
            for at, row in enumerate(rows):
                token = row.draw(scores[at])
                only[at, pad if token is None else token] = 0.0
            return only

    class Done(StoppingCriteria):  # type: ignore[misc]  # as above
        """Each row by itself."""

        def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
            return torch.tensor([row.done for row in rows], device=input_ids.device)

    longest = max(map(len, prompts))
    ids = torch.tensor([[pad] * (longest - len(prompt)) + [*prompt] for prompt in prompts])
    seen = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    with torch.inference_mode():
        model.generate(
            input_ids=ids.to(model.device),
            attention_mask=seen.to(model.device),
            max_new_tokens=max(row.max_tokens for row in rows),
            logits_processor=LogitsProcessorList([Drawing()]),
            stopping_criteria=StoppingCriteriaList([Done()]),
        )
