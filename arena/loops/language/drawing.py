"""Completions of few prompts many times over, as small games ask for them: what begins the same is computed once."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from arena.agents.language.loaded import Loaded, Wish
from arena.agents.language.model import Completion, OneOf

_TOGETHER: Final = 64
"""Beginnings that are computed at once."""


def is_shared(loaded: Loaded, wishes: Sequence[Wish]) -> bool:
    """Whether it pays: each token of an answer takes a pass over its whole beginning, but only one for all the same."""
    texts = {text for wish in wishes if isinstance(wish.grammar, OneOf) for text in wish.grammar.texts}
    if not wishes or not all(isinstance(wish.grammar, OneOf) for wish in wishes):
        return False
    longest = max(len(loaded.chat.tokenizer.encode(text, add_special_tokens=False)) for text in texts)
    return len({tuple(wish.prompt) for wish in wishes}) * len(texts) * longest < len(wishes)


def drawn_by_prefix(loaded: Loaded, wishes: Sequence[Wish]) -> list[Completion]:
    """The completions that `Loaded.complete` draws, by the same seeds."""
    rows = [loaded.row(wish) for wish in wishes]
    while live := [at for at, row in enumerate(rows) if not row.done]:
        beginnings = {at: (*wishes[at].prompt, *rows[at].ids) for at in live}
        logits = dict(_logits(loaded, list(dict.fromkeys(beginnings.values()))))
        for at in live:
            rows[at].draw(logits[beginnings[at]])
    return [loaded.completion(wish, row) for wish, row in zip(wishes, rows, strict=True)]


def _logits(loaded: Loaded, beginnings: Sequence[tuple[int, ...]]) -> Iterator[tuple[tuple[int, ...], Any]]:
    import torch

    for begin in range(0, len(beginnings), _TOGETHER):
        some = beginnings[begin : begin + _TOGETHER]
        longest = max(map(len, some))
        ids = torch.tensor([[loaded.pad] * (longest - len(one)) + [*one] for one in some])
        mask = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in some])
        places = (mask.cumsum(dim=1) - 1).clamp(min=0)
        device = loaded.model.device
        with torch.inference_mode():
            told = loaded.model(
                input_ids=ids.to(device),
                attention_mask=mask.to(device),
                position_ids=places.to(device),
                logits_to_keep=1,
                use_cache=False,
            )
        yield from zip(some, told.logits[:, -1], strict=True)
